"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import numbers
from analytics.correlate.courses import Clocks
from analytics.correlate.flows import FlowBook, Plan, flow_plans
from analytics.correlate.resolve import Resolved
from analytics.correlate.segments import Ints, among
from analytics.correlate.statements import Statements
from analytics.correlate.summarize import summarize
from analytics.correlate.transactions import transactions_of
from analytics.correlate.watermarks import Watermarks
from analytics.sla.business_time import from_unix_us
from core.clock import ns_from_datetime
from runbooks.catalogs import Catalog

_CALENDAR_BACK = timedelta(days=400)
_ZONES = timedelta(days=2)
_RULES_OF_CHILDREN = ("flow", "child_ratio", "delay_us")


class FlowTable:
    """``tick_flows`` as one process leaves it: written again only when the catalog changed."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, float, int]] | None = None

    def put(self, statements: Statements, plans: Sequence[Plan]) -> None:
        """Have what *plans* say of children in the table."""
        rows = [(plan.name, plan.child_ratio, plan.delay_us) for plan in plans]
        if rows == self._rows:
            return
        self._rows = None
        statements.empty("tick_flows")
        statements.insert("tick_flows", _RULES_OF_CHILDREN, rows)
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
    statements.empty("tick_transactions")
    plans = flow_plans(catalog, book, ingest_delay_s=ingest_delay_s, watermarks=watermarks)
    flows.put(statements, plans)
    now_us = ns_from_datetime(now) // 1_000
    components = summarize(resolved.rows, resolved.connected, book, now_us, partial(_operations, statements))
    clocks = Clocks(book.ladders, _first_day(components, plans, now), now.date())
    statements.put("tick_transactions", transactions_of(components, plans, clocks, now_us))


def _first_day(components: pa.Table, plans: Sequence[Plan], now: datetime) -> date:
    """
    Return where ladders have to begin.

    Of flows that count business time imports may have begun decades ago and are judged; absurd times are not.
    """
    timed = np.array([code for code, plan in enumerate(plans) if plan.clocks])
    meant = (numbers(components, "untimely") == 0) & among(numbers(components, "flow_code"), timed)
    started_us = numbers(components, "started_us")[meant]
    usual = (now - _CALENDAR_BACK).date()
    if not len(started_us):
        return usual
    earliest = (from_unix_us(int(started_us.min())) - _ZONES).date()
    return usual if earliest >= usual else date(earliest.year, 1, 1)


def _operations(statements: Statements) -> Ints:
    return numbers(statements.arrow("operations"), "operation")
