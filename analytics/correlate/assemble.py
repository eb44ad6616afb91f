"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.correlate.flows import COLUMNS, FlowBook, flow_rows
from core.clock import ns_from_datetime
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

QUIET_US = 30_000_000
"""Without a flow a transaction has ended once nothing came for so long: the default of ``settle``."""
_RETRY_US = 10_000_000


def assemble(
    store: Store,
    catalog: Catalog,
    book: FlowBook,
    now: datetime,
    *,
    ingest_delay_s: float,
    blind_us: Mapping[str, int],
    settings: Mapping[str, Any],
) -> None:
    """Fill ``tick_components`` and ``tick_transactions`` from the resolved observations."""
    for table in ("tick_components", "tick_flows", "tick_transactions"):
        store.execute(f"TRUNCATE TABLE {table}")
    rows = flow_rows(catalog, book, ingest_delay_s=ingest_delay_s, blind_us=blind_us)
    store.insert("tick_flows", COLUMNS, rows)
    params = book.params | {
        "now_us": ns_from_datetime(now) // 1_000,
        "quiet_us": QUIET_US,
        "retry_us": _RETRY_US,
    }
    for name in ("components", "transactions"):
        store.execute(load_sql("analytics.correlate", f"sql/{name}"), params, settings)
