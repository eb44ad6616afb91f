"""A reindex from the beginning to the exchange, one at a time, with its progress."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from analytics.correlate import CorrelateConfig, Correlator
from analytics.correlate.tick import Tick
from analytics.reindex.beside import NORMAL, drop_beside, open_beside
from analytics.reindex.kept import extraction_since
from analytics.reindex.swap import carry_history, recover, swap
from core.clock import Clock
from core.component import Health
from core.errors import TransientError, WaylineError
from runbooks import Catalog, CatalogProvider
from storage.sqlfiles import load_sql
from storage.store import Store

log = structlog.get_logger("wayline.reindex")
_ROWS_PER_TICK = 500_000
State = Literal["idle", "running", "exchanging", "done", "failed", "stopped"]


class BusyError(TransientError):
    """A reindex runs already."""


@dataclass(frozen=True)
class Progress:
    """
    How far a reindex is.

    Attributes:
        since: From when evidence is read anew, by receipt; None is from the beginning.
        done, total: Rows of evidence; *total* grows with what arrives meanwhile.
        transactions: Transactions after the exchange.
        trouble: Why it failed.
    """

    state: State = "idle"
    since: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    done: int = 0
    total: int = 0
    transactions: int = 0
    trouble: str = ""


class Reindexer:
    """
    Rebuilds what is derived from the raw tables, and exchanges it for what is there.

    Args:
        store: The store in use.
        correlator: Its correlation, which goes on until the exchange.
        catalog_provider: The catalog in force when it starts is the one it is done with.
        clock: Source of time.
        config: How correlation goes.
    """

    def __init__(
        self,
        store: Store,
        correlator: Correlator,
        catalog_provider: CatalogProvider,
        clock: Clock,
        config: CorrelateConfig | None = None,
    ) -> None:
        self._store = store
        self._correlator = correlator
        self._provider = catalog_provider
        self._clock = clock
        own = config or CorrelateConfig()
        rows = min(own.max_observations_per_tick, _ROWS_PER_TICK)
        # One thread: what is live comes first.
        self._config = own.model_copy(update={"max_threads": 1, "max_observations_per_tick": rows})
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.progress = Progress()

    def recover(self) -> None:
        """Finish or clear away what an earlier process left; before correlation starts."""
        if recover(self._store, self._clock.now()):
            log.warning("an exchange of rebuilt tables that was cut short is finished")

    def begin(self, since: datetime | None) -> Progress:
        """
        Start one in the background.

        Raises:
            BusyError: One runs already.
        """
        with self._lock:
            if self._thread and self._thread.is_alive():
                raise BusyError("a reindex is running", remedy="wait until it has ended")
            if self._correlator.other:
                raise BusyError(f"{self._correlator.other} correlates this store", remedy="ask that process")
            self._ending.clear()
            self.progress = Progress("running", since, self._clock.now())
            self._thread = threading.Thread(target=self._run_quietly, args=(since,), name="reindex", daemon=True)
            self._thread.start()
        return self.progress

    def run(self, since: datetime | None = None, seen: Callable[[Progress], None] | None = None) -> Progress:
        """Do one from the beginning to the end here; *seen* is told of every step."""
        self.progress = Progress("running", since, self._clock.now())
        self._provider.reload_if_changed()
        catalog = self._provider.current()
        beside = open_beside(self._store)
        try:
            tick = self._rebuild(beside, catalog, since, seen)
            if tick is None:
                self._say(seen, state="stopped", ended_at=self._clock.now())
                return self.progress
            self._say(seen, state="exchanging")
            self._correlator.exchange(lambda _, now: self._conclude(beside, tick, catalog, now))
        finally:
            beside.close()
            drop_beside(self._store)
        count = int(self._store.value("SELECT count() FROM transactions_current"))
        self._say(seen, state="done", transactions=count, ended_at=self._clock.now())
        return self.progress

    def start(self) -> None:
        """Nothing runs until somebody asks for it."""

    def stop(self, timeout_s: float) -> None:
        """Give up the one under way: the tables in use stay, and it can be asked for again."""
        self._ending.set()
        if self._thread:
            self._thread.join(timeout_s)

    def health(self) -> list[Health]:
        """Return nothing: a reindex that failed left what was there."""
        return []

    def _rebuild(
        self, beside: Store, catalog: Catalog, since: datetime | None, seen: Callable[[Progress], None] | None
    ) -> Tick | None:
        known = NORMAL if since is None else (*NORMAL, "source_watermark_history")
        for table in known:
            beside.execute(
                "INSERT INTO {table:Identifier} SELECT * FROM {main:Identifier}.{table:Identifier}",
                {"table": table, "main": self._store.config.target_database},
            )
        tick = Tick(beside, self._config, extraction=extraction_since(since))
        while not self._ending.is_set():
            report = tick.run(catalog, self._clock.now())
            row = beside.rows(load_sql("analytics.reindex", "sql/progress"))[0]
            self._say(seen, done=row["done"], total=row["total"])
            if not report.more:
                return tick
        return None

    def _conclude(self, beside: Store, tick: Tick, catalog: Catalog, now: datetime) -> None:
        """With correlation at rest: what is left, the history, the exchange."""
        while tick.run(catalog, now).more:
            pass
        carry_history(self._store, beside, now)
        swap(self._store, beside, now)

    def _run_quietly(self, since: datetime | None) -> None:
        try:
            self.run(since)
        except WaylineError as error:
            self.progress = replace(
                self.progress, state="failed", trouble=f"{type(error).__name__}", ended_at=self._clock.now()
            )
            log.exception("reindex failed; the tables in use are as they were")

    def _say(self, seen: Callable[[Progress], None] | None, **changes: object) -> None:
        self.progress = replace(self.progress, **changes)  # type: ignore[arg-type]  # fields of Progress
        if seen:
            seen(self.progress)
