"""
The verified commit of a batch of segments: insert, count, enter in the ledger, retire.

What is known before an attempt decides what it does with a segment: as many rows as the receiver counted means that an
earlier attempt got that far, some rows that it was cut off, none that it never began. Only the middle case deletes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import structlog
from google.protobuf.message import DecodeError

from collector.decode.structures import Depth
from collector.frame_memory import FrameMemory
from collector.ingest import Ingest, OwnedFrame, PartlyStoredError, Stored, refuses_value, rewritten
from collector.poison import find_poison
from collector.redact import Redactor
from collector.segment import Segment
from collector.signals import SIGNALS, Signal
from collector.spool import Spool
from core.errors import PermanentError, TransientError
from core.faults import fault_point
from core.selfmetrics import STORED_ROWS

_log = structlog.get_logger(__name__)
_DOUBTED_BEFORE_SEARCH = 2
# Up to here rewriting the requests costs less than planning the statement that reads nested values.
_FEW_ITEMS = 1_000
# Once a nested value came, so many chunks are asked which of their requests hold some before they are read.
_NESTED_RUN = 16
# Metrics have statements for five kinds, and no evidence waits for them.
_WARMED = (Signal.TRACES, Signal.LOGS, Signal.EVENTS)
_REDACTED: Sequence[Depth] = ("redacted",)
_PROBED: Sequence[Depth] = ("plain", "flat", "redacted")
_FLAT: Sequence[Depth] = ("plain", "flat")
_ANY: Sequence[Depth] = ("plain", "flat", "nested")

Prepare = Callable[[Signal, Sequence[OwnedFrame]], Sequence[OwnedFrame]]


class RowsMissingError(TransientError):
    """The store took the rows of a segment and does not have as many as it was given."""


class UnreadableRequestError(PermanentError):
    """A request that was taken cannot be parsed or redacted; it must not be stored as it is."""


class Commit:
    """
    Stores segments so that each of their rows is there once.

    Args:
        spool: Keeps the segments until they are retired.
        ingest: The statements.
        chunk_bytes: Most bytes of requests in one statement.
        redactor: Gives what is to be taken out of requests, or None for nothing.
    """

    def __init__(
        self,
        spool: Spool,
        ingest: Ingest,
        *,
        chunk_bytes: int,
        redactor: Callable[[], Redactor | None] = lambda: None,
    ) -> None:
        self._spool = spool
        self._ingest = ingest
        self._chunk_bytes = chunk_bytes
        self._memory = FrameMemory(chunk_bytes)
        self._redactor = redactor
        self._attempts: Counter[int] = Counter()
        self._nested_left: Counter[Signal] = Counter()

    def store(self, segments: Sequence[Segment]) -> None:
        """
        Store, verify and retire *segments*, all of one signal.

        Raises:
            storage.errors.StoreError: The store refused; the segments stay in the spool, try again.
            RowsMissingError: The count does not agree; try again.
        """
        signal = segments[0].signal
        expected = self._stored_before(signal, segments)
        missing = [segment for segment in segments if segment.id not in expected]
        if missing:
            self._attempts.update(segment.id for segment in missing)
            expected |= self._insert(signal, missing)
        fault_point("flush.verify")
        stored = self._ingest.stored(signal, segments)
        wrong = [segment for segment in segments if stored[segment.id].rows != expected[segment.id]]
        if wrong:
            raise RowsMissingError(
                f"{len(wrong)} segments of {signal} have another number of rows than was received",
                remedy="the rows are deleted and inserted anew",
            )
        self._finish([(segment, stored[segment.id]) for segment in segments])

    def restore(self, segments: Sequence[Segment]) -> int:
        """
        Store anew what the store has lost of retired *segments*: after a power cut a part may be gone or broken.

        Returns:
            Segments that were stored anew.

        Raises:
            storage.errors.StoreError: As `store`.
        """
        lost = 0
        for signal in SIGNALS:
            kept = [segment for segment in segments if segment.signal is signal]
            lost += self._restore_signal(signal, kept) if kept else 0
        return lost

    def _restore_signal(self, signal: Signal, segments: Sequence[Segment]) -> int:
        stored = self._ingest.stored(signal, segments)
        entered = self._ingest.entered([segment.id for segment in segments])
        # The ledger knows of requests that were buried; without it the receiver's count has to do.
        lost = [one for one in segments if stored[one.id].rows < entered.get(one.id, one.items)]
        if lost:
            _log.error("the store has lost rows that it had confirmed", signal=signal, segments=len(lost))
            self._delete(signal, [segment.id for segment in lost if stored[segment.id].rows])
            self._insert(signal, lost)
        again = self._ingest.stored(signal, segments)
        self._ingest.enter([(segment, again[segment.id]) for segment in segments])
        return len(lost)

    def _finish(self, verified: Sequence[tuple[Segment, Stored]]) -> None:
        fault_point("flush.ledger")
        self._ingest.enter(verified)
        fault_point("flush.retire")
        for segment, stored in verified:
            self._spool.retire(segment)
            self._attempts.pop(segment.id, None)
            STORED_ROWS.labels(segment.signal).inc(stored.rows)

    def _stored_before(self, signal: Signal, segments: Sequence[Segment]) -> dict[int, int]:
        """Return the rows of segments that an earlier attempt stored whole; remove what is there of the others."""
        doubtful = [segment for segment in segments if segment.recovered or self._attempts[segment.id]]
        if not doubtful:
            return {}
        stored = self._ingest.stored(signal, doubtful)
        whole = {one.id: stored[one.id].rows for one in doubtful if _is_whole(one, stored[one.id].rows)}
        self._delete(signal, [one.id for one in doubtful if one.id not in whole and stored[one.id].rows])
        return whole

    def _delete(self, signal: Signal, segment_ids: Sequence[int]) -> None:
        if segment_ids:
            _log.info("rows of an attempt that was cut off are removed", signal=signal, segments=len(segment_ids))
            fault_point("flush.delete")
            self._ingest.delete(signal, segment_ids)

    def _insert(self, signal: Signal, segments: Sequence[Segment]) -> dict[int, int]:
        """Insert the frames of *segments*, which have no row yet; return the rows to be expected of each."""
        prepares: list[Prepare] = [_as_they_are, self._rewritten, self._without_poison]
        redactor = self._redactor()
        if redactor and (signal is Signal.EVENTS or not redactor.sql):
            del prepares[0]
        if max(self._attempts[segment.id] for segment in segments) > _DOUBTED_BEFORE_SEARCH:
            del prepares[:-1]
        for prepare in prepares[:-1]:
            try:
                return self._insert_prepared(signal, segments, prepare)
            except PermanentError as error:
                _log.info("a request needs another reading", signal=signal, error=str(error))
                stored = self._ingest.stored(signal, segments)
                self._delete(signal, [segment_id for segment_id, found in stored.items() if found.rows])
        return self._insert_prepared(signal, segments, prepares[-1])

    def _insert_prepared(self, signal: Signal, segments: Sequence[Segment], prepare: Prepare) -> dict[int, int]:
        expected = {segment.id: 0 for segment in segments}
        for chunk in self._chunks(segments):
            prepared = prepare(signal, chunk)
            fault_point("flush.insert")
            if prepare is _as_they_are:
                self._insert_as_they_are(signal, chunk)
            else:
                self._ingest.insert(signal, prepared, _FLAT)
            for owned in prepared:
                expected[owned.segment.id] += owned.frame.items
        return expected

    def _insert_as_they_are(self, signal: Signal, chunk: Sequence[OwnedFrame]) -> None:
        redactor = self._redactor()
        if redactor is None:
            few = sum(owned.frame.items for owned in chunk) <= _FEW_ITEMS
            self._ingest.insert(signal, chunk, _FLAT if few else _ANY)
        elif self._nested_left[signal]:
            self._nested_left[signal] -= 1
            self._insert_apart(signal, chunk, redactor)
        else:
            try:
                self._ingest.insert(signal, chunk, _depths_under(redactor), redactor)
            except PartlyStoredError:
                self._nested_left[signal] = _NESTED_RUN
                raise
            except PermanentError as error:
                if not refuses_value(error):
                    raise
                self._nested_left[signal] = _NESTED_RUN
                self._insert_apart(signal, chunk, redactor)

    def _insert_apart(self, signal: Signal, chunk: Sequence[OwnedFrame], redactor: Redactor) -> None:
        """Insert the requests with nested values, which the statement cannot redact, rewritten."""
        nested = self._ingest.are_nested(signal, chunk)
        plain = [owned for owned, is_nested in zip(chunk, nested, strict=True) if not is_nested]
        rest = [owned for owned, is_nested in zip(chunk, nested, strict=True) if is_nested]
        if plain:
            self._ingest.insert(signal, plain, _depths_under(redactor), redactor)
        if rest:
            self._ingest.insert(signal, self._rewritten(signal, rest), _FLAT)

    def _chunks(self, segments: Sequence[Segment]) -> Iterator[list[OwnedFrame]]:
        """Yield the frames of *segments* for one statement after another; those of each until the next is asked for."""
        chunk: list[OwnedFrame] = []
        size_bytes = 0
        self._memory.reset()
        for segment in segments:
            for frame in segment.frames(self._memory):
                if chunk and size_bytes + len(frame.payload) > self._chunk_bytes:
                    yield chunk
                    chunk, size_bytes = [], 0
                    # This one was read before it was known to be too much, so it lies behind or outside of the rest.
                    frame = replace(frame, payload=bytes(frame.payload))  # noqa: PLW2901  # see above
                    self._memory.reset()
                chunk.append(OwnedFrame(segment, frame))
                size_bytes += len(frame.payload)
        if chunk:
            yield chunk

    def _rewritten(self, signal: Signal, chunk: Sequence[OwnedFrame]) -> Sequence[OwnedFrame]:
        try:
            return rewritten(signal, chunk, self._redactor())
        except (ValueError, KeyError, TypeError, DecodeError) as error:
            raise UnreadableRequestError(f"a request of {signal} cannot be rewritten: {type(error).__name__}") from None

    def _without_poison(self, signal: Signal, chunk: Sequence[OwnedFrame]) -> Sequence[OwnedFrame]:
        """Move what cannot be stored to the dead letters; return the rest, rewritten."""
        self._ask_engine(signal)
        frames: list[OwnedFrame] = []
        for owned in chunk:
            try:
                frames += self._rewritten(signal, [owned])
            except UnreadableRequestError:
                self._bury(owned, "unredactable")
        poison = find_poison(frames, lambda some: self._ingest.read_rows(signal, some))
        for one in poison:
            self._bury(one.owned, one.reason)
        buried = {id(one.owned) for one in poison}
        return [owned for owned in frames if id(owned) not in buried]

    def _bury(self, owned: OwnedFrame, reason: str) -> None:
        _log.warning("a request cannot be stored", signal=owned.segment.signal, reason=reason)
        self._spool.quarantine(owned.segment, owned.frame, reason)

    def rest(self) -> None:
        """Let go of memory that is kept from one statement to the next."""
        self._memory.clear()
        self._ingest.rest()

    def warm_up(self) -> None:
        """
        Run what a request of each kind of evidence costs the first time, over nothing.

        Raises:
            storage.errors.StoreError: The engine does not run a statement.
        """
        redactor = self._redactor()
        for signal in _WARMED:
            # Events are redacted before the statement.
            rules = None if signal is Signal.EVENTS else redactor
            self._ingest.insert(signal, [], _REDACTED if rules else _FLAT, rules)

    def _ask_engine(self, signal: Signal) -> None:
        """Make sure that the engine reads at all: else every request would look like poison."""
        try:
            self._ingest.ask_engine(signal)
        except PermanentError as error:
            raise TransientError(f"the engine cannot read an empty request: {error.message}") from error


def _is_whole(segment: Segment, rows: int) -> bool:
    """
    Whether *rows* are all of *segment*, each once.

    Where a request was damaged on disk after it was stored, there are more than can be read, and they stay; of an
    undamaged segment more rows mean that some came twice.
    """
    return rows == segment.items or (rows > segment.items and segment.is_damaged)


def _depths_under(redactor: Redactor) -> Sequence[Depth]:
    return _PROBED if redactor.sql and redactor.sql.is_probeable else _REDACTED


def _as_they_are(_signal: Signal, frames: Sequence[OwnedFrame]) -> Sequence[OwnedFrame]:
    return frames
