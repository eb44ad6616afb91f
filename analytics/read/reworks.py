"""What is done more than once: milestones repeated, steps back, and what they cost in time."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.present import number, ratio
from runbooks.flows import Flow
from storage.sqlfiles import load_sql

_LOOPS_SHOWN = 50


def rework(context: ReadContext, flow: Flow, since: datetime, until: datetime) -> dict[str, Any]:
    """
    Return the rework of the transactions of *flow* that started in [since, until).

    Returns:
        ``{"transactions", "items", "loops"}``. An item is a milestone that some passed more than once: in how many
        transactions, how many passages beyond the first (``repeats``), how many of them after another milestone came
        between (``loops``), and the time from first to last passage. ``expected`` says that the catalog lets it
        repeat. ``loops`` are the steps back: from a milestone to one before it in the flow that was passed already.
    """
    window = {"flow": flow.name, "since": since, "until": until}
    whole = int(context.store.value(load_sql("analytics.process", "sql/total"), window) or 0)
    rows = context.store.rows(load_sql("analytics.process", "sql/rework"), window)
    names = [milestone.name for milestone in flow.milestones]
    expected = {milestone.name for milestone in flow.milestones if milestone.repeat}
    back = context.store.rows(
        load_sql("analytics.process", "sql/loops"), window | {"names": names, "rows": _LOOPS_SHOWN}
    )
    items = [
        {
            "milestone": row["milestone"],
            "expected": row["milestone"] in expected,
            "transactions": row["transactions"],
            "share": ratio(row["transactions"], whole),
            **{name: row[name] for name in ("repeats", "loops", "looped")},
            **_quantiles(row),
            "total_ms": number(row["total_ms"]),
            "sample_transaction_id": row["sample"],
        }
        for row in rows
    ]
    loops = [
        {
            "from": row["origin"],
            "to": row["target"],
            "times": row["times"],
            "transactions": row["transactions"],
            **_quantiles(row),
        }
        for row in back
    ]
    return {"transactions": whole, "items": items, "loops": loops}


def _quantiles(row: dict[str, Any]) -> dict[str, float | None]:
    return dict(zip(("p50_ms", "p95_ms"), map(number, row["quantiles_ms"]), strict=True))
