"""The correlator as a component: one thread that ticks while Wayline runs."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from analytics.correlate.config import CorrelateConfig
from analytics.correlate.tick import Tick, TickReport
from analytics.origin.learn import Learner
from core.clock import Clock
from core.component import Health
from core.errors import WaylineError
from core.selftraces import SELF_TRACES
from runbooks import Catalog, CatalogProvider
from storage.store import Store

log = structlog.get_logger("wayline.correlate")
_STALLED_AFTER = timedelta(seconds=60)
_REST_RATIO = 1.0
"""Rest after a tick, in times of its length, before new segments may wake the next one."""
_MOST_RESTED_S = 4.0
"""Rest that counts in advance: after a quiet time the parts of one burst are not held apart."""
_GATHER_S = 0.12
"""What is stored within this of each other comes into one tick: a second one costs as much as the first."""
_GATHER_TIMES = 4


class Correlator:
    """
    Joins evidence into transactions, tick by tick.

    Args:
        store: The store, migrated.
        catalog_provider: The catalog in force; asked anew at every tick.
        clock: Source of time.
        config: How often and how much at once.
        holder: Name of this process among those that share the store: one of them correlates, the others stand by.
    """

    def __init__(
        self,
        store: Store,
        catalog_provider: CatalogProvider,
        clock: Clock,
        config: CorrelateConfig | None = None,
        holder: str = "",
    ) -> None:
        self._store = store
        self._provider = catalog_provider
        self._clock = clock
        self._config = config or CorrelateConfig()
        self._holder = holder
        self._tick = Tick(store, self._config, holder=holder)
        self.other = ""
        self._learner = Learner(store)
        self._lock = threading.Lock()
        self._rested_s = 0.0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._last_success: datetime | None = None
        self._trouble = ""

    def tick(self, now: datetime | None = None) -> TickReport:
        """Correlate what is pending and judge what is due, once; safe from any thread."""
        with self._lock:
            self._provider.reload_if_changed()
            started_ns = self._clock.now_ns()
            report = self._tick.run(self._provider.current(), now or self._clock.now())
            self._last_success = self._clock.now()
            self._trouble, self.other = "", report.other
            if report.resolved:  # a tick that found nothing to do, or Wayline's own spans only, is not worth a span
                facts = {
                    "wayline.segments": report.segments,
                    "wayline.observations": report.observations,
                    "wayline.transactions": report.transactions,
                }
                SELF_TRACES.record("tick", started_ns, self._clock.now_ns(), facts)
            return report

    def exchange(self, swap: Callable[[Catalog, datetime], None]) -> None:
        """Run *swap* while no tick runs, and go on from whatever tables are there after it."""
        with self._lock:
            try:
                swap(self._provider.current(), self._clock.now())
            finally:
                self._tick = Tick(self._store, self._config, holder=self._holder)

    def catch_up(self) -> None:
        """Tick until nothing is pending; for a store that no server works on."""
        while True:
            report = self.tick()
            if not report.segments and not report.more:
                return

    def start(self) -> None:
        """Begin ticking."""
        self._ending.clear()
        self._last_success = self._clock.now()
        self._thread = threading.Thread(target=self._run, name="correlate", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Finish the tick under way; what is pending is correlated after the next start."""
        self._ending.set()
        if self._thread:
            self._thread.join(timeout_s)
            if not self._thread.is_alive():
                self._release()
            self._thread = None

    def health(self) -> list[Health]:
        """Return whether ticks succeed."""
        if self._trouble:
            return [Health("correlate", ok=False, detail=self._trouble)]
        if self.other:
            return [Health("correlate", ok=True, detail=f"stands by: {self.other} correlates this store")]
        late = self._last_success is not None and self._clock.now() - self._last_success > _STALLED_AFTER
        return [Health("correlate", ok=not late, detail="the last tick takes long" if late else "")]

    def _run(self) -> None:
        self._warm_up()
        while not self._ending.is_set():
            more = False
            begun_s = time.monotonic()
            try:
                more = self.tick().more
                if not more and not self.other:
                    self._learner.learn_if_due(self._clock.now())
            except WaylineError as error:
                self._trouble = f"a tick failed: {type(error).__name__}"
                log.exception("correlation tick failed")
            if not more:
                self._rest(time.monotonic() - begun_s)

    def _release(self) -> None:
        try:
            with self._lock:
                self._tick.release()
        except WaylineError as error:
            log.warning("others on the store will wait before they go on", error=str(error))

    def _warm_up(self) -> None:
        try:
            with self._lock:
                self._tick.warm_up(self._provider.current(), self._clock.now())
        except WaylineError as error:
            log.warning("a tick cannot be tried", error=str(error))

    def _rest(self, tick_s: float) -> None:
        """
        Wait for the interval, or until something is stored, but never so short that ticks keep a core busy.

        What cannot be asked now is asked by the next tick.
        """
        begun = time.monotonic()
        until = begun + self._config.interval_s
        owed_s = _REST_RATIO * tick_s - self._rested_s
        self._rested_s = max(0.0, -owed_s)
        self._ending.wait(min(self._config.interval_s, max(0.0, owed_s)))
        self._wait_for_new(until)
        self._rested_s = min(_MOST_RESTED_S, self._rested_s + max(0.0, time.monotonic() - begun - max(0.0, owed_s)))

    def _wait_for_new(self, until: float) -> None:
        """Wait until something is stored and its neighbours with it, or until *until* (monotonic)."""
        try:
            while (left := until - time.monotonic()) > 0 and not self._ending.wait(min(self._config.poll_s, left)):
                if self._waiting():
                    break
            self._gather()
        except WaylineError:
            self._ending.wait(max(0.0, until - time.monotonic()))

    def _gather(self) -> None:
        waiting = self._waiting()
        for _ in range(_GATHER_TIMES if waiting else 0):
            if self._ending.wait(_GATHER_S) or waiting == (waiting := self._waiting()):
                return

    def _waiting(self) -> int:
        if self.other:
            return 0
        with self._lock:
            return self._tick.waiting()
