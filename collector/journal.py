"""
Which segments were begun and are not stored yet, so that a file that vanishes is noticed at the next start.

It also remembers the last numbers used: ids stay unique and growing after every file is gone and the clock went back.
A record is written when a segment is begun and when it is done; the disk is asked to keep them once a second only, so
that no acknowledgement waits. A power cut can therefore cost an alarm, never a request.
"""

import contextlib
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from collector.frames import SegmentHeader
from collector.keys import sync_folder
from collector.segment import segment_name
from collector.signals import SIGNALS, Signal
from core.selfmetrics import SPOOL_MISSING_SEGMENTS

_log = structlog.get_logger(__name__)
_RECORD = struct.Struct("<BB2xQQI")  # kind, signal, segment id, sequence, crc
_BEGUN, _DONE, _LAST = 1, 2, 3
_COMPACT_BYTES = 1 << 20


@dataclass(frozen=True)
class _Record:
    kind: int
    signal: Signal
    segment_id: int
    sequence: int

    def pack(self) -> bytes:
        body = _RECORD.pack(self.kind, SIGNALS.index(self.signal), self.segment_id, self.sequence, 0)[:-4]
        return body + zlib.crc32(body).to_bytes(4, "little")


def _read(path: Path) -> Iterable[_Record]:
    data = path.read_bytes() if path.exists() else b""
    for offset in range(0, len(data) - _RECORD.size + 1, _RECORD.size):
        kind, signal, segment_id, sequence, crc = _RECORD.unpack_from(data, offset)
        # What a crash left of a record is passed over: at worst a segment that is there is not missed.
        if zlib.crc32(data[offset : offset + _RECORD.size - 4]) == crc and signal < len(SIGNALS):
            yield _Record(kind, SIGNALS[signal], segment_id, sequence)


class Journal:
    """
    The file of begun and done segments, and the folder of missing ones.

    A missing segment has an entry in the folder ``missing`` until its file is back or a person deletes the entry.

    Args:
        folder: Folder of the spool.

    Attributes:
        last_segment_id: Greatest segment id ever used here; 0 in a new folder.
        last_sequence: Greatest sequence number ever used here.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "segments.journal"
        self._missing_folder = folder / "missing"
        self._begun: dict[int, _Record] = {}
        self._lock = threading.Lock()
        self._unwritten = b""
        self._written = 0
        self._dirty = False
        self._spoiled = False
        self._synced_s = 0.0
        self.last_segment_id = 0
        self.last_sequence = 0
        for record in _read(self._path):
            self._apply(record)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)

    def _apply(self, record: _Record) -> None:
        self.last_segment_id = max(self.last_segment_id, record.segment_id)
        self.last_sequence = max(self.last_sequence, record.sequence)
        if record.kind == _BEGUN:
            self._begun[record.segment_id] = record
        elif record.kind == _DONE:
            self._begun.pop(record.segment_id, None)

    def compare(self, present: set[int], waiting: Iterable[SegmentHeader]) -> None:
        """
        Note what is missing and begin anew with what waits.

        Args:
            present: Ids in the names of the segment files that were found, whatever their state.
            waiting: Headers of the segments that are not stored yet.

        Raises:
            OSError: The disk refuses; the spool cannot start.
        """
        waiting = list(waiting)
        present = present | {header.segment_id for header in waiting}
        self._missing_folder.mkdir(exist_ok=True, mode=0o700)
        for record in self._begun.values():
            if record.segment_id not in present:
                name = segment_name(record.signal, record.segment_id)
                (self._missing_folder / name).touch(mode=0o600)
                _log.error("a segment that was not stored yet is missing from the spool", segment=name)
        for entry in self._missing_folder.iterdir():
            number = entry.stem.rpartition("-")[2]
            if number.isdigit() and int(number) in present:
                entry.unlink()
        sync_folder(self._missing_folder)
        SPOOL_MISSING_SEGMENTS.set(len(self.missing()))
        self._begun = {}
        for header in waiting:
            self._apply(_Record(_BEGUN, header.signal, header.segment_id, header.sequence))
        self._compact()

    def missing(self) -> list[str]:
        """Return the file names of the segments that vanished before they were stored."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(entry.name for entry in self._missing_folder.iterdir())
        return []

    def problem(self) -> str:
        """Return what a person has to do about missing segments, or an empty text."""
        missing = self.missing()
        if not missing:
            return ""
        return (
            f"{len(missing)} segments are missing that were not stored yet: put their files back and restart, "
            "or delete their entries in the spool's folder missing"
        )

    def begun(self, header: SegmentHeader) -> None:
        """Note that the file of this segment exists."""
        self._note(_Record(_BEGUN, header.signal, header.segment_id, header.sequence))

    def done(self, header: SegmentHeader) -> None:
        """Note that nothing of this segment waits any longer."""
        self._note(_Record(_DONE, header.signal, header.segment_id, header.sequence))

    def _note(self, record: _Record) -> None:
        with self._lock:
            self._apply(record)
            self._unwritten += record.pack()
            # A full disk must not stop the spool for this: what is not written now is with the next record.
            with contextlib.suppress(OSError):
                self._write()

    def _write(self) -> None:
        while self._unwritten:
            count = os.pwrite(self._descriptor, self._unwritten, self._written)
            self._unwritten, self._written, self._dirty = self._unwritten[count:], self._written + count, True

    def sync(self, *, every_s: float) -> None:
        """
        Make the records durable, unless that was done within *every_s* seconds.

        Raises:
            OSError: The disk refuses.
        """
        now_s = time.monotonic()
        if now_s - self._synced_s < every_s:
            return
        with self._lock:
            self._write()
            # A sync that failed once says nothing the next time: what was in that file is written to another one.
            if self._spoiled or self._written > _COMPACT_BYTES:
                self._compact()
            elif self._dirty:
                self._spoiled = True
                os.fdatasync(self._descriptor)
                self._spoiled = False
            self._dirty, self._synced_s = False, now_s

    def _compact(self) -> None:
        """Write the file anew with what is begun."""
        last = _Record(_LAST, SIGNALS[0], self.last_segment_id, self.last_sequence)
        data = b"".join(record.pack() for record in (last, *self._begun.values()))
        draft = self._path.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.pwrite(descriptor, data, 0)
            os.fsync(descriptor)
            draft.replace(self._path)
        except OSError:
            os.close(descriptor)
            raise
        os.close(self._descriptor)
        self._descriptor, self._written, self._unwritten = descriptor, len(data), b""
        self._spoiled = False
        sync_folder(self._path.parent)

    def close(self) -> None:
        """Write what is left and let go of the file."""
        try:
            self.sync(every_s=0)
        except OSError as error:
            _log.warning("the journal of the spool could not be written", errno=error.errno)
        finally:
            os.close(self._descriptor)
