"""Sources and the store itself: is what we show complete, and how far behind is it?"""

from datetime import timedelta
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.present import number, time_text
from analytics.read.summary import aware
from core.selfmetrics import REGISTRY
from core.source_errors import SOURCE_ERRORS
from storage.sqlfiles import load_sql

Row = dict[str, Any]
_UNREAD = {
    kind: f"this version fetches nothing from {kind} sources: have it posted to /api/v1/hooks/ or /api/v1/events"
    for kind in ("rabbitmq", "kafka", "http", "file")
}


def sources(context: ReadContext) -> list[dict[str, Any]]:
    """
    Return every source with its watermark and lag; blind ones say since when.

    A source that never sent anything has a null watermark and lag; one that promises nothing (no ``expect_every``)
    has the receiving clock minus its *ingest_delay* as its watermark, heard or not.
    """
    catalog, now = context.catalogs.current(), context.clock.now()
    rows = context.store.rows(load_sql("analytics.read", "sql/sources"))
    seen = {row["source"]: row for row in rows}
    errors = SOURCE_ERRORS.known()
    names = list(catalog.sources) + [name for name in seen if name not in catalog.sources]
    items = []
    for name in names:
        entry, row = catalog.sources.get(name), seen.get(name)
        last = row["last_event_at"] if row else None
        error = errors.get(name)
        watermark, lag = row["watermark"] if row else None, now - aware(last) if last else None
        if entry is not None and not entry.expect_every:
            lag = timedelta(seconds=entry.ingest_delay.seconds)
            watermark = now - lag
        items.append(
            {
                "source": name,
                "name": name,
                "system": entry.systems[0] if entry and len(entry.systems) == 1 else None,
                "title": entry.label if entry else name,
                "type": entry.type if entry else None,
                "systems": list(entry.systems) if entry else [],
                "expect_every": str(entry.expect_every) if entry and entry.expect_every else None,
                "watermark": time_text(watermark),
                "last_event_at": time_text(last),
                "last_received_at": time_text(row["last_received_at"]) if row else None,
                "lag_ms": lag.total_seconds() * 1_000 if lag is not None else None,
                "blind": bool(row["blind"]) if row else None,
                "blind_since": time_text(row["blind_since"]) if row else None,
                "last_error": error.message if error else _UNREAD.get(entry.type) if entry else None,
                "last_error_at": time_text(error.at) if error else None,
            }
        )
    return items


def notices(context: ReadContext) -> list[dict[str, Any]]:
    """Return what a person should know about catalog and data and is not over: a broken catalog, then newest first."""
    broken = [
        {
            "id": "catalog",
            "kind": "broken_catalog",
            "subject": "catalog",
            "detail": f"{notice.message}; the last good one stays in force",
            "at": time_text(notice.since),
        }
        for notice in context.catalogs.notices()
    ]
    rows = context.store.rows(load_sql("analytics.read", "sql/notices"))
    return broken + [
        {
            "id": row["id"],
            "kind": row["kind"],
            "subject": row["subject"],
            "detail": row["detail"],
            "at": time_text(row["at"]),
        }
        for row in rows
    ]


def stats(context: ReadContext) -> dict[str, Any]:
    """Return rows and bytes per table, the spool's depth, the ledger's watermark and the tick's duration."""
    tables = context.store.rows(load_sql("analytics.read", "sql/table_sizes"))
    ledger = context.store.rows(load_sql("analytics.read", "sql/ledger_summary"))[0]
    ticks = REGISTRY.get_sample_value("wayline_correlate_tick_seconds_count") or 0
    spent_s = REGISTRY.get_sample_value("wayline_correlate_tick_seconds_sum") or 0.0
    return {
        "tables": [{"table": row["table"], "rows": row["rows"], "bytes": row["bytes"]} for row in tables],
        "rows": sum(row["rows"] for row in tables),
        "bytes": sum(row["bytes"] for row in tables),
        "spool": {
            "bytes": REGISTRY.get_sample_value("wayline_spool_bytes"),
            "segments": REGISTRY.get_sample_value("wayline_spool_segments"),
        },
        "ledger": {
            "segments": ledger["segments"],
            "watermark": time_text(ledger["max_time"]),
            "stored_at": time_text(ledger["stored_at"]),
        },
        "correlation": _correlation(context),
        "ticks": {"count": int(ticks), "mean_ms": spent_s / ticks * 1_000 if ticks else None},
    }


def _correlation(context: ReadContext) -> dict[str, Any]:
    """Return when the last tick was and how much newer the newest stored evidence is; null before the first tick."""
    rows = context.store.rows(load_sql("analytics.read", "sql/correlation_lag"))
    if not rows:
        return {"ticked_at": None, "behind_ms": None}
    return {"ticked_at": time_text(rows[0]["ticked_at"]), "behind_ms": number(rows[0]["behind_ms"])}
