"""
From the steps of transactions without a flow to a drafted flow, as YAML that the linter passes.

Transactions that begin alike are taken for one process. Its milestones are the steps that most of them pass, in the
order of their median place; `within` is the 95th percentile of the time from the milestone before, rounded up.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import yaml

from runbooks.catalogs import GENERIC_RUNBOOK, Catalog

_ALWAYS_SHARE = 0.95
_SOMETIMES_SHARE = 0.1
_IDENTIFIER_SHARE = 0.5
_LEAST_TRANSACTIONS = 3
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_OWNER = "to-be-named"
_TIER = 3


@dataclass(frozen=True)
class Step:
    """A kind of step: by its milestone value, else by kind of evidence, service and span name or event type."""

    system: str
    milestone: str
    kind: str
    service: str
    name: str


@dataclass(frozen=True)
class Seen:
    """One transaction: when each step came first, Unix microseconds, and the identity types it carries."""

    steps: Mapping[Step, int]
    identifiers: frozenset[str]

    @property
    def ordered(self) -> list[Step]:
        """The steps in the order of time."""
        return sorted(self.steps, key=lambda step: (self.steps[step], step.system, step.milestone, step.name))


@dataclass(frozen=True)
class Draft:
    """A drafted flow: its *name*, how many *transactions* it was made of, and the *documents* as YAML text."""

    name: str
    transactions: int
    text: str


def draft_flows(seen: Sequence[Seen], catalog: Catalog) -> list[Draft]:
    """Return a draft for every process that at least three transactions of *seen* follow, the most frequent first."""
    processes: dict[Step, list[Seen]] = defaultdict(list)
    for transaction in seen:
        if transaction.steps:
            processes[transaction.ordered[0]].append(transaction)
    frequent = sorted(
        processes.items(), key=lambda item: (-len(item[1]), item[0].system, item[0].milestone, item[0].name)
    )
    taken = set(catalog.flows)
    drafts = []
    for first, members in frequent:
        if len(members) >= _LEAST_TRANSACTIONS:
            name = _free(_slug(f"{first.system} {first.milestone or first.name}") or "flow", taken)
            taken.add(name)
            drafts.append(Draft(name, len(members), _text(name, members, catalog)))
    return drafts


def _text(name: str, members: Sequence[Seen], catalog: Catalog) -> str:
    milestones, span_s = _milestones(members, catalog)
    carried = Counter(kind for member in members for kind in member.identifiers if kind in catalog.identifiers)
    identifiers = [kind for kind in catalog.identifiers if carried[kind] >= _IDENTIFIER_SHARE * len(members)]
    flow: dict[str, Any] = {
        "kind": "Flow",
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "description": f"Drafted from {len(members)} transactions of no flow; read it before relying on it.",
        "tier": max(catalog.tiers, default=_TIER),
        "owner": next(iter(sorted(catalog.owners)), _OWNER),
        "identifiers": identifiers or ["correlation"],
        "milestones": milestones,
        "objectives": {"deadline": _longer(span_s, milestones)},
        "runbooks": {"default": GENERIC_RUNBOOK},
    }
    return yaml.safe_dump_all([*_missing(catalog), flow], sort_keys=False, allow_unicode=True, width=110)


def _missing(catalog: Catalog) -> Iterator[dict[str, Any]]:
    if not catalog.owners:
        yield {"kind": "Owner", "name": _OWNER, "title": "Whoever takes this over"}
    if not catalog.tiers:
        yield {"kind": "Tier", "name": _TIER}


def _milestones(members: Sequence[Seen], catalog: Catalog) -> tuple[list[dict[str, Any]], float]:
    places: dict[Step, list[float]] = defaultdict(list)
    for member in members:
        for place, step in enumerate(member.ordered):
            places[step].append(place)
    common = [step for step, found in places.items() if len(found) >= _SOMETIMES_SHARE * len(members)]
    common.sort(key=lambda step: (median(places[step]), step.system, step.milestone, step.name))
    always = {step for step in common if len(places[step]) >= _ALWAYS_SHARE * len(members)}
    drafted: list[dict[str, Any]] = []
    taken: set[str] = set()
    anchor: tuple[Step, str] | None = None
    for step in common:
        label = step.milestone or _free(_slug(step.name) or "step", taken)
        if label in taken:
            continue
        taken.add(label)
        entry = _entry(step, label, catalog)
        if step in always:
            if anchor:
                entry |= {"within": _limit(_gaps_s(members, anchor[0], step)), "after": anchor[1]}
            anchor = (step, label)
        else:
            entry["optional"] = True
        drafted.append(entry)
    last = next(entry for entry in reversed(drafted) if entry["name"] == (anchor[1] if anchor else drafted[-1]["name"]))
    last["terminal"] = True
    last.pop("optional", None)
    lengths = [(max(member.steps.values()) - min(member.steps.values())) / 1e6 for member in members]
    return drafted, _p95(lengths)


def _entry(step: Step, label: str, catalog: Catalog) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": label}
    if not step.milestone:
        key = "event.type" if step.kind == "event" else "span.name"
        entry["match"] = {key: [step.name], "service.name": [_literal(step.service)]}
    if step.system in catalog.systems:
        entry["system"] = step.system
    return entry


def _literal(text: str) -> str:
    return text.strip("/")  # as signatures are matched


def _gaps_s(members: Sequence[Seen], first: Step, then: Step) -> list[float]:
    return [
        max(0.0, (member.steps[then] - member.steps[first]) / 1e6)
        for member in members
        if first in member.steps and then in member.steps
    ]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else max(values, default=0.0)


def _limit(gaps_s: Sequence[float]) -> str:
    return _rounded_up(_p95(gaps_s))


def _rounded_up(seconds: float) -> str:
    """Return a duration no shorter than *seconds*, in the largest unit of which it has at least two."""
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= 2 * length), _UNITS[-1])
    return f"{max(1, -int(-seconds // length))}{unit}"


def _longer(span_s: float, milestones: Sequence[Mapping[str, Any]]) -> str:
    """Return a deadline longer than the whole run and than every limit of a milestone."""
    scale = dict(_UNITS)
    limits = [int(entry["within"][:-1]) * scale[entry["within"][-1]] for entry in milestones if "within" in entry]
    return _rounded_up(max([span_s, *limits]) * 1.25 + 1)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60]


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
