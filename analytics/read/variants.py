"""The ways transactions take through a flow, how many take each, and how each does."""

from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from analytics.read.context import ReadContext
from analytics.read.present import number, ratio
from storage.sqlfiles import load_sql

Row = dict[str, Any]
Repeats = Literal["collapse", "keep"]
_PATHS = {"collapse": "path", "keep": "exact_path"}


def variants(
    context: ReadContext,
    flow: str,
    since: datetime,
    until: datetime,
    *,
    limit: int = 20,
    repeats: Repeats = "collapse",
    include_open: bool = False,
) -> dict[str, Any]:
    """
    Return the commonest ways through *flow* of the transactions that started in [since, until), and the others as one.

    Args:
        context: What every read needs.
        flow: Name of the flow.
        since: Start of the window, aware.
        until: End of the window, aware.
        limit: How many variants are listed.
        repeats: ``collapse`` takes a milestone passed several times in a row as one step, so that three deliveries are
            the same way as two; ``keep`` does not.
        include_open: Count transactions under way too, by the way they have gone so far.

    Returns:
        ``{"transactions", "variants", "items": [...], "other": {...} | None}``. A step is ``name``, ``name:failed`` or
        ``name:retry``; ``times`` beside each says how often in a row the example passed it.
    """
    path = _PATHS[repeats]
    window = {"flow": flow, "since": since, "until": until, "open": int(include_open)}
    rows = context.store.rows(_sql("variants", path), window | {"rows": limit})
    if not rows:
        return {"transactions": 0, "variants": 0, "items": [], "other": None}
    whole, kinds = rows[0]["all_transactions"], rows[0]["all_variants"]
    items = [
        {
            "variant": row["variant"],
            "steps": steps(row["steps"], repeats),
            **_figures(row, whole),
            "sample_transaction_id": row["sample"],
        }
        for row in rows
    ]
    other = None
    if kinds > len(rows):
        listed = window | {"listed": [row["variant"] for row in rows]}
        rest = context.store.rows(_sql("variants_rest", path), listed)[0]
        other = {"variants": rest["variants"], **_figures(rest, whole)}
    return {"transactions": whole, "variants": kinds, "items": items, "other": other}


def steps(labels: list[str], repeats: Repeats) -> list[dict[str, Any]]:
    """Return the labels of a way as ``{"step", "times"}``, runs of one label as one step unless repeats are kept."""
    if repeats == "keep":
        return [{"step": label, "times": 1} for label in labels]
    return [{"step": label, "times": len(list(run))} for label, run in groupby(labels)]


def _sql(name: str, path: str) -> str:
    text = load_sql("analytics.process", f"sql/{name}")
    comment_ends = text.index("SELECT")
    return text[comment_ends:].replace("PATH", path)


def _figures(row: Row, whole: int) -> dict[str, Any]:
    p50_ms, p95_ms = map(number, row["quantiles_ms"])
    return {
        "count": row["transactions"],
        "share": ratio(row["transactions"], whole),
        "p50_ms": p50_ms,
        "p95_ms": p95_ms,
        "achieved": ratio(row["good"], row["good"] + row["bad"]),
        **{name: row[name] for name in ("failed", "breaches", "open")},
    }
