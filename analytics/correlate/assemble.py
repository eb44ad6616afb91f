"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from datetime import datetime, timedelta

from analytics.correlate.flows import COLUMNS, FlowBook, flow_rows
from analytics.correlate.statements import Statements
from analytics.correlate.watermarks import Watermarks
from analytics.sla.ladder_sql import ladder_book
from core.clock import ns_from_datetime
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql

QUIET_US = 30_000_000
"""Without a flow a transaction has ended once nothing came for so long: the default of ``settle``."""
_RETRY_US = 10_000_000
_CALENDAR_BACK = timedelta(days=400)
_CALENDAR_AHEAD = timedelta(days=400)
_ELAPSED = ladder_book(())
_WORK = ("tick_steps", "tick_components", "tick_chosen", "tick_flows", "tick_transactions")


def assemble(
    statements: Statements,
    catalog: Catalog,
    book: FlowBook,
    now: datetime,
    *,
    ingest_delay_s: float,
    watermarks: Watermarks,
) -> None:
    """Fill ``tick_transactions`` from the resolved observations."""
    statements.empty(*_WORK)
    rows = flow_rows(catalog, book, ingest_delay_s=ingest_delay_s, watermarks=watermarks)
    statements.store.insert("tick_flows", COLUMNS, rows)
    statements.work("steps", steps=[*book.steps, ""], codes=[*range(1, len(book.steps) + 1), 0])
    statements.work("components")
    statements.work(
        "chosen",
        step_flows=book.step_flows,
        flow_names=[*(flow.name for flow in book.flows), ""],
        flow_codes=[*range(1, len(book.flows) + 1), 0],
    )
    # Ladders of years of days are long texts: they are sent only where a flow of this tick counts business time.
    ladders = book.ladders if statements.rows("uses_calendar")[0]["used"] else _ELAPSED
    sql = load_sql("analytics.correlate", "sql/transactions")
    sql = sql.replace("DUE_FROM_START", ladders.expression("started_us", "w", "k"))
    sql = sql.replace("DUE_FROM_ANCHOR", ladders.expression("passed[a]", "w", "k"))
    sql = sql.replace("DEADLINE_DUE", ladders.expression("started_us", "deadline_us", "deadline_clock"))
    params = ladders.params((now - _CALENDAR_BACK).date(), (now + _CALENDAR_AHEAD).date())
    moment = {"now_us": ns_from_datetime(now) // 1_000, "quiet_us": QUIET_US, "retry_us": _RETRY_US}
    statements.text(sql, {**params, **moment}, plain=True)
