"""
Recognises a byte-identical request sent again, within a window, in bounded memory, across restarts.

OTLP calls duplicates after a lost answer an edge case that is the client's to accept (specification 1.11, Duplicate
Data); here the second copy is answered like the first and stored once. Digests live in two memory-mapped
open-addressing tables, the current half-window and the one before it.
"""

import mmap
import os
import struct
from pathlib import Path

from collector.keys import DIGEST_BYTES
from core.clock import NS_PER_S

_HEADER = struct.Struct("<8sQQQ")  # magic, slots, used, opened_ns
_MAGIC = b"WAYSEEN\x01"
_EMPTY = bytes(DIGEST_BYTES)
_FORGOTTEN = b"\xff" * DIGEST_BYTES
_MAX_LOAD = 0.6


class _Table:
    used: int
    opened_ns: int

    def __init__(self, path: Path, slots: int, now_ns: int) -> None:
        size = _HEADER.size + slots * DIGEST_BYTES
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Reserved at once: a page of a memory map that finds the disk full kills the process.
            os.posix_fallocate(descriptor, 0, size)
            os.ftruncate(descriptor, size)
            self._map = mmap.mmap(descriptor, size)
        finally:
            os.close(descriptor)
        self.slots = slots
        magic, had_slots, self.used, self.opened_ns = _HEADER.unpack_from(self._map)
        if magic != _MAGIC or had_slots != slots:
            self.clear(now_ns)

    def clear(self, opened_ns: int) -> None:
        self._map[_HEADER.size :] = bytes(len(self._map) - _HEADER.size)
        self.used, self.opened_ns = 0, opened_ns
        self._store_header()

    def _store_header(self) -> None:
        _HEADER.pack_into(self._map, 0, _MAGIC, self.slots, self.used, self.opened_ns)

    def _find(self, digest: bytes) -> tuple[int, bool]:
        slot = int.from_bytes(digest[:8], "little") % self.slots
        while True:
            offset = _HEADER.size + slot * DIGEST_BYTES
            held: bytes = self._map[offset : offset + DIGEST_BYTES]
            if held == digest:
                return offset, True
            if held == _EMPTY:
                return offset, False
            slot = (slot + 1) % self.slots

    def __contains__(self, digest: bytes) -> bool:
        return self._find(digest)[1]

    def add(self, digest: bytes) -> None:
        offset, present = self._find(digest)
        if not present:
            self._map[offset : offset + DIGEST_BYTES] = digest
            self.used += 1
            self._store_header()

    def discard(self, digest: bytes) -> None:
        offset, present = self._find(digest)
        if present:
            self._map[offset : offset + DIGEST_BYTES] = _FORGOTTEN

    @property
    def is_full(self) -> bool:
        return self.used >= self.slots * _MAX_LOAD

    def close(self) -> None:
        self._map.close()


class ResendWindow:
    """
    The digests of recent requests.

    A digest is remembered for at least *window_s*, unless more than *entries* requests come in that time; twice that at
    most. Add one only when its request is on disk: what is remembered is never stored again.

    Args:
        folder: Where the tables are kept.
        entries: Digests each of the two tables holds.
        window_s: Seconds a table is filled before the next is begun.
        now_ns: Unix nanoseconds.
    """

    def __init__(self, folder: Path, *, entries: int, window_s: float, now_ns: int) -> None:
        self._folder = folder
        self._slots = round(entries / _MAX_LOAD) + 1
        self._window_ns = round(window_s * NS_PER_S)
        tables = [_Table(folder / name, self._slots, now_ns) for name in ("resend-a.seen", "resend-b.seen")]
        self._previous, self._current = sorted(tables, key=lambda table: table.opened_ns)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._current or digest in self._previous

    def add(self, digest: bytes, now_ns: int) -> None:
        """Remember *digest*, whose request is on disk."""
        if self._current.is_full or now_ns - self._current.opened_ns > self._window_ns:
            self._rotate(now_ns)
        self._current.add(digest)

    def discard(self, digest: bytes) -> None:
        """Forget *digest*: its request was damaged on disk, and may be sent again."""
        self._current.discard(digest)
        self._previous.discard(digest)

    def _rotate(self, now_ns: int) -> None:
        # Both files exist from the start, so that a full disk cannot stop a rotation.
        self._previous.clear(max(now_ns, self._current.opened_ns + 1))
        self._previous, self._current = self._current, self._previous

    def close(self) -> None:
        """Let go of the files."""
        self._current.close()
        self._previous.close()
