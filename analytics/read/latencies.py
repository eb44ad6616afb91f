"""How long it takes from one milestone to the next: counts, quantiles and a histogram per pair, in the right clock."""

from datetime import datetime
from typing import Any

from analytics.process.clock import pair_clocks
from analytics.read.context import ReadContext
from analytics.read.present import number
from runbooks.flows import Flow
from storage.sqlfiles import load_sql

Row = dict[str, Any]
BUCKETS_PER_DECADE = 5
START, END = "start", "end"
_BOTH = (1, 2)
_QUANTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms")


def latency(
    context: ReadContext, flow: Flow, since: datetime, until: datetime, between: tuple[str, str] | None = None
) -> list[dict[str, Any]]:
    """
    Return the time between neighbouring milestones of the transactions of *flow* that started in [since, until).

    One entry per pair that occurred, in the order of the flow; a milestone that was skipped makes a pair of its
    neighbours. The last entry is the whole transaction, of those that completed. Where the later milestone counts in a
    calendar the time is that of its opening hours, and ``clock`` names it. ``out_of_order`` counts the transactions
    that reached the later milestone first; they are in no figure beside it.

    Args:
        context: What every read needs.
        flow: The flow.
        since: Start of the window, aware.
        until: End of the window, aware.
        between: Two milestones: only the time from the one to the other, whatever lies between.

    Returns:
        ``{"from", "to", "clock", "count", "out_of_order", "p50_ms" .. "p99_ms", "buckets"}``; ``from`` is null for the
        start and ``to`` is null for the end. Buckets are ``{"from_ms", "to_ms", "count"}``, five to a decade, the first
        from zero to one millisecond.
    """
    catalog = context.catalogs.current()
    names = list(between) if between else [milestone.name for milestone in flow.milestones]
    last = len(names) + 1
    calendars = [(place, catalog.calendar_of(flow, name)) for place, name in enumerate(names, start=1)]
    calendars.append((last, catalog.calendar_of(flow)))
    clocks = pair_clocks(calendars, since, max(until, context.clock.now()))
    sql = load_sql("analytics.process", "sql/latency")
    sql = sql.split("\n", 3)[3]
    sql = sql.replace("CLOCKED_TO", clocks.expression("to_us")).replace("CLOCKED_FROM", clocks.expression("from_us"))
    rows = context.store.rows(
        sql,
        {
            "flow": flow.name,
            "names": names,
            "since": since,
            "until": until,
            "last": last,
            "per_decade": BUCKETS_PER_DECADE,
            **clocks.params(),
        },
    )
    titles: list[str | None] = [None, *names, None]
    clock_names = {place: calendar.name for place, calendar in calendars if not calendar.always_open}
    return [
        {
            "from": titles[row["origin"]],
            "to": titles[row["target"]],
            "clock": clock_names.get(row["target"], "elapsed"),
            "count": row["transactions"] - row["out_of_order"],
            "out_of_order": row["out_of_order"],
            **dict(zip(_QUANTILES, map(number, row["quantiles_ms"]), strict=True)),
            "buckets": histogram(*row["histogram"]),
        }
        for row in rows
        if between is None or (row["origin"], row["target"]) == _BOTH
    ]


def histogram(buckets: list[int], counts: list[int]) -> list[dict[str, float]]:
    """Return the buckets from the first to the last that is not empty; bucket n begins at 10^(n/5) ms, -1 at 0."""
    if not buckets:
        return []
    by_bucket = dict(zip(buckets, counts, strict=True))
    return [
        {"from_ms": _edge_ms(bucket), "to_ms": _edge_ms(bucket + 1), "count": by_bucket.get(bucket, 0)}
        for bucket in range(min(buckets), max(buckets) + 1)
    ]


def _edge_ms(bucket: int) -> float:
    return 0.0 if bucket < 0 else float(f"{10 ** (bucket / BUCKETS_PER_DECADE):.6g}")
