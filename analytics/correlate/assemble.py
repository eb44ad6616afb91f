"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from collections.abc import Mapping
from datetime import datetime

from analytics.correlate.flows import COLUMNS, FlowBook, flow_rows
from analytics.correlate.statements import Statements
from core.clock import ns_from_datetime
from runbooks.catalogs import Catalog

QUIET_US = 30_000_000
"""Without a flow a transaction has ended once nothing came for so long: the default of ``settle``."""
_RETRY_US = 10_000_000
_WORK = ("tick_steps", "tick_components", "tick_chosen", "tick_flows", "tick_transactions")


def assemble(
    statements: Statements,
    catalog: Catalog,
    book: FlowBook,
    now: datetime,
    *,
    ingest_delay_s: float,
    blind_us: Mapping[str, int],
) -> None:
    """Fill ``tick_transactions`` from the resolved observations."""
    statements.empty(*_WORK)
    rows = flow_rows(catalog, book, ingest_delay_s=ingest_delay_s, blind_us=blind_us)
    statements.store.insert("tick_flows", COLUMNS, rows)
    statements.work("steps", steps=[*book.steps, ""], codes=[*range(1, len(book.steps) + 1), 0])
    statements.work("components")
    statements.work(
        "chosen",
        step_flows=book.step_flows,
        flow_names=[*(flow.name for flow in book.flows), ""],
        flow_codes=[*range(1, len(book.flows) + 1), 0],
    )
    statements.work("transactions", now_us=ns_from_datetime(now) // 1_000, quiet_us=QUIET_US, retry_us=_RETRY_US)
