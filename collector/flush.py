"""
From the spool to the store: sealed segments become rows, are counted, entered in the ledger and retired.

Nothing is retired that was not counted, and nothing is inserted twice without counting first; so a crash at any point
repairs itself at the next start (DESIGN section 3). This is the one place that retries on behalf of the store.
"""

import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from collector.aftermath import Aftermath
from collector.commit import Commit
from collector.flush_config import FlushConfig
from collector.ingest import Ingest
from collector.redact import Redactor
from collector.segment import Segment
from collector.signals import SIGNALS, Signal
from collector.spool import Spool
from core.clock import NS_PER_S, Clock
from core.component import Health
from core.errors import WaylineError
from core.selfmetrics import INGEST_LAG_SECONDS
from core.selftraces import SELF_TRACES
from storage.store import Store

_log = structlog.get_logger(__name__)
_WAIT_S = 0.2
_DRAIN_POLL_S = 0.01
_REST_AFTER_S = 10.0


@dataclass(frozen=True)
class _Setback:
    """A signal whose segments the store refused: how often in a row, until when it waits (monotonic), and why."""

    failures: int
    until_s: float
    error: str


class Flusher:
    """
    One thread that empties the spool into the store.

    Args:
        spool: Where acknowledged requests wait.
        store: Where rows go.
        clock: Dates the ledger and measures the lag.
        config: Sizes and waits.
        redactor: Gives what is to be taken out of requests before they are stored, or None for nothing.
    """

    def __init__(
        self,
        spool: Spool,
        store: Store,
        clock: Clock,
        config: FlushConfig | None = None,
        redactor: Callable[[], Redactor | None] = lambda: None,
    ) -> None:
        self._spool = spool
        self._clock = clock
        self._config = config or FlushConfig()
        self._commit = Commit(spool, Ingest(store, clock), chunk_bytes=self._config.chunk_bytes, redactor=redactor)
        self._aftermath = Aftermath(spool, store, clock)
        self._stopping = threading.Event()
        self._drain_until_s = 0.0
        self._check_at_s = -math.inf
        self._rest_at_s = math.inf
        self._held: dict[Signal, list[Segment]] = {signal: [] for signal in SIGNALS}
        self._setbacks: dict[Signal, _Setback] = {}
        self._thread = threading.Thread(target=self._run, name="flusher", daemon=True)

    def start(self) -> None:
        """Begin to flush; segments found on disk go first."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Flush what is sealed as far as *timeout_s* allows; the rest waits in the spool for the next start."""
        self._drain_until_s = time.monotonic() + timeout_s
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def health(self) -> list[Health]:
        """Return whether segments reach the store."""
        if not self._thread.is_alive():
            return [Health("flusher", ok=False, detail="the flusher is not running")]
        problems = [
            f"{signal}: {setback.failures} failed attempts in a row: {setback.error}"
            for signal, setback in self._setbacks.copy().items()
        ]
        if broken := self._aftermath.problem():
            problems.append(broken)
        return [Health("flusher", ok=not problems, detail="; ".join(problems) or "segments reach the store")]

    def _run(self) -> None:
        self._warm_up()
        while not self._is_done():
            self._check_retired()
            self._take_sealed()
            signal = self._next_signal()
            if signal is None:
                self._rest()
                continue
            batch = list(_fitting(self._held[signal], self._config.chunk_bytes))
            started_ns = self._clock.now_ns()
            self._rest_at_s = time.monotonic() + _REST_AFTER_S
            try:
                self._commit.store(batch)
            except WaylineError as error:
                self._record(batch, started_ns, type(error).__name__)
                self._set_back(signal, error)
            else:
                del self._held[signal][: len(batch)]
                self._record(batch, started_ns)
                self._setbacks.pop(signal, None)
        self._measure_lag([])

    def _record(self, batch: Sequence[Segment], started_ns: int, error: str = "") -> None:
        items = sum(segment.items for segment in batch)
        signal = batch[0].signal
        if error or signal is not Signal.TRACES or not SELF_TRACES.takes_own_only(items):
            facts = {"wayline.signal": signal.value, "wayline.segments": len(batch), "wayline.items": items}
            SELF_TRACES.record("flush", started_ns, self._clock.now_ns(), facts, error=error)

    def _check_retired(self) -> None:
        """Once after the start, store anew what the store has lost; what stands in its way must not stop the rest."""
        if time.monotonic() < self._check_at_s:
            return
        try:
            self._commit.restore(self._spool.retired())
            self._aftermath.tell()
        except WaylineError as error:
            self._check_at_s = time.monotonic() + self._config.backoff_max_s
            _log.warning("stored segments could not be checked", error=str(error))
        else:
            self._check_at_s = math.inf

    def _warm_up(self) -> None:
        """Let the first request not wait for what every first statement of an engine costs."""
        try:
            self._commit.warm_up()
        except WaylineError as error:
            _log.warning("the statements that store cannot be tried", error=str(error))

    def _is_done(self) -> bool:
        if not self._stopping.is_set():
            return False
        return time.monotonic() >= self._drain_until_s or not self._spool.sealed()

    def _take_sealed(self) -> None:
        """Hold every sealed segment by its signal; wait for one only when there is nothing to do."""
        wait_s = 0.0 if self._next_signal() or self._stopping.is_set() else _WAIT_S
        while (segment := self._spool.take(wait_s)) is not None:
            self._held[segment.signal].append(segment)
            wait_s = 0.0
        if self._stopping.is_set() and self._next_signal() is None:
            time.sleep(_DRAIN_POLL_S)
        self._measure_lag(self._spool.sealed())

    def _rest(self) -> None:
        """Give back the memory of statements once none came for a while."""
        if time.monotonic() >= self._rest_at_s:
            self._rest_at_s = math.inf
            self._commit.rest()

    def _next_signal(self) -> Signal | None:
        """Return the signal whose oldest segment waits longest, of those that were not refused a moment ago."""
        now_s = time.monotonic()
        ready = [
            (held[0].id, signal)
            for signal, held in self._held.items()
            if held and (signal not in self._setbacks or self._setbacks[signal].until_s <= now_s)
        ]
        return min(ready)[1] if ready else None

    def _measure_lag(self, waiting: Sequence[Segment]) -> None:
        oldest_ns = min((segment.first_received_ns for segment in waiting), default=self._clock.now_ns())
        INGEST_LAG_SECONDS.set(max(0.0, (self._clock.now_ns() - oldest_ns) / NS_PER_S))

    def _set_back(self, signal: Signal, error: WaylineError) -> None:
        """Let *signal* wait, longer each time; the others go on."""
        failures = self._setbacks[signal].failures + 1 if signal in self._setbacks else 1
        longest_s = min(self._config.backoff_max_s, self._config.backoff_min_s * 2.0 ** min(failures - 1, 16))
        # Half to all of it, so that collectors that failed together do not come back together.
        wait_s = longest_s * random.uniform(0.5, 1.0)  # noqa: S311  # not a secret
        self._setbacks[signal] = _Setback(failures, time.monotonic() + wait_s, str(error))
        _log.warning("segments could not be stored", signal=signal, attempts=failures, error=str(error))


def _fitting(waiting: Sequence[Segment], limit_bytes: int) -> Iterator[Segment]:
    """Yield the first segments, at least one, up to *limit_bytes* together."""
    taken_bytes = 0
    for segment in waiting:
        if taken_bytes and taken_bytes + segment.size_bytes > limit_bytes:
            return
        taken_bytes += segment.size_bytes
        yield segment
