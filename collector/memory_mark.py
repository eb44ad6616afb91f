"""How much memory the process takes, and whether that is too much to take more requests."""

import os
import time
from pathlib import Path

_STATM = Path("/proc/self/statm")
_MEMINFO = Path("/proc/meminfo")
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_LOOK_EVERY_S = 0.1


def available_bytes() -> int:
    """Return the memory this process may take: of its control group where that is limited, else of the machine."""
    limits = [int(line.split()[1]) * 1_024 for line in _lines(_MEMINFO) if line.startswith("MemTotal:")]
    limits += [int(text) for path in _CGROUP_LIMITS for text in _lines(path) if text.strip().isdigit()]
    return min(limits, default=0)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []  # another system, or no control group: then that limit is not there


class MemoryMark:
    """
    A mark on the resident memory of this process.

    Args:
        max_bytes: The mark; 0 for none. Without ``/proc`` there is none either.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes if _STATM.exists() else 0
        self._page_bytes = os.sysconf("SC_PAGE_SIZE")
        self._looked_s = float("-inf")
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether the process took more than the mark when it was last looked at, at most 0.1 s ago."""
        if not self._max_bytes:
            return False
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now_s
            resident_pages = int(_STATM.read_text(encoding="ascii").split()[1])
            self._is_over = resident_pages * self._page_bytes > self._max_bytes
        return self._is_over
