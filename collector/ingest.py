"""
What the flusher asks of the store: insert the rows of segments, count them, delete them, enter them in the ledger.

An insert is never taken at its word. Every row carries the id of its segment, and a segment counts as stored when the
rows with its id are as many as the receiver counted when it took the request.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from collector.decode.image import delimited_request, varint
from collector.decode.redaction import RedactionSql
from collector.decode.rewrite import rewrite_request
from collector.decode.statements import (
    NEVER_REACHED,
    TABLES,
    Decode,
    decodes_of,
    metric_kinds_question,
    nested_question,
    services_question,
)
from collector.decode.structures import Depth
from collector.redact import Redactor
from collector.segment import Frame, Segment
from collector.signals import Signal
from core.clock import NS_PER_MS, Clock
from core.errors import PermanentError, WaylineError
from core.memory_file import MemoryFile, memory_file
from core.selfmetrics import DECODE_SECONDS
from storage.errors import StoreError
from storage.sqlfiles import load_sql
from storage.store import Store

_COUNT = load_sql("collector", "sql/count_segment_rows")
_DELETE = load_sql("collector", "sql/delete_segment_rows")
_KNOWN = load_sql("collector", "sql/known_segments")
_LAST_STORED = load_sql("collector", "sql/last_stored")
_LEDGER = ("segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at")
_SOURCES = {Signal.TRACES: "otlp", Signal.LOGS: "otlp", Signal.METRICS: "otlp", Signal.EVENTS: "cloudevents"}
# What a remote store is sent becomes one part there, too, and is stored when it answers (see `collector.decode`).
_SHIPPED = {
    "min_insert_block_size_rows": NEVER_REACHED,
    "min_insert_block_size_bytes": NEVER_REACHED,
    "async_insert": "0",
    "insert_deduplicate": "0",
}
# Once a reading was refused, so many statements do not try it in vain.
_REFUSED_RUN = 64
_THROW_IF = 395  # the engine's code for it
_EVENTS_TAG = b"\x0a"  # field 1 of message Events


class OwnedFrame(NamedTuple):
    """A frame and the segment it belongs to."""

    segment: Segment
    frame: Frame


class PartlyStoredError(PermanentError):
    """A reading does not do for a value of one table, and rows of another one are stored already."""


def refuses_value(error: WaylineError) -> bool:
    """Whether a statement stored nothing because its reading does not do for a value (`throwIf`)."""
    return isinstance(error, StoreError) and error.code == _THROW_IF


@dataclass(frozen=True)
class Stored:
    """
    What the store holds of one segment.

    Attributes:
        rows: Rows with its id, over all tables of its signal.
        min_time_ns: Earliest event time among them, Unix nanoseconds; 0 without rows.
        max_time_ns: Latest one.
    """

    rows: int = 0
    min_time_ns: int = 0
    max_time_ns: int = 0

    def plus(self, other: "Stored") -> "Stored":
        """Return the sum of this and what another table holds."""
        if not self.rows or not other.rows:
            return other if other.rows else self
        return Stored(
            self.rows + other.rows,
            min(self.min_time_ns, other.min_time_ns),
            max(self.max_time_ns, other.max_time_ns),
        )


@dataclass(frozen=True)
class _Image:
    """Requests in a memory file, and what is taken out of them while they are decoded."""

    path: str
    redaction: RedactionSql | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    limits: Callable[[], Mapping[str, object]] = dict

    def params_of(self, decode: Decode) -> dict[str, object]:
        """Return what *decode* binds."""
        return {**decode.params(self.path), **self.params, **(self.limits() if decode.is_limited else {})}


class Ingest:
    """
    Statements about segments. Requests are decoded in the local engine; a remote store is sent the rows.

    Args:
        store: Where rows go.
        clock: Dates the ledger.

    Raises:
        storage.errors.StoreError: The ledger cannot be read.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._engine = store.local_engine()
        self._clock = clock
        self._last_stored_ms = store.value(_LAST_STORED)
        self._refused: Counter[tuple[Signal, Depth]] = Counter()
        self._file = MemoryFile()

    def insert(
        self,
        signal: Signal,
        frames: Sequence[OwnedFrame],
        depths: Sequence[Depth],
        redactor: Redactor | None = None,
    ) -> None:
        """
        Decode *frames* and insert their rows, a part for each table.

        Args:
            signal: Kind of telemetry.
            frames: Requests of it.
            depths: How to read them, in the order in which it is tried; none ``nested`` when they were `rewritten`.
            redactor: Gives what is taken out, with ``redacted`` as the last of *depths*; it must have an `sql`.

        Raises:
            PartlyStoredError: The last of *depths* does not do; only the rows of some tables are stored.
            storage.errors.StoreError: That, with nothing stored (`refuses_value`); after any other error nothing, a
                part or all of the rows may be.
        """
        with self._image(signal, frames, redactor) as image:
            for place, table in enumerate(self._tables(signal, image.path)):
                try:
                    with DECODE_SECONDS.labels(signal).time():
                        self._insert_table(signal, table, image, depths)
                except StoreError as error:
                    if place and refuses_value(error):
                        raise PartlyStoredError("a value was refused after another table was filled") from error
                    raise

    @contextmanager
    def _image(
        self, signal: Signal, frames: Sequence[OwnedFrame], redactor: Redactor | None = None
    ) -> Iterator[_Image]:
        with self._file.filled(self._pieces(signal, frames)) as path:
            if redactor is None or redactor.sql is None:
                yield _Image(path)
                return
            limits = partial(self._limits, signal, path, redactor)
            with memory_file([redactor.secret]) as secret_path:
                yield _Image(path, redactor.sql, {**redactor.sql.params, "secret_path": secret_path}, limits)

    def _limits(self, signal: Signal, path: str, redactor: Redactor) -> dict[str, object]:
        """Return the services in a memory file and which rules hold for each."""
        question = services_question(signal)
        services = [row["service"] for row in self._engine.rows(question.sql, question.params(path))]
        return {"services": [*services, ""], "limits": [redactor.limits_of(one) for one in (*services, "")]}

    def _insert_table(self, signal: Signal, table: int, image: _Image, depths: Sequence[Depth]) -> None:
        """
        Insert the rows of one table.

        A statement that refuses a value stores nothing, since all its rows are one block. After any other error, some
        may be stored, and who repairs that is not here.
        """
        for depth in depths[:-1]:
            if self._refused[signal, depth]:
                self._refused[signal, depth] -= 1
                continue
            try:
                return self._insert(decodes_of(signal, depth, image.redaction)[table], image)
            except StoreError as error:
                if not refuses_value(error):
                    raise
                self._refused[signal, depth] = _REFUSED_RUN
        return self._insert(decodes_of(signal, depths[-1], image.redaction)[table], image)

    def _insert(self, decode: Decode, image: _Image) -> None:
        params = image.params_of(decode)
        if self._engine is self._store:
            self._store.execute(decode.insert_sql, params)
            return
        blocks = self._engine.native(decode.select_sql, params)
        if blocks:
            self._store.insert_native(decode.table, decode.columns, blocks, _SHIPPED)

    def ask_engine(self, signal: Signal, redactor: Redactor | None = None) -> None:
        """
        Run every statement of *signal* over nothing.

        Raises:
            storage.errors.StoreError: The engine does not run one of them, whatever it is given.
        """
        with self._image(signal, [], redactor) as image:
            for decode in decodes_of(signal, "redacted" if image.redaction else "flat", image.redaction):
                self._engine.value(decode.count_sql, image.params_of(decode))

    def are_nested(self, signal: Signal, frames: Sequence[OwnedFrame]) -> list[bool]:
        """
        Return which of *frames* hold arrays or key-value lists.

        Raises:
            storage.errors.StoreError: They cannot be decoded, or the engine is away.
        """
        question = nested_question(signal)
        with self._image(signal, frames) as image:
            rows = self._engine.rows(question.sql, question.params(image.path))
        return [bool(row["is_nested"]) for row in rows]

    def read_rows(self, signal: Signal, frames: Sequence[OwnedFrame], redactor: Redactor | None = None) -> int:
        """
        Decode *frames* as ``flat`` into nowhere.

        Args:
            signal: Kind of telemetry.
            frames: Requests of it.
            redactor: As for `insert`.

        Returns:
            The rows there would be, over all tables.

        Raises:
            storage.errors.StoreError: They cannot be decoded, or the engine is away.
        """
        with self._image(signal, frames, redactor) as image:
            # Nothing to read asks whether every statement is understood at all.
            tables = self._tables(signal, image.path) if frames else range(len(TABLES[signal]))
            depth: Depth = "redacted" if image.redaction else "flat"
            decodes = [decodes_of(signal, depth, image.redaction)[table] for table in tables]
            return sum(self._engine.value(decode.count_sql, image.params_of(decode)) for decode in decodes)

    def rest(self) -> None:
        """Let go of the memory that is kept from one statement to the next."""
        self._file.clear()

    def _pieces(self, signal: Signal, frames: Sequence[OwnedFrame]) -> list[bytes | memoryview]:
        pieces: list[bytes | memoryview] = []
        for owned in frames:
            payload = owned.frame.payload
            if signal is Signal.EVENTS:
                payload = b"".join((_EVENTS_TAG, varint(len(payload)), payload))
            pieces += delimited_request(payload, owned.segment.id, owned.frame.received_ns)
        return pieces

    def _tables(self, signal: Signal, path: str) -> Sequence[int]:
        """Return the places in `TABLES` of the tables that get rows."""
        if signal is not Signal.METRICS:
            return range(len(TABLES[signal]))
        question = metric_kinds_question()
        points = self._engine.rows(question.sql, question.params(path))[0]
        return [table for table, count in enumerate(points.values()) if count]

    def stored(self, signal: Signal, segments: Sequence[Segment]) -> dict[int, Stored]:
        """Return what is stored of each of *segments*, all of *signal*, by segment id."""
        found = {segment.id: Stored() for segment in segments}
        params = {
            "segment_ids": list(found),
            "first_received_ms": min(segment.first_received_ns for segment in segments) // NS_PER_MS,
        }
        for table in TABLES[signal]:
            for row in self._store.rows(_COUNT, {**params, "table": table}):
                segment_id = row.pop("segment_id")
                found[segment_id] = found[segment_id].plus(Stored(**row))
        return found

    def delete(self, signal: Signal, segment_ids: Sequence[int]) -> None:
        """Delete every row of these segments; returns when they are gone."""
        for table in TABLES[signal]:
            params = {"table": table, "segment_ids": list(segment_ids)}
            self._store.execute(_DELETE, params, {"mutations_sync": 2})

    def entered(self, segment_ids: Sequence[int]) -> dict[int, int]:
        """Return the rows that the ledger says each of these segments has; without those it does not know."""
        found = self._store.rows(_KNOWN, {"segment_ids": list(segment_ids)})
        return {row["segment_id"]: row["rows"] for row in found}

    def enter(self, segments: Sequence[tuple[Segment, Stored]]) -> None:
        """Enter verified segments in the ledger, each once."""
        known = self.entered([segment.id for segment, _ in segments])
        # The ledger is read on from its newest time: that must not go back with the machine's clock.
        self._last_stored_ms = max(self._clock.now_ns() // NS_PER_MS, self._last_stored_ms + 1)
        rows = [
            [
                segment.id,
                _SOURCES[segment.signal],
                segment.signal.value,
                stored.rows,
                segment.size_bytes,
                stored.min_time_ns,
                stored.max_time_ns,
                segment.first_received_ns // NS_PER_MS,
                self._last_stored_ms,
            ]
            for segment, stored in segments
            if segment.id not in known and stored.rows
        ]
        self._store.insert("ingest_ledger", _LEDGER, rows)


def rewritten(signal: Signal, frames: Sequence[OwnedFrame], redactor: Redactor | None = None) -> list[OwnedFrame]:
    """Return *frames* redacted, in the encoding that the flat statements read (`rewrite_request`)."""
    return [
        OwnedFrame(segment, replace(frame, payload=rewrite_request(signal, bytes(frame.payload), redactor)))
        for segment, frame in frames
    ]
