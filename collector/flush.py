"""
From the spool to the store: sealed segments become rows, are counted, entered in the ledger and retired.

Nothing is retired that was not counted, and nothing is inserted twice without counting first; so a crash at any point
repairs itself at the next start (DESIGN section 3). This is the one place that retries on behalf of the store.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import structlog

from collector.commit import Commit
from collector.flush_config import FlushConfig
from collector.ingest import Ingest
from collector.redact import Redactor
from collector.segment import Segment
from collector.spool import Spool
from core.clock import NS_PER_S, Clock
from core.component import Health
from core.errors import WaylineError
from core.selfmetrics import INGEST_LAG_SECONDS
from storage.store import Store

_log = structlog.get_logger(__name__)
_WAIT_S = 0.5


class Flusher:
    """
    One thread that empties the spool into the store.

    Args:
        spool: Where acknowledged requests wait.
        store: Where rows go.
        clock: Dates the ledger and measures the lag.
        config: Sizes and waits.
        redactor: Gives what is to be taken out of requests before they are stored, or None for nothing. With rules
            every request is parsed and written anew, which is slower by a factor of ten.
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
        self._stopping = threading.Event()
        self._drain_until_s = 0.0
        self._problem = ""
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
        return [Health("flusher", ok=not self._problem, detail=self._problem or "segments reach the store")]

    def _run(self) -> None:
        failures = 0
        is_checked = False
        while not self._is_done():
            try:
                if not is_checked:
                    self._commit.restore(self._spool.retired())
                    is_checked = True
                segments = self._next_segments()
                if not segments:
                    continue
                self._commit.store(segments)
            except WaylineError as error:
                failures += 1
                self._report(error, failures)
                self._stopping.wait(self._backoff_s(failures))
            else:
                failures = 0
                self._problem = ""
        self._measure_lag([])

    def _is_done(self) -> bool:
        if not self._stopping.is_set():
            return False
        return time.monotonic() >= self._drain_until_s or not self._spool.sealed()

    def _next_segments(self) -> list[Segment]:
        """Wait for sealed segments; return the oldest and what else of its signal fits into one insert."""
        if not self._stopping.is_set():
            self._spool.wait_sealed(_WAIT_S)
        waiting = self._spool.sealed()
        self._measure_lag(waiting)
        return list(_fitting(waiting, self._config.chunk_bytes))

    def _measure_lag(self, waiting: Sequence[Segment]) -> None:
        oldest_ns = min((segment.first_received_ns for segment in waiting), default=self._clock.now_ns())
        INGEST_LAG_SECONDS.set(max(0.0, (self._clock.now_ns() - oldest_ns) / NS_PER_S))

    def _report(self, error: WaylineError, failures: int) -> None:
        self._problem = f"{failures} failed attempts in a row: {error}"
        _log.warning("segments could not be stored", attempts=failures, error=str(error))

    def _backoff_s(self, failures: int) -> float:
        longest_s = min(self._config.backoff_max_s, self._config.backoff_min_s * 2.0 ** min(failures - 1, 16))
        # Half to all of it, so that collectors that failed together do not come back together.
        return longest_s * random.uniform(0.5, 1.0)  # noqa: S311  # not a secret


def _fitting(waiting: Sequence[Segment], limit_bytes: int) -> Iterator[Segment]:
    """Yield the first segment and those after it of the same signal, up to *limit_bytes* together."""
    taken_bytes = 0
    for segment in waiting:
        if segment.signal is not waiting[0].signal:
            continue
        if taken_bytes and taken_bytes + segment.size_bytes > limit_bytes:
            return
        taken_bytes += segment.size_bytes
        yield segment
