"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import numbers
from analytics.correlate.flows import COLUMNS, FlowBook, flow_rows
from analytics.correlate.resolve import Resolved
from analytics.correlate.segments import Ints, among, distinct
from analytics.correlate.statements import Statements
from analytics.correlate.summarize import summarize
from analytics.correlate.watermarks import Watermarks
from analytics.sla.business_time import from_unix_us
from analytics.sla.ladder_sql import ladder_book
from core.clock import ns_from_datetime
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql

QUIET_US = 30_000_000
"""Without a flow a transaction has ended once nothing came for so long: the default of ``settle``."""
_CALENDAR_BACK = timedelta(days=400)
_CALENDAR_AHEAD = timedelta(days=400)
_ZONES = timedelta(days=2)
_ELAPSED = ladder_book(())
_WORK = ("tick_components", "tick_transactions")


class FlowTable:
    """``tick_flows`` as one process leaves it: written again only when a watermark moved or the catalog changed."""

    def __init__(self) -> None:
        self._rows: list[list[Any]] | None = None

    def put(self, statements: Statements, rows: list[list[Any]]) -> None:
        """Have *rows*, in the order of `COLUMNS`, in the table."""
        if rows == self._rows:
            return
        self._rows = None
        statements.empty("tick_flows")
        statements.store.insert("tick_flows", COLUMNS, rows)
        self._rows = rows


def assemble(
    statements: Statements,
    resolved: Resolved,
    catalog: Catalog,
    book: FlowBook,
    now: datetime,
    *,
    ingest_delay_s: float,
    watermarks: Watermarks,
    flows: FlowTable,
) -> None:
    """Fill ``tick_transactions`` from the resolved observations."""
    statements.empty(*_WORK)
    rows = flow_rows(catalog, book, ingest_delay_s=ingest_delay_s, watermarks=watermarks)
    flows.put(statements, rows)
    now_us = ns_from_datetime(now) // 1_000
    components = summarize(resolved.rows, resolved.connected, book, now_us, partial(_operations, statements))
    statements.put("tick_components", components)
    # Ladders of years of days are long texts: they are sent only where a flow of this tick counts business time.
    chosen = [dict(zip(COLUMNS, rows[code], strict=True)) for code in distinct(numbers(components, "flow_code"))]
    timed = [flow["code"] for flow in chosen if flow["deadline_clock"] or any(flow["clocks"])]
    uses = {
        "calendar": bool(timed),
        "pauses": any(any(flow["pauses"]) for flow in chosen),
    }
    ladders = book.ladders if uses["calendar"] else _ELAPSED
    sql = load_sql("analytics.correlate", "sql/transactions")
    held = bool(uses["pauses"])
    for marker, start in (("DUE_FROM_START", "started_us"), ("DUE_FROM_ANCHOR", "passed[a]")):
        length = ladders.held(start, "w", "k", "h") if held else "w"
        sql = sql.replace(marker, ladders.expression(start, length, "k"))
    sql = sql.replace("HOLDS", load_sql("analytics.correlate", "sql/holds").strip() if held else "within_us")
    sql = sql.replace("DEADLINE_DUE", ladders.expression("started_us", "deadline_us", "deadline_clock"))
    params = ladders.params(_first_day(components, timed, now), (now + _CALENDAR_AHEAD).date()) if timed else {}
    moment = {"now_us": now_us, "quiet_us": QUIET_US}
    statements.text(sql, {**params, **moment}, plain=True)


def _first_day(components: pa.Table, timed: list[int], now: datetime) -> date:
    """Return where ladders have to begin: of the *timed* flows, imports may have begun decades ago and are judged."""
    meant = (numbers(components, "untimely") == 0) & among(numbers(components, "flow_code"), np.array(timed))
    started_us = numbers(components, "started_us")[meant]
    usual = (now - _CALENDAR_BACK).date()
    if not len(started_us):
        return usual
    earliest = (from_unix_us(int(started_us.min())) - _ZONES).date()
    return usual if earliest >= usual else date(earliest.year, 1, 1)


def _operations(statements: Statements) -> Ints:
    return numbers(statements.arrow("operations"), "operation")
