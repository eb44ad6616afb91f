"""How many bytes may be under way at once: a request that would go over is told to come back, never queued."""

import threading

from collector.memory_mark import MemoryMark
from collector.refusals import OverloadedError

_MEMORY_RETRY_S = 2.0


class Admission:
    """
    A byte-weighted limit shared by all receivers.

    Args:
        max_bytes: Most bytes of requests that are not answered yet.
        memory: Above this mark nothing is taken; None for no mark.
    """

    def __init__(self, max_bytes: int, memory: MemoryMark | None = None) -> None:
        self._max_bytes = max_bytes
        self._memory = memory
        self._lock = threading.Lock()
        self.used_bytes = 0

    def take(self, size_bytes: int, held_bytes: int = 0) -> None:
        """
        Reserve *size_bytes* for a request that holds *held_bytes*; when it is alone there is no limit.

        Raises:
            OverloadedError: Too much is under way, or the process takes too much memory.
        """
        if self._memory is not None and self._memory.is_over:
            raise OverloadedError("the memory of the process is nearly used up", retry_after_s=_MEMORY_RETRY_S)
        with self._lock:
            if self.used_bytes > held_bytes and self.used_bytes + size_bytes > self._max_bytes:
                raise OverloadedError("too many bytes are under way")
            self.used_bytes += size_bytes

    def give(self, size_bytes: int) -> None:
        """Return *size_bytes* that were reserved."""
        with self._lock:
            self.used_bytes -= size_bytes


class Reservation:
    """
    What one request holds of an `Admission`; it may grow, and is let go once.

    Args:
        admission: Whose bytes.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._held = 0

    def grow(self, size_bytes: int) -> None:
        """
        Hold *size_bytes* more.

        Raises:
            OverloadedError: Too much is under way.
        """
        self._admission.take(size_bytes, self._held)
        self._held += size_bytes

    def release(self) -> None:
        """Let go of everything."""
        if self._held:
            self._admission.give(self._held)
            self._held = 0
