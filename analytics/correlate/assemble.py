"""From components to transactions: flow, milestones, status, deadline and verdicts as of one moment."""

from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import numbers
from analytics.correlate.courses import Clocks
from analytics.correlate.flows import FlowBook, Plans
from analytics.correlate.resolve import Resolved
from analytics.correlate.segments import Ints, among, distinct
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
    """Plans of flows, and ``tick_flows`` as one process leaves it: made and written again only after a change."""

    def __init__(self) -> None:
        self._plans: Plans | None = None
        self._written_for: Catalog | None = None

    def plans(self, catalog: Catalog, book: FlowBook, ingest_delay_s: float, watermarks: Watermarks) -> Plans:
        """Return the plans of the flows of *catalog*."""
        if self._plans is None or not self._plans.hold_for(catalog, watermarks):
            self._plans = Plans(catalog, book, ingest_delay_s, watermarks)
        return self._plans

    def put(self, statements: Statements, catalog: Catalog, plans: Plans) -> None:
        """Have what *plans* of *catalog* say of children in the table."""
        # A server that was restarted has lost it.
        if self._written_for is catalog and statements.count("tick_flows") == len(plans):
            return
        rows = [(plan.name, plan.child_ratio, plan.delay_us) for plan in (plans[code] for code in range(len(plans)))]
        self._written_for = None
        statements.empty("tick_flows")
        statements.store.insert("tick_flows", _RULES_OF_CHILDREN, rows)
        self._written_for = catalog


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
    plans = flows.plans(catalog, book, ingest_delay_s, watermarks)
    flows.put(statements, catalog, plans)
    now_us = ns_from_datetime(now) // 1_000
    components = summarize(resolved.rows, resolved.connected, book, now_us, partial(_operations, statements))
    clocks = Clocks(book.ladders, _first_day(components, plans, now), now.date())
    statements.put("tick_transactions", transactions_of(components, plans, clocks, now_us))


def _first_day(components: pa.Table, plans: Plans, now: datetime) -> date:
    """
    Return where ladders have to begin.

    Of flows that count business time imports may have begun decades ago and are judged; absurd times are not.
    """
    flows = numbers(components, "flow_code")
    timed = np.array([code for code in distinct(flows).tolist() if plans[code].clocks], flows.dtype)
    meant = (numbers(components, "untimely") == 0) & among(flows, timed)
    started_us = numbers(components, "started_us")[meant]
    usual = (now - _CALENDAR_BACK).date()
    if not len(started_us):
        return usual
    earliest = (from_unix_us(int(started_us.min())) - _ZONES).date()
    return usual if earliest >= usual else date(earliest.year, 1, 1)


def _operations(statements: Statements) -> Ints:
    return numbers(statements.arrow("operations"), "operation")
