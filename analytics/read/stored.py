"""Rows of transactions by id, as `analytics.read.summary` takes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.read.points import latest, point_rows, text_of
from storage.sqlfiles import load_sql
from storage.store import Store

Row = dict[str, Any]


def transactions_by_id(store: Store, ids: Sequence[str], hours: Sequence[datetime], now: datetime) -> list[Row]:
    """
    Return the transactions *ids*, the latest start first; one that only looked like a transaction has none.

    Args:
        store: The engine.
        ids: Transaction ids.
        hours: The hours they started in.
        now: The present, up to which an open breach is late.
    """
    if not ids or not hours:
        return []
    params = {"ids": list(ids), "hours": sorted(set(hours))}
    if len(ids) == 1:
        rows = point_rows(store, "transactions_by_id", params)
    else:
        rows = store.rows(load_sql("analytics.read", "sql/transactions_by_id"), params)
    shaped = [_shaped(row, now) for row in latest(rows, "started_hour", "transaction_id")]
    shaped.sort(key=lambda row: row["transaction_id"])
    shaped.sort(key=lambda row: row["started_at"], reverse=True)
    return shaped


def _shaped(row: Row, now: datetime) -> Row:
    late_by_ms = row["late_by_ms"]
    if late_by_ms is None and row["breached"] and row["deadline_at"] is not None:
        late_by_ms = (now - row["deadline_at"]) // timedelta(microseconds=1) / 1e3
    return row | {"transaction_id": text_of(row["transaction_id"]), "late_by_ms": late_by_ms}
