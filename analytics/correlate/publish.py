"""
What a tick found out is compared with what is stored, and the difference becomes new versions.

Every statement may be repeated: the rows of a tick that was cut short are replaced by those of its repetition. A
statement costs what planning it costs, so that only the parts are sent that have something to look at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from analytics.correlate.lineage import relate, store_made_parents
from analytics.correlate.resolve import Resolved
from analytics.correlate.statements import Statements
from storage.sqlfiles import load_sql

_QUARANTINE = ("store_quarantine_notices", "store_quarantined")
_VANISHED = (
    "store_vanished_identifiers",
    "store_vanished_paths",
    "store_cut_paths",
    "store_vanished",
    "store_vanished_units",
)
_WITHOUT = {
    "final_prior": (
        "toUInt32(0) AS revision, toDateTime(0, 'UTC') AS prior_hour, toUInt64(0) AS prior_hash, "
        "emptyArrayString() AS known_ids, emptyArrayString() AS former, "
        "'' AS prior_flow, toDateTime64(0, 3, 'UTC') AS prior_known_at"
    ),
    "final_origins": (
        "'' AS own_category, '' AS own_system, toFloat32(0) AS own_confidence, '' AS own_evidence, "
        "toFloat64(0) AS work_ms, toFloat64(0) AS queue_ms, toFloat64(0) AS retry_ms, toFloat64(0) AS unexplained_ms"
    ),
    "final_parents": "'' AS parent_id, '' AS parent_type, '' AS parent_value",
    "final_parted": "toUInt64(0) AS own_parts",
    "final_children": (
        "toUInt32(0) AS total, toUInt32(0) AS completed, toUInt32(0) AS failed, toInt64(0) AS children_ended_us, "
        "'' AS standing, toInt64(0) AS standing_end_us, toUInt8(0) AS standing_breached, "
        "toUInt8(0) AS standing_judged, toInt64(0) AS standing_judge_us, "
        "tuple('', '', toFloat32(0), '') AS standing_origin"
    ),
}
"""What stands for a part of ``final.sql`` that is left out: the defaults of its join, in their types."""
_IF_CHANGED = "transaction_id IN (SELECT transaction_id FROM tick_final)"


@dataclass(frozen=True)
class Known:
    """
    What there is to be compared with.

    Attributes:
        prior: Whether anything was stored of the closed set before; ``tick_prior`` holds it.
        origins: Whether origins were looked for; ``work_origins`` holds them.
    """

    prior: bool
    origins: bool


def load_prior(statements: Statements, resolved: Resolved) -> bool:
    """Fill ``tick_prior`` with what is stored of the closed set; return whether that is anything."""
    statements.empty("tick_prior")
    if not resolved.stored:
        return False
    statements.send("prior")
    return statements.count("tick_prior") > 0


def publish(statements: Statements, resolved: Resolved, known: Known, version: int, now: datetime) -> int:
    """
    Store what changed as *version*.

    Args:
        statements: How to send.
        resolved: The closed set.
        known: What there is to be compared with.
        version: Greater than that of every earlier tick.
        now: When this was decided.

    Returns:
        The number of transactions that changed.
    """
    statements.empty("tick_final")
    traits = statements.rows("traits")[0]
    if traits["fresh"]:  # before anything is stored of them: which units the new ones have
        statements.work("store_fresh_units", version=version)
    named, children, adopted = relate(statements, version, now, traits, parted=resolved.batches)
    joined = {
        "final_prior": known.prior,
        "final_origins": known.origins,
        "final_parents": named,
        "final_parted": resolved.batches,
        "final_children": children,
    }
    statements.send("final", _parts(joined), version=version, now=now)
    changed = statements.count("tick_final")
    if changed and traits["flows"]:
        statements.work("store_paths")  # before parents made of children and adopted ones come in
    if named or adopted:
        store_made_parents(statements, version, now, named=named, adopted=adopted)
        changed = statements.count("tick_final")
    _store_due(statements, traits)
    _remember(statements, traits, known, now, news=changed > 0)
    if changed:
        _store_changed(statements, resolved, traits, known, version, now)
    if resolved.suspects:
        _store_held(statements, version)
    for name in _VANISHED if known.prior else ():
        if name != "store_cut_paths" or traits["cut"]:
            statements.work(name, version=version, now=now)
    if resolved.verdict:
        # After all: while a value does not stand as quarantined, the units it had joined are resolved anew.
        for name in _QUARANTINE:
            statements.work(name, version=version, now=now)
    return changed


def _remember(statements: Statements, traits: Mapping[str, int], known: Known, now: datetime, *, news: bool) -> None:
    """Keep what reports counted, of those that are no more or are counted otherwise, before it is replaced."""
    if not known.prior:
        return
    parts = {"CHANGED": _bare("counted_otherwise")}
    if traits["gone"] or (news and statements.rows("facts_changed", parts)[0]["changed"]):
        statements.send("store_gone", parts, now=now)


def _bare(name: str) -> str:
    text = load_sql("analytics.correlate", f"sql/{name}")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def _store_due(statements: Statements, traits: Mapping[str, int]) -> None:
    if traits["judgements"]:
        statements.work("store_judgements")
    if traits["waits"]:
        statements.work("store_waiting")


def _store_changed(
    statements: Statements, resolved: Resolved, traits: Mapping[str, int], known: Known, version: int, now: datetime
) -> None:
    sent = {
        "store_identifiers" if known.prior else "store_new_identifiers": True,
        "store_verdicts" if known.prior else "store_new_verdicts": traits["verdicts"] > 0 or known.prior,
        # Side by side: who reads between them sees evidence that the version does not know of yet.
        "store_unit_transactions": known.prior,
        "store_parted_units" if resolved.batches else "store_transaction_units": True,
        "store_transactions": True,
    }
    parts = {
        "CHANGED": _IF_CHANGED if known.prior else "1",
        "UNITS_LEFT": load_sql("analytics.correlate", "sql/units_left").rstrip() if known.prior else "",
    }
    for name in (name for name, wanted in sent.items() if wanted):
        statements.work(name, parts, version=version, now=now)


def _store_held(statements: Statements, version: int) -> None:
    """After the units of the new versions: what a tick that is cut short leaves here is then known as its own."""
    statements.empty("tick_held")
    statements.work("held")
    statements.work("store_held", version=version)
    statements.send("store_vanished_held", version=version)


def _parts(joined: Mapping[str, bool]) -> dict[str, str]:
    texts = [load_sql("analytics.correlate", f"sql/{name}") for name, wanted in joined.items() if wanted]
    without = [_WITHOUT[name] for name, wanted in joined.items() if not wanted]
    return {"JOINED": "\n".join(texts), ", WITHOUT": "".join(f", {text}" for text in without)}
