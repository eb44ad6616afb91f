"""
The durability promise: a request is acknowledged when its frame is on disk, many requests per disk sync.

One writer thread owns the open segments. Receivers append from any thread and are told through a future; the flusher
takes sealed segments and retires them once their rows are stored and verified.
"""

import threading
import time
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

import structlog

from collector.burial import Burial
from collector.config import SpoolConfig
from collector.dead_letters import DamagedLetterError, DeadLetter, DeadLetters
from collector.frame_memory import FrameMemory
from collector.frames import FRAME_OVERHEAD_BYTES, FramePlace, SegmentHeader
from collector.journal import Journal
from collector.keys import SpoolKey
from collector.recover import Recovered, recover_segments
from collector.refusals import OverloadedError
from collector.resend import ResendWindow
from collector.retired import RetiredSegments
from collector.room import Room
from collector.seal_pace import SealPace
from collector.segment import Entry, Frame, OpenSegment, Segment, disk_errors_as_transient, ids_in_names
from collector.segment_ids import SegmentIds
from collector.signals import SIGNALS, Signal
from collector.spool_lock import SpoolLock
from core.clock import Clock
from core.component import Health
from core.faults import fault_point
from core.selfmetrics import FSYNC_SECONDS, SPOOL_SEGMENTS, SPOOLED_BYTES

_log = structlog.get_logger(__name__)
_TIDY_EVERY_S = 1.0
_GROUP_BYTES = 8 * 2**20  # encrypted in memory that is used again; what is more, in memory of its own
_CROWD, _GATHER_S = 4, 0.002  # where many requests came together, a moment's wait gathers more for one sync


class _Pending(NamedTuple):
    signal: Signal
    entry: Entry
    stored: "Future[bool]"


class Spool:
    """
    The spool folder.

    Args:
        config: Marks, sizes and ages; *config.path* must be absolute.
        key: Master key.
        clock: Wall clock, for ids and received times; ages are measured on the monotonic clock.
    """

    def __init__(self, config: SpoolConfig, key: SpoolKey, clock: Clock) -> None:
        self._config = config
        self._key = key
        self._clock = clock
        self._folder: Path = config.path
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._ready = threading.Condition(self._lock)
        self._pending: list[_Pending] = []
        self._in_flight: dict[bytes, Future[bool]] = {}
        self._open: dict[Signal, OpenSegment] = {}
        self._memory = FrameMemory(_GROUP_BYTES)
        self._paces = {signal: SealPace(config.seal_after_s, config.seal_busy_after_s) for signal in SIGNALS}
        self._sealed: dict[int, Segment] = {}
        self._taken: set[int] = set()
        self._idle_flushers = 0
        self._closing = False
        self._ids = SegmentIds(0)
        self._last_sequence = 0
        self._write_error = ""
        self._hold: SpoolLock | None = None
        self.recovered = Recovered()
        self.room = Room(config)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.dead_letters = DeadLetters(self._folder / "dead", key, config.dead_letters_max_bytes)
        self._burial = Burial(self.dead_letters, clock)
        self._writer = threading.Thread(target=self._run, name="spool-writer", daemon=True)

    def start(self) -> None:
        """
        Take the folder, recover what is in it, and begin to write.

        Raises:
            core.errors.ConfigError: Another process holds the folder.
        """
        self._hold = SpoolLock(self._folder)
        self._journal = Journal(self._folder)
        present = ids_in_names(self._folder, self._folder / "retired", self._folder / "quarantine")
        self._retired = RetiredSegments(self._folder / "retired", self._config, self._key, self._bury_corrupt)
        known = self._retired.ids()
        recover_segments(
            self._folder,
            self._folder / "quarantine",
            self._key,
            known_ids=set(known),
            on_corrupt=self._bury_corrupt,
            on_stretch=self._bury_stretch,
            found=self.recovered,
        )
        self._journal.compare(present, [segment.header for segment in self.recovered.segments])
        self._ids = SegmentIds(max([self._journal.last_segment_id, *known]))
        self._last_sequence = max(self._retired.last_sequence, self._journal.last_sequence)
        now_ns = self._clock.now_ns()
        self._resends = ResendWindow(
            self._folder, entries=self._config.resend_entries, window_s=self._config.resend_window_s, now_ns=now_ns
        )
        self._sealed = {segment.id: segment for segment in self.recovered.segments}
        self.room.add(sum(segment.size_bytes for segment in self.recovered.segments))
        # A power cut may have taken the newest digests: what is still on disk is recognised all the same.
        for segment in (*self.recovered.segments, *self._retired.segments()):
            for digest in segment.digests():
                self._resends.add(digest, now_ns)
        self.room.look_at_disk(self._folder)
        self._writer.start()

    def stop(self, timeout_s: float) -> None:
        """Seal what is open and let go of the folder; what is sealed stays for the next start."""
        self.seal_open(timeout_s)
        if self._hold is not None and not self._writer.is_alive():
            self._resends.close()
            self._journal.close()
            self._hold.release()
            self._hold = None

    def seal_open(self, timeout_s: float) -> None:
        """Write and seal everything appended so far, within *timeout_s* seconds, and take nothing more."""
        with self._lock:
            self._closing = True
            self._work.notify_all()
        if self._writer.is_alive():
            self._writer.join(timeout_s)

    def append(
        self, signal: Signal, payload: bytes | bytearray, *, items: int, received_ns: int = 0, once: bool = True
    ) -> "Future[bool]":
        """
        Put one request into the spool.

        Args:
            signal: Kind of telemetry.
            payload: As `Frame.payload`.
            items: As `Frame.items`.
            received_ns: Unix nanoseconds at which it was read; 0 means now.
            once: Whether the same payload within the resend window is stored once only.

        Returns:
            Resolves when the request is on disk: True, or False when it was there before. Fails with `OverloadedError`
            when the disk refused it. Callbacks run on the writer thread and must be short.

        Raises:
            OverloadedError: No room, or the spool is closing.
        """
        digest = self._key.digest(signal, payload)
        stored: Future[bool] = Future()
        stored.set_running_or_notify_cancel()  # shared with other callers: nobody may cancel it
        entry = Entry(payload, items, received_ns or self._clock.now_ns(), digest)
        with self._lock:
            if self._closing:
                raise OverloadedError("the collector is stopping")
            if once:
                under_way = self._in_flight.get(digest)
                if under_way is not None:
                    return under_way
                if digest in self._resends:
                    stored.set_result(False)
                    return stored
            self.room.take(len(payload) + FRAME_OVERHEAD_BYTES)
            self._in_flight[digest] = stored
            self._pending.append(_Pending(signal, entry, stored))
            self._work.notify()
        return stored

    def wait_sealed(self, timeout_s: float) -> bool:
        """Wait for a sealed segment; return whether there is one. Meanwhile open ones are sealed at their pace."""
        with self._lock:
            self._idle_flushers += 1
            self._work.notify()
            found = self._ready.wait_for(lambda: len(self._sealed) > len(self._taken), timeout_s)
            self._idle_flushers -= 1
            return found

    def sealed(self) -> list[Segment]:
        """Return the sealed segments that are not retired, oldest first."""
        with self._lock:
            return [self._sealed[segment_id] for segment_id in sorted(self._sealed)]

    def take(self, timeout_s: float) -> Segment | None:
        """Like `wait_sealed`, but lend the oldest segment to this caller alone, until given back or retired."""
        if not self.wait_sealed(timeout_s):
            return None
        with self._lock:
            free = self._sealed.keys() - self._taken
            if not free:
                return None
            self._taken.add(min(free))
            return self._sealed[min(free)]

    def give_back(self, segment: Segment) -> None:
        """Undo `take`: the segment could not be stored now."""
        with self._lock:
            self._taken.discard(segment.id)
            self._ready.notify()

    def retire(self, segment: Segment) -> None:
        """
        Let go of a segment whose rows are stored and verified; its file is kept for the grace period.

        Raises:
            TransientError: Its file could not be moved; the segment is still sealed.
        """
        with disk_errors_as_transient():
            self._retired.add(segment)
        fault_point("spool.retired")
        self._journal.done(segment.header)
        with self._lock:
            self._sealed.pop(segment.id, None)
            self._taken.discard(segment.id)
            SPOOL_SEGMENTS.set(len(self._sealed))
        self.room.give(segment.written_bytes)

    def retired(self) -> list[Segment]:
        """Return the stored segments still kept, oldest first, so that damage to the store can be replayed."""
        return self._retired.segments()

    def quarantine(self, segment: Segment, frame: Frame, reason: str) -> None:
        """Copy one frame that the store cannot take into the dead letters; *reason* is a short name without values."""
        self._burial.bury(
            segment.header,
            bytes(frame.payload),
            reason,
            index=frame.index,
            items=frame.items,
            received_ns=frame.received_ns,
            readable=True,
        )

    def redrive(self, letter_id: str, timeout_s: float = 60.0) -> DeadLetter:
        """
        Put a dead letter back, and remove it from its folder once it is on disk here.

        Raises:
            PermanentError: There is none of that id, or its bytes are damaged.
            OverloadedError: No room now.
        """
        letter, payload = self.dead_letters.show(letter_id)
        if not letter.is_readable:
            raise DamagedLetterError("this dead letter holds damaged bytes", remedy="ask its sender to send it again")
        stored = self.append(letter.signal, payload, items=letter.items, received_ns=letter.received_ns, once=False)
        stored.result(timeout_s)
        self.dead_letters.remove(letter_id)
        return letter

    def missing_segments(self) -> list[str]:
        """Return the file names of segments that vanished before they were stored, until a person deals with them."""
        return self._journal.missing()

    def health(self) -> list[Health]:
        """Return the state of the spool."""
        missing = self._journal.problem() if self._writer.is_alive() else ""
        found = (self._write_error, self.room.problem(), self.recovered.problem(), missing)
        problems = [problem for problem in found if problem]
        if not self._writer.is_alive():
            problems.append(self.recovered.progress() or "the writer is not running")
        return [Health("spool", ok=not problems, detail="; ".join(problems) or self.room.describe())]

    def _run(self) -> None:
        crowd = 0
        while True:
            with self._lock:
                if not self._pending and not self._closing:
                    self._work.wait(self._seconds_to_next_seal())
            if crowd > _CROWD:
                time.sleep(_GATHER_S)
            with self._lock:
                pending, self._pending = self._pending, []
                closing = self._closing
            crowd = len(pending)
            for signal in SIGNALS:
                group = [one for one in pending if one.signal is signal]
                if group:
                    self._commit(signal, group)
            self._seal_due(everything=closing and not pending)
            self._tidy()
            if closing and not pending:
                return

    def _tidy(self) -> None:
        # One by one, and tried again: a disk too full for a record must not keep old segments from being deleted.
        for task in (partial(self.room.look_at_disk, self._folder), self._journal.sync, self._retired.tidy):
            try:
                task(every_s=_TIDY_EVERY_S)
            except OSError as error:
                _log.warning("spool could not be tidied", errno=error.errno, error=error.strerror)

    def _commit(self, signal: Signal, group: list[_Pending]) -> None:
        started_s = time.perf_counter()
        error: OSError | None = None
        try:
            self._open_segment(signal).append([one.entry for one in group], self._memory)
        except OSError as refused:
            error = refused
            self._set_back(signal, refused)
        else:
            self._write_error = ""
            SPOOLED_BYTES.labels(signal).inc(sum(len(one.entry.payload) + FRAME_OVERHEAD_BYTES for one in group))
        FSYNC_SECONDS.observe(time.perf_counter() - started_s)
        now_ns = self._clock.now_ns()
        with self._lock:
            for one in group:
                self._in_flight.pop(one.entry.digest, None)
                if error is None:
                    self._resends.add(one.entry.digest, now_ns)
                else:
                    self.room.give(len(one.entry.payload) + FRAME_OVERHEAD_BYTES)
        for one in group:
            if error is None:
                one.stored.set_result(True)
            else:
                one.stored.set_exception(OverloadedError("the spool cannot write to its disk", retry_after_s=2))

    def _open_segment(self, signal: Signal) -> OpenSegment:
        segment = self._open.get(signal)
        if segment is None:
            self._last_sequence += 1
            numbers = {"segment_id": self._ids.next(self._clock.now_ns()), "sequence": self._last_sequence}
            segment = OpenSegment(self._folder, self._key, signal, **numbers, opened_s=time.monotonic())
            self._journal.begun(segment.header)
            self._open[signal] = segment
        return segment

    def _set_back(self, signal: Signal, refused: OSError) -> None:
        """After a failed write nothing more goes into that file: what a failed sync left of it is not known."""
        self._write_error = f"the spool cannot write: {refused.strerror}"
        _log.error("spool write failed", signal=signal, errno=refused.errno, error=refused.strerror)
        segment = self._open.get(signal)
        if segment is None:
            return
        try:
            segment.cut_back()
        except OSError as again:
            _log.error("spool tail could not be cut", signal=signal, errno=again.errno, error=again.strerror)
        self._seal(signal)

    def _due(self, segment: OpenSegment, now_s: float) -> float:
        """Return the seconds until *segment* is to be sealed; none is left at 0 or below."""
        if segment.good_bytes >= self._config.segment_bytes:
            return 0.0
        if not self._idle_flushers:
            return _TIDY_EVERY_S
        return self._paces[segment.header.signal].due_s(segment.opened_s) - now_s

    def _seconds_to_next_seal(self) -> float:
        now_s = time.monotonic()
        return max(0.0, min([_TIDY_EVERY_S, *(self._due(one, now_s) for one in self._open.values())]))

    def _seal_due(self, *, everything: bool) -> None:
        now_s = time.monotonic()
        for signal, segment in list(self._open.items()):
            if everything or self._due(segment, now_s) <= 0:
                self._seal(signal)

    def _seal(self, signal: Signal) -> None:
        segment = self._open.pop(signal)
        self._paces[signal].note_sealed(segment.opened_s, time.monotonic())
        if segment.is_empty:
            self._journal.done(segment.header)
            segment.discard()
            return
        sealed = segment.seal(self._bury_corrupt)
        fault_point("spool.sealed")
        with self._lock:
            self._sealed[sealed.id] = sealed
            SPOOL_SEGMENTS.set(len(self._sealed))
            self._ready.notify_all()

    def _bury_corrupt(self, segment: Segment, place: FramePlace, data: bytes) -> None:
        with self._lock:
            self._resends.discard(place.digest)
        self._burial.bury(
            segment.header,
            data,
            "corrupt",
            index=place.index,
            items=place.items,
            received_ns=place.received_ns,
            readable=False,
        )

    def _bury_stretch(self, header: SegmentHeader, number: int, data: bytes) -> None:
        self._burial.bury(header, data, "corrupt", index=number, readable=False)
