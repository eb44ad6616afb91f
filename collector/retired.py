"""Stored segments, kept for a grace period so that damage to the store can be replayed."""

import contextlib
import mmap
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from collector.config import SpoolConfig
from collector.frames import SEGMENT_HEADER_BYTES, FramePlace, SegmentHeader, scan_frames, unpack_segment_header
from collector.keys import SpoolKey
from collector.segment import CorruptHandler, Segment
from core.selfmetrics import RETIRED_BYTES, RETIRED_SEGMENTS


@dataclass(frozen=True)
class _Kept:
    path: Path
    header: SegmentHeader
    size_bytes: int
    retired_s: float


class RetiredSegments:
    """
    The folder of retired segments.

    Ages run on the monotonic clock from retirement, or from this start: a clock that jumps deletes nothing early.

    Args:
        folder: Where they are; made when missing.
        config: Grace period and most bytes.
        key: Master key.
        on_corrupt: Handed to each segment that is read again.
    """

    def __init__(self, folder: Path, config: SpoolConfig, key: SpoolKey, on_corrupt: CorruptHandler) -> None:
        self._folder = folder
        self._keep_s = config.retired_keep_s
        self._max_bytes = config.retired_max_bytes
        self._key = key
        self._on_corrupt = on_corrupt
        self._tidied_s = 0.0
        self._lock = threading.Lock()
        self._kept: dict[int, _Kept] = {}
        folder.mkdir(exist_ok=True, mode=0o700)
        for path in folder.glob("*.seg"):
            with path.open("rb") as file:
                header = unpack_segment_header(file.read(SEGMENT_HEADER_BYTES))
            if header is None or header.key_id != key.key_id:
                path.unlink()  # stored and verified before; unreadable, it serves nobody
            else:
                self._keep(path, header)

    def _keep(self, path: Path, header: SegmentHeader) -> None:
        self._kept[header.segment_id] = _Kept(path, header, path.stat().st_size, time.monotonic())

    def ids(self) -> list[int]:
        """Return the ids of the segments kept."""
        with self._lock:
            return sorted(self._kept)

    @property
    def last_sequence(self) -> int:
        """Greatest sequence number kept; 0 when there is none."""
        with self._lock:
            return max((kept.header.sequence for kept in self._kept.values()), default=0)

    def add(self, segment: Segment) -> None:
        """Move the file of a stored segment here."""
        target = self._folder / segment.path.name
        segment.path.replace(target)
        _forget_pages(target)
        with self._lock:
            self._keep(target, segment.header)
        RETIRED_SEGMENTS.labels(segment.signal).inc()
        RETIRED_BYTES.labels(segment.signal).inc(segment.written_bytes)

    def segments(self) -> list[Segment]:
        """Return the segments kept, readable again, oldest first."""
        with self._lock:
            kept = [self._kept[segment_id] for segment_id in sorted(self._kept)]
        return [self._open(one) for one in kept]

    def _open(self, kept: _Kept) -> Segment:
        with kept.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            places = [piece for piece in scan_frames(data) if isinstance(piece, FramePlace)]
        return Segment(
            kept.path,
            kept.header,
            places,
            kept.header.cipher(self._key),
            recovered=True,
            on_corrupt=self._on_corrupt,
        )

    def tidy(self, *, every_s: float) -> None:
        """Delete what is older than the grace period or beyond the byte limit, unless done within *every_s* seconds."""
        now_s = time.monotonic()
        if now_s - self._tidied_s < every_s:
            return
        self._tidied_s = now_s
        with self._lock:
            total = sum(kept.size_bytes for kept in self._kept.values())
            for segment_id in sorted(self._kept):
                kept = self._kept[segment_id]
                if total <= self._max_bytes and now_s - kept.retired_s <= self._keep_s:
                    continue
                kept.path.unlink(missing_ok=True)
                del self._kept[segment_id]
                total -= kept.size_bytes


def _forget_pages(path: Path) -> None:
    """
    Let the kernel give away the memory in which it holds a file.

    Hardly any retired segment is read again. The writer of the next one finds pages that were used a moment ago: 0.2
    instead of 0.4 to 0.55 µs of CPU for each 340 bytes that it writes, where a virtual machine has to get the others.
    """
    with contextlib.suppress(OSError), path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
