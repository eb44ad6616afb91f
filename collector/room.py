"""How much more the spool may take: quota, marks and the disk's free space."""

import os
import threading
import time
from pathlib import Path

from collector.config import SpoolConfig
from collector.refusals import OverloadedError, ThrottledError
from core.selfmetrics import SPOOL_BYTES

_MAX_RETRY_S = 30.0
_REFUSED_RECENTLY_S = 5.0


class Room:
    """
    Byte account of what waits to be stored.

    Args:
        config: Quota, marks and disk reserve.
    """

    def __init__(self, config: SpoolConfig) -> None:
        self._quota = config.quota_bytes
        self._soft = config.quota_bytes * config.soft_mark_ratio
        self._hard = config.quota_bytes * config.hard_mark_ratio
        self._reserve = config.disk_reserve_bytes
        self._disk_free = config.disk_reserve_bytes
        self._looked_s = float("-inf")
        self._refused_s = float("-inf")
        self._lock = threading.Lock()
        self.used_bytes = 0

    def look_at_disk(self, folder: Path, *, every_s: float = 0.0) -> None:
        """Read the free space of *folder*'s disk, unless that was done within *every_s* seconds."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= every_s:
            facts = os.statvfs(folder)
            self._disk_free = facts.f_bavail * facts.f_frsize
            self._looked_s = now_s
            SPOOL_BYTES.set(self.used_bytes)

    def take(self, size_bytes: int) -> None:
        """
        Reserve *size_bytes*.

        Raises:
            ThrottledError: Above the soft mark.
            OverloadedError: Above the hard mark, or the disk is nearly full.
        """
        with self._lock:
            wanted = self.used_bytes + size_bytes
            if self._disk_free < self._reserve:
                raise OverloadedError("the disk of the spool is nearly full", retry_after_s=_MAX_RETRY_S)
            if wanted > self._soft:
                self._refused_s = time.monotonic()
            if wanted > self._hard:
                raise OverloadedError("the spool is full", retry_after_s=_MAX_RETRY_S)
            if wanted > self._soft:
                above = (wanted - self._soft) / max(1.0, self._hard - self._soft)
                raise ThrottledError("the spool fills faster than it drains", retry_after_s=_MAX_RETRY_S * above)
            self.used_bytes = wanted

    def add(self, size_bytes: int) -> None:
        """Count bytes that are there already, however many."""
        with self._lock:
            self.used_bytes += size_bytes

    def give(self, size_bytes: int) -> None:
        """Return bytes that no longer wait."""
        with self._lock:
            self.used_bytes = max(0, self.used_bytes - size_bytes)

    def problem(self) -> str:
        """Return why nothing is taken, or an empty text."""
        if self._disk_free < self._reserve:
            return "the disk of the spool is nearly full"
        # Requests are refused before they reach the mark, so the fill level alone would stay green.
        if self.used_bytes > self._soft or time.monotonic() - self._refused_s < _REFUSED_RECENTLY_S:
            return f"requests are refused: {self.used_bytes / self._quota:.0%} of the spool's quota is used"
        return ""

    def describe(self) -> str:
        """Return one sentence on the fill level."""
        return f"{self.used_bytes} bytes wait to be stored"
