"""
New segments to observations: identifiers found by attribute name in the engine, patterns matched once per signature.

Reads the raw tables, writes ``tick_extracted`` and ``tick_new``; no row passes through Python.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from analytics.correlate.rules import CORRELATION, MESSAGE_ID, Rules, convention_codes
from analytics.correlate.signatures import Meaning, Signature, interpret, system_of
from analytics.correlate.statements import Statements
from runbooks.flows import Identifier, Replace
from storage.sqlfiles import load_sql
from storage.store import Store

SIGNALS = {"traces": "extract_spans", "logs": "extract_logs", "events": "extract_events"}
_PARENT = re.compile(r"PARENT\((\w+), (.+)\) AS ")
_NAMED = (
    r"arrayFilter(e -> WANTED, arrayMap(e -> (e.1, NORMALISED), if(\2 = '', [], "
    r"[(toUInt16(indexOf({types:Array(String)}, \1)), \2)])))[1].2 AS "
)
"""Who names a parent names it as its type writes it, and by no placeholder, as whoever carries that value does."""
_CONVENTION = re.compile(r"CONVENTION\((\w+)\)")
_KNOWN_KEYS = {
    "traces": {
        "span.name": "toString(name)",
        "span.kind": "transform(kind, [1, 2, 3, 4, 5], ['internal', 'server', 'client', 'producer', 'consumer'], '')",
    },
    "logs": {"span.name": "''", "span.kind": "''"},
    "events": {"event.type": "toString(type)", "span.name": "''", "span.kind": "''"},
}
_SPACE = r"' \t\n\r\f\v'"


class Extraction:
    """
    Extraction under one catalog; remembers what signatures mean.

    Args:
        store: The store.
        rules: Compiled catalog.
    """

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._meanings: dict[int, Meaning] = {}
        self._peers: dict[str, tuple[str, str]] = {}
        self._statements = {signal: render(rules, signal) for signal in SIGNALS}

    def run(
        self, statements: Statements, segments: Mapping[str, Sequence[int]], received: Mapping[int, datetime]
    ) -> dict[str, datetime]:
        """
        Fill ``tick_new`` from *segments*, a list of segment ids per signal.

        Returns:
            Declared source -> time of its latest evidence in them; *received* says when each segment came, which no
            clock of a source runs ahead of by more than a little.
        """
        statements.empty("tick_extracted", "tick_new")
        if not segments:
            return {}
        for signal, (sql, params) in self._statements.items():
            if segments.get(signal):
                statements.text(sql, params | {"segments": list(segments[signal])})
        seen = statements.rows(
            "signatures_seen", segments=[*received, 0], received=[*received.values(), datetime(1970, 1, 1, tzinfo=UTC)]
        )
        statements.text(*self._mapping(seen), plain=True)
        statements.empty("tick_extracted")
        return self._heard(seen)

    def _heard(self, seen: Sequence[dict[str, Any]]) -> dict[str, datetime]:
        heard: dict[str, datetime] = {}
        for row in seen:
            for source in self._meanings[row["signature"]].sources if row["heard"] else ():
                heard[source] = max(heard.get(source, row["heard_at"]), row["heard_at"])
        return heard

    def _mapping(self, seen: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        for row in seen:
            if row["signature"] not in self._meanings:
                signature = Signature(
                    row["explicit_system"], row["service"], row["flow"], row["milestone"], tuple(row["extras"])
                )
                self._meanings[row["signature"]] = interpret(self._rules, signature)
        peers = [row["peer"] for row in self._store.rows(load_sql("analytics.correlate", "sql/peers_seen"))]
        for peer in peers:
            if peer not in self._peers:
                self._peers[peer] = system_of(self._rules.catalog, "", peer, {"service.name": peer})
        return load_sql("analytics.correlate", "sql/map_signatures"), self._mapping_params(
            [row["signature"] for row in seen], peers
        )

    def _mapping_params(self, signatures: list[int], peers: list[str]) -> dict[str, Any]:
        meanings = [self._meanings[signature] for signature in signatures]
        return {
            "signatures": [*signatures, 0],
            "places": [*range(1, len(signatures) + 1), 0],
            "systems": [meaning.system for meaning in meanings],
            "categories": [meaning.category for meaning in meanings],
            "flows": [meaning.flow for meaning in meanings],
            "milestones": [meaning.milestone for meaning in meanings],
            "steps": [list(meaning.steps) for meaning in meanings],
            "peers": [*peers, ""],
            "peer_places": [*range(1, len(peers) + 1), 0],
            "peer_systems": [self._peers[peer][0] for peer in peers],
            "peer_categories": [self._peers[peer][1] for peer in peers],
            "gap_flows": [*self._rules.flow_gaps_s, ""],
            "flow_gaps_s": [*self._rules.flow_gaps_s.values(), 0],
        }


def render(rules: Rules, signal: str) -> tuple[str, dict[str, Any]]:
    """Return the extraction statement of *signal* under *rules*, and its parameters but the segments."""
    params: dict[str, Any] = {
        "names": rules.names,
        "codes": rules.codes,
        "types": rules.type_names,
        "roles": rules.roles,
        "gaps_s": rules.gaps_s,
        "message_code": rules.code_of(MESSAGE_ID),
        "correlation_code": rules.code_of(CORRELATION),
    }
    fragments = {
        "NORMALISED": _normalised(rules, params),
        "WANTED": _wanted(rules, params),
        "EXTRAS": _extras(rules, signal, params),
    }
    sql = load_sql("analytics.correlate", f"sql/{SIGNALS[signal]}")
    sql = _PARENT.sub(_NAMED, sql)
    for marker, fragment in fragments.items():
        sql = re.sub(rf"\b{marker}\b(?=[ ,)])", fragment.replace("\\", "\\\\"), sql)
    return _CONVENTION.sub(_convention, _without_comment(sql)), params


def _without_comment(sql: str) -> str:
    return "\n".join(line for line in sql.splitlines() if not line.startswith("--"))


def _convention(found: re.Match[str]) -> str:
    first, end = convention_codes(found[1])
    return f"arrayFirst(e -> e.1 >= {first} AND e.1 < {end}, conventions).2"


def _normalised(rules: Rules, params: dict[str, Any]) -> str:
    """Return an expression of ``e`` = (code, value); types with the same steps share a branch."""
    branches: dict[tuple[Any, ...], list[int]] = {}
    for code, identifier in enumerate(rules.types, start=1):
        branches.setdefault(identifier.normalize, []).append(code)
    parts = []
    for number, (steps, codes) in enumerate(branches.items()):
        params[f"normal_{number}"] = codes
        parts.append(f"has({{normal_{number}:Array(UInt16)}}, e.1), {_chain(steps, number, params)}")
    return f"multiIf({', '.join(parts)}, e.2)" if parts else "e.2"


def _chain(steps: tuple[Any, ...], number: int, params: dict[str, Any]) -> str:
    text = "e.2"
    for place, step in enumerate(steps):
        if isinstance(step, Replace):
            key = f"normal_{number}_{place}"
            params[f"{key}_find"], params[f"{key}_put"] = step.regex, step.replace
            text = f"replaceRegexpAll({text}, {{{key}_find:String}}, {{{key}_put:String}})"
        else:
            text = {
                "trim": f"trimBoth({text}, {_SPACE})",
                "upper": f"upperUTF8({text})",
                "lower": f"lowerUTF8({text})",
                "strip_zeros": f"trimLeft({text}, '0')",
            }[step]
    return text


def _wanted(rules: Rules, params: dict[str, Any]) -> str:
    """Return a condition on ``e`` = (code, normalised value): it is no placeholder of its type."""
    branches: dict[tuple[str, ...], list[int]] = {}
    for code, identifier in enumerate(rules.types, start=1):
        branches.setdefault(_placeholders(identifier), []).append(code)
    parts = ["trimLeft(e.2, '0') != ''"]
    for number, (words, codes) in enumerate(branches.items()):
        params[f"empty_{number}"], params[f"empty_codes_{number}"] = [*words, ""], codes
        parts.append(
            f"NOT (has({{empty_codes_{number}:Array(UInt16)}}, e.1) "
            f"AND has({{empty_{number}:Array(String)}}, lowerUTF8(e.2)))"
        )
    return " AND ".join(parts)


def _placeholders(identifier: Identifier) -> tuple[str, ...]:
    return tuple(sorted(word.casefold() for word in identifier.placeholders))


def _extras(rules: Rules, signal: str, params: dict[str, Any]) -> str:
    parts = []
    for number, key in enumerate(rules.signature_keys):
        known = _KNOWN_KEYS[signal].get(key)
        if known is None:
            params[f"extra_{number}"] = key
            name = f"{{extra_{number}:String}}"
            resource = f", resource_attributes[{name}]" if signal != "events" else ""
            known = (
                f"attributes[{name}]" if not resource else f"if(attributes[{name}] != '', attributes[{name}]{resource})"
            )
        parts.append(known)
    return f"[{', '.join(parts)}]" if parts else "emptyArrayString()"
