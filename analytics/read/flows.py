"""Flows and their live figures: the list, one flow, its series, funnel and steps."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.errors import InvalidQueryError, NotFoundError
from analytics.read.filters import UNCLASSIFIED
from analytics.read.ownership import flow_entry, objectives_of
from analytics.read.points import text_of
from analytics.read.present import number, ratio, time_text
from storage.sqlfiles import load_sql

Row = dict[str, Any]
MAX_BUCKETS = 10_000
EVERY_FLOW = "*"
STEP_SAMPLE = 300
"""Transactions whose spans are looked at for steps; each is read from a granule or two of its own."""
LAST_TIER = 99
LAST_NAME = "\uffff"
_COUNTS = (
    "started",
    "completed",
    "completed_late",
    "failed",
    "late",
    "stuck",
    "unknown",
    "in_progress",
    "open_breaches",
)


def list_flows(context: ReadContext, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return one entry per flow of the catalog, plus those seen without an entry, most important tier first."""
    seen = {row["flow"]: row for row in _figure_rows(context, EVERY_FLOW, since, until)}
    catalog = context.catalogs.current()
    names = list(catalog.flows) + [name for name in seen if name not in catalog.flows]
    entries = [flow_entry(catalog, name) | figures(seen.get(name), objectives_of(catalog, name)) for name in names]
    return sorted(entries, key=lambda entry: (entry["tier"] or LAST_TIER, entry["flow"] or LAST_NAME))


def show_flow(context: ReadContext, name: str, since: datetime, until: datetime) -> dict[str, Any]:
    """
    Return a flow's catalog entry, figures, funnel and steps.

    Raises:
        NotFoundError: Neither catalog nor store knows *name*.
    """
    catalog = context.catalogs.current()
    stored = _stored_name(name)
    require_flow(context, name)
    rows = _figure_rows(context, stored, since, until)
    return (
        flow_entry(catalog, stored, detailed=True)
        | figures(rows[0] if rows else None, objectives_of(catalog, stored))
        | {"funnel": funnel(context, name, since, until), "steps": steps(context, name, since, until)}
    )


def require_flow(context: ReadContext, name: str) -> None:
    """
    Return when there is such a flow.

    Raises:
        NotFoundError: Neither catalog nor store knows *name*.
    """
    stored = _stored_name(name)
    if stored not in context.catalogs.current().flows and not _was_seen(context, stored):
        raise NotFoundError("flow", name)


def figures(row: Row | None, objectives: dict[str, float | None]) -> dict[str, Any]:
    """
    Return the live figures of one flow.

    ``achieved`` is the share of the judged transactions that ended well and in time; transactions under way and
    unknown ones are not judged. It is None, never 0 or 1, while none is judged.
    """
    counts = {name: int(row[name]) if row else 0 for name in _COUNTS}
    good = counts["completed"] - counts["completed_late"]
    bad = counts["failed"] + counts["completed_late"] + counts["stuck"]
    quantiles = row["quantiles_ms"] if row else (None, None, None)
    return {
        **counts,
        "failure_ratio": ratio(counts["failed"], counts["failed"] + counts["completed"]),
        **dict(zip(("p50_ms", "p95_ms", "p99_ms"), map(number, quantiles), strict=True)),
        "objective_ms": objectives["deadline_ms"],
        "success_objective": objectives["success_ratio"],
        "achieved": ratio(good, good + bad),
        "breaches": counts["late"],
        "last_at": time_text(row["last_at"]) if row else None,
    }


def series(context: ReadContext, name: str, since: datetime, until: datetime, bucket_s: float) -> list[dict[str, Any]]:
    """
    Return one entry per bucket of [since, until), empty ones included with null quantiles.

    Raises:
        NotFoundError: Neither catalog nor store knows *name*.
        InvalidQueryError: *bucket_s* is not positive or makes more than `MAX_BUCKETS`.
    """
    if name != EVERY_FLOW:
        require_flow(context, name)
    width = timedelta(seconds=bucket_s)
    if width <= timedelta(0) or until <= since:
        raise InvalidQueryError("bucket_s", "bucket_s must be positive and since before until")
    if (until - since) / width > MAX_BUCKETS:
        raise InvalidQueryError("bucket_s", f"more than {MAX_BUCKETS} buckets", remedy="take a wider bucket")
    since_us = int(since.timestamp() * 1_000_000)
    bucket_us = width // timedelta(microseconds=1)
    rows = context.store.rows(
        load_sql("analytics.read", "sql/flow_series"),
        {"flow": _stored_name(name), "since": since, "until": until, "since_us": since_us, "bucket_us": bucket_us},
    )
    return list(_filled(rows, since, until, width))


def _filled(rows: Iterable[Row], since: datetime, until: datetime, width: timedelta) -> Iterable[dict[str, Any]]:
    by_start = {row["bucket"]: row for row in rows}
    at = since
    while at < until:
        row = by_start.get(int(at.timestamp() * 1_000_000))
        quantiles = row["quantiles_ms"] if row else (None, None, None)
        yield {
            "at": time_text(at),
            **{key: int(row[key]) if row else 0 for key in ("started", "completed", "failed", "late", "stuck")},
            **dict(zip(("p50_ms", "p95_ms", "p99_ms"), map(number, quantiles), strict=True)),
        }
        at += width


def funnel(context: ReadContext, name: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return per milestone, in the flow's order, how many transactions reached, failed, await or miss it."""
    rows = context.store.rows(
        load_sql("analytics.read", "sql/funnel"), {"flow": _stored_name(name), "since": since, "until": until}
    )
    return [
        {
            "milestone": row["name"],
            **{key: row[key] for key in ("reached", "failed", "pending", "missing", "skipped")},
            **dict(zip(("p50_ms", "p95_ms"), map(number, row["quantiles_ms"]), strict=True)),
        }
        for row in rows
    ]


def steps(context: ReadContext, name: str, since: datetime, until: datetime, limit: int = 50) -> list[dict[str, Any]]:
    """Return the steps (system, span name) of a flow, failing ones first, then slow ones."""
    newest = context.store.rows(
        load_sql("analytics.read", "sql/step_transactions"),
        {"flow": _stored_name(name), "since": since, "until": until, "transactions": STEP_SAMPLE},
    )
    if not newest:
        return []
    ids = [text_of(row["transaction_id"]) for row in newest]
    rows = context.store.rows(load_sql("analytics.read", "sql/steps"), {"ids": ids, "rows": limit})
    return [
        {
            **{key: row[key] for key in ("system", "name", "count", "errors")},
            **dict(zip(("p50_ms", "p95_ms"), map(number, row["quantiles_ms"]), strict=True)),
        }
        for row in rows
    ]


def _stored_name(name: str) -> str:
    return "" if name == UNCLASSIFIED else name


def _figure_rows(context: ReadContext, name: str, since: datetime, until: datetime) -> list[Row]:
    return context.store.rows(
        load_sql("analytics.read", "sql/flow_figures"), {"flow": name, "since": since, "until": until}
    )


def _was_seen(context: ReadContext, name: str) -> bool:
    return context.store.value(load_sql("analytics.read", "sql/flow_seen"), {"flow": name}) is not None
