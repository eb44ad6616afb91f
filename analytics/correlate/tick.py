"""
One tick: new segments in, changed transactions out.

The result is a pure function of the observations, the catalog and the moment: a tick resolves the closed set of
units that its evidence touches anew, from the observations themselves. Progress is entered last, so that a tick cut
short is done again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analytics.correlate.assemble import FlowTable, assemble
from analytics.correlate.carriers import CarrierIndex
from analytics.correlate.closure import Closed
from analytics.correlate.config import CorrelateConfig
from analytics.correlate.extract import SIGNALS, Extraction
from analytics.correlate.flows import FlowBook, flow_book
from analytics.correlate.ledger import Ledger, Segment
from analytics.correlate.publish import Known, load_prior, publish
from analytics.correlate.resolve import Resolved, resolve, resolve_closed
from analytics.correlate.rules import Rules, compile_rules
from analytics.correlate.statements import Statements
from analytics.correlate.watermarks import Watermarks
from analytics.origin import locate
from analytics.sla.business_time import from_unix_us
from core.clock import ns_from_datetime
from core.faults import fault_point
from core.selfmetrics import TICK_OBSERVATIONS, TICK_SECONDS
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

Locate = Callable[[Store, datetime, Catalog], None]
"""Fills ``work_origins`` from ``work_transactions`` and ``work_observations``."""

_BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
_SILENT_AFTER_S = 60
"""A process that correlates enters a tick every second or so; one that did not for so long is taken for gone."""


@dataclass(frozen=True)
class TickReport:
    """
    What a tick did.

    Attributes:
        observations: New observations.
        resolved: Observations in the closed set.
        transactions: Transactions that changed.
        lag_ms: Age of the oldest segment it took, from receipt.
        more: Whether segments are left for the next tick.
        other: The process that correlates instead of this one; empty when this one does.
    """

    segments: int = 0
    observations: int = 0
    resolved: int = 0
    transactions: int = 0
    lag_ms: float = 0.0
    duration_ms: float = 0.0
    more: bool = False
    other: str = ""


class Tick:
    """
    Ticks on one store; not for several threads at once.

    Args:
        store: The store.
        config: How much at once.
        locate: The search for origins, or None to leave them out.
        extraction: How segments become observations.
        holder: Name of this process among those that share the store, the same after a restart.
    """

    def __init__(
        self,
        store: Store,
        config: CorrelateConfig,
        locate: Locate | None = locate,
        extraction: Callable[[Store, Rules], Extraction] = Extraction,
        holder: str = "",
    ) -> None:
        self._store = store
        self._config = config
        self._statements = Statements(store, config.max_threads)
        self._index = CarrierIndex(self._statements)
        self._shared = bool(store.config.url)
        self._holder = holder
        self._locate = locate
        self._extraction = extraction
        self._compiled_for: tuple[Catalog, tuple[Extraction, Rules, FlowBook]] | None = None
        self._watermarks = Watermarks()
        self._ledger = Ledger(store)
        self._flows = FlowTable()
        self._judged_until: datetime | None = None
        self._version = 0

    def waiting(self) -> int:
        """Return how many segments the next tick would take."""
        return len(self._ledger.pending(self._config.max_observations_per_tick)[0])

    def warm_up(self, catalog: Catalog, now: datetime) -> None:
        """Run a tick's statements over nothing: the first time costs a second, which no evidence is to wait for."""
        statements = self._statements
        if self._other(self._latest()) or statements.count("tick_observations"):
            return
        extraction, _, book = self._compiled(catalog)
        extraction.run(statements, {signal: [0] for signal in SIGNALS}, {})
        nothing = resolve_closed(statements, Closed(stored=True))
        self._conclude(statements, nothing, catalog, book, now)

    def run(self, catalog: Catalog, now: datetime) -> TickReport:
        """Correlate what is pending, at most the configured number of rows, and judge what is due at *now*."""
        started_s = time.perf_counter()
        latest = self._latest()
        if other := self._other(latest):
            self._judged_until = None
            return TickReport(other=other)
        extraction, rules, book = self._compiled(catalog)
        judged_until = self._recall(latest)
        pending, more = self._ledger.pending(self._config.max_observations_per_tick)
        rows = sum(segment.rows for segment in pending)
        statements = self._statements
        received = {segment.segment_id: segment.received_at for segment in pending}
        heard = extraction.run(statements, _by_signal(pending), received)
        moved = self._watermarks.advance(catalog, heard, now)
        judged_until = min([judged_until, *(from_unix_us(move.from_us) for move in moved if move.back)])
        resolved = resolve(
            statements, self._index, rules.limits, judged_until, now, self._version, moved, news=bool(pending)
        )
        changed = self._conclude(statements, resolved, catalog, book, now) if resolved else 0
        report = TickReport(
            segments=len(pending),
            observations=rows,
            resolved=len(resolved.rows) if resolved else 0,
            transactions=changed,
            lag_ms=max(((now - segment.received_at).total_seconds() * 1e3 for segment in pending), default=0.0),
            duration_ms=(time.perf_counter() - started_s) * 1e3,
            more=more,
        )
        self._watermarks.enter(statements, now, self._version)
        self._enter(pending, report, catalog, now)
        self._index.learn()
        TICK_SECONDS.observe(report.duration_ms / 1e3)
        TICK_OBSERVATIONS.inc(report.observations)
        return report

    def _conclude(
        self, statements: Statements, resolved: Resolved, catalog: Catalog, book: FlowBook, now: datetime
    ) -> int:
        assemble(
            statements,
            resolved,
            catalog,
            book,
            now,
            ingest_delay_s=self._config.ingest_delay_s,
            watermarks=self._watermarks,
            flows=self._flows,
        )
        prior = load_prior(statements, resolved)
        if self._locate:
            self._locate(self._store, now, catalog)
        else:
            statements.empty("work_origins")
        return publish(statements, resolved, Known(prior, self._locate is not None), self._version, now)

    def _compiled(self, catalog: Catalog) -> tuple[Extraction, Rules, FlowBook]:
        if self._compiled_for is None or self._compiled_for[0] is not catalog:
            rules = compile_rules(catalog)
            self._compiled_for = (catalog, (self._extraction(self._store, rules), rules, flow_book(catalog)))
        return self._compiled_for[1]

    def release(self) -> None:
        """Let another process on the store go on at once, where this one was correlating."""
        if self._shared and self._judged_until is not None:
            self._version += 1
            self._enter_tick(TickReport(), "", self._judged_until, "")

    def _recall(self, latest: Mapping[str, Any] | None) -> datetime:
        """Go on where the last finished tick stopped, of whichever process; return until when it judged."""
        if self._judged_until is None or (latest and latest["version"] != self._version):
            row = self._store.rows(load_sql("analytics.correlate", "sql/last_tick"))[0]
            self._judged_until = max(row["judged_until"], _BEGINNING)
            self._version = max(self._version, row["version"])
            self._statements.forget()
            self._flows = FlowTable()
            self._index.recall()
            self._watermarks.recall(self._statements)
            self._undo_cut(row["latest_at"])
        finished, self._judged_until = self._judged_until, None
        self._version += 1
        return finished

    def _latest(self) -> Mapping[str, Any] | None:
        """Return the last tick of whichever process, where others reach the store; else None."""
        if not self._shared:
            return None
        return next(iter(self._store.rows(load_sql("analytics.correlate", "sql/latest_tick"))), None)

    def _other(self, latest: Mapping[str, Any] | None) -> str:
        """Return which other process correlates, empty when none does."""
        is_other = latest is not None and latest["holder"] not in ("", self._holder)
        return str(latest["holder"]) if latest and is_other and latest["age_s"] < _SILENT_AFTER_S else ""

    def _undo_cut(self, finished_at: datetime) -> None:
        """Take back verdicts that were entered for versions which were not: they are decided anew."""
        # A mutation keeps its text, in which a moment of 1970, before any tick was finished, could not be read again.
        bound = {"finished_ms": ns_from_datetime(finished_at) // 1_000_000}
        if self._store.value(load_sql("analytics.correlate", "sql/verdicts_cut"), bound):
            self._store.execute(load_sql("analytics.correlate", "sql/withdraw_cut"), bound)

    def _enter(self, pending: Sequence[Segment], report: TickReport, catalog: Catalog, now: datetime) -> None:
        self._ledger.enter(pending, now)
        fault_point("tick.entered")
        self._enter_tick(report, self._holder, now, catalog.version)
        self._judged_until = now

    def _enter_tick(self, report: TickReport, holder: str, now: datetime, catalog_version: str) -> None:
        self._store.execute(
            load_sql("analytics.correlate", "sql/enter_tick"),
            {
                "now": now,
                "version": self._version,
                "segments": report.segments,
                "observations": report.observations,
                "transactions": report.transactions,
                "lag_ms": report.lag_ms,
                "duration_ms": report.duration_ms,
                "catalog_version": catalog_version,
                "holder": holder,
            },
        )


def _by_signal(segments: Sequence[Segment]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for segment in segments:
        found.setdefault(segment.signal, []).append(segment.segment_id)
    return found
