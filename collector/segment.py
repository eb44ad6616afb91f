"""A segment of the spool: written by one thread, sealed, then read by the flusher."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from collector.frame_memory import READ_BYTES, FrameMemory
from collector.frames import (
    FRAME_HEADER_BYTES,
    SALT_BYTES,
    SEGMENT_HEADER_BYTES,
    FramePlace,
    SegmentHeader,
    open_frame,
    pack_frame,
)
from collector.keys import SpoolKey, sync_folder
from collector.signals import Signal
from core.errors import TransientError
from core.faults import fault_point

_MAX_BUFFERS = 1_000  # below IOV_MAX (1,024 on Linux)
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Frame:
    """
    One acknowledged request.

    Attributes:
        payload: Export*ServiceRequest, or a JSON array of events; a view where it lies in a `FrameMemory`.
        received_ns: Unix nanoseconds at which it was read.
        items: Spans, log records, data points or events in it.
        index: Its number in the segment.
    """

    payload: bytes | memoryview
    received_ns: int
    items: int
    index: int


class Entry(NamedTuple):
    """A request on its way into a segment; fields as in `Frame`, *digest* recognises a resend."""

    payload: bytes | bytearray
    items: int
    received_ns: int
    digest: bytes


CorruptHandler = Callable[["Segment", FramePlace, bytes], None]


class Segment:
    """
    A sealed segment.

    Attributes:
        written_bytes: Bytes of its frames when it was sealed, damaged ones included.

    Args:
        path: Its file.
        header: What the file says of itself.
        places: Its frames.
        cipher: Opens them.
        recovered: Whether it was found on disk at start, so that some of it may be stored already.
        on_corrupt: Told of each frame whose bytes are not as written, with those bytes.
    """

    def __init__(
        self,
        path: Path,
        header: SegmentHeader,
        places: Sequence[FramePlace],
        cipher: AESGCM,
        *,
        recovered: bool,
        on_corrupt: CorruptHandler,
    ) -> None:
        self.path = path
        self.header = header
        self.recovered = recovered
        self._places = list(places)
        self.written_bytes = self.size_bytes
        self._cipher = cipher
        self._on_corrupt = on_corrupt

    @property
    def id(self) -> int:
        """From `collector.segment_ids`, unique for ever."""
        return self.header.segment_id

    @property
    def signal(self) -> Signal:
        """The kind of telemetry in it."""
        return self.header.signal

    @property
    def items(self) -> int:
        """Spans, log records, data points or events in all its readable frames."""
        return sum(place.items for place in self._places)

    @property
    def frame_count(self) -> int:
        """Number of readable frames."""
        return len(self._places)

    @property
    def size_bytes(self) -> int:
        """Bytes of its frames."""
        return sum(FRAME_HEADER_BYTES + place.length for place in self._places)

    @property
    def is_damaged(self) -> bool:
        """
        Whether its file holds more than its readable frames.

        Raises:
            TransientError: The disk cannot be asked.
        """
        with disk_errors_as_transient():
            return self.path.stat().st_size != SEGMENT_HEADER_BYTES + self.size_bytes

    @property
    def first_received_ns(self) -> int:
        """Unix nanoseconds at which its oldest request was read; 0 when it is empty."""
        return min((place.received_ns for place in self._places), default=0)

    def digests(self) -> list[bytes]:
        """Return what recognises each of its requests."""
        return [place.digest for place in self._places]

    def frames(self, memory: FrameMemory | None = None) -> Iterator[Frame]:
        """
        Read and decrypt one frame after another.

        A frame that was damaged on disk goes to quarantine, leaves `items` and is passed over.

        Args:
            memory: Where payloads are put as long as there is room; None for memory of their own.

        Raises:
            TransientError: The disk cannot be read, or the damaged frame not be set aside.
        """
        with disk_errors_as_transient(), self.path.open("rb", buffering=0) as file:
            for stretch in _stretches(self._places):
                start = stretch[0].offset
                data = _read(file.fileno(), start, stretch[-1].end - start, memory)
                for place in stretch:
                    frame = data[place.offset - start : place.end - start]
                    try:
                        payload = open_frame(self._cipher, frame, place, memory)
                    except InvalidTag:
                        self._places.remove(place)
                        self._on_corrupt(self, place, bytes(frame))
                        continue
                    yield Frame(payload, place.received_ns, place.items, place.index)


def _read(descriptor: int, offset: int, size_bytes: int, memory: FrameMemory | None) -> memoryview:
    if memory is None or size_bytes > len(memory.buffer):
        return memoryview(os.pread(descriptor, size_bytes, offset))
    return memory.buffer[: os.preadv(descriptor, [memory.buffer[:size_bytes]], offset)]


def _stretches(places: Sequence[FramePlace]) -> list[list[FramePlace]]:
    """Return *places* in runs that lie side by side in the file, each to be read at once."""
    stretches: list[list[FramePlace]] = []
    size_bytes = 0
    for place in places:
        length = place.end - place.offset
        if stretches and stretches[-1][-1].end == place.offset and size_bytes + length <= READ_BYTES:
            stretches[-1].append(place)
            size_bytes += length
        else:
            stretches.append([place])
            size_bytes = length
    return stretches


@contextlib.contextmanager
def disk_errors_as_transient() -> Iterator[None]:
    """Turn errors of the disk into ones that are tried again."""
    try:
        yield
    except OSError as error:
        raise TransientError(f"the spool's disk failed: {error.strerror}", remedy="look at the disk") from error


class OpenSegment:
    """
    The segment of one signal that is being written.

    Args:
        folder: Folder of the spool.
        key: Master key.
        signal: What will be in it.
        segment_id: From `collector.segment_ids`, never used before.
        sequence: Its place in the count of all segments.
        opened_s: Monotonic seconds at creation.
    """

    def __init__(
        self, folder: Path, key: SpoolKey, signal: Signal, *, segment_id: int, sequence: int, opened_s: float
    ) -> None:
        self.header = SegmentHeader(signal, segment_id, sequence, key.key_id, secrets.token_bytes(SALT_BYTES))
        self.path = folder / segment_name(signal, segment_id)
        self.opened_s = opened_s
        self.good_bytes = SEGMENT_HEADER_BYTES
        self.first_received_ns = 0
        self._cipher = self.header.cipher(key)
        self._places: list[FramePlace] = []
        self._next_index = 0
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        try:
            os.pwrite(self._descriptor, self.header.pack(), 0)
            fault_point("spool.opened")
            sync_folder(folder)
        except OSError:
            self.discard()
            raise

    def append(self, entries: Sequence[Entry], memory: FrameMemory | None = None) -> None:
        """
        Write *entries* behind the last good frame and wait until they are on disk.

        Args:
            entries: Requests.
            memory: Where they are encrypted as long as there is room; None for memory of their own.

        Raises:
            OSError: They are not; the file is as before, or its tail is garbage that `good_bytes` leaves out.
        """
        buffers: list[bytes | memoryview] = []
        places = []
        if memory:
            memory.reset()
        offset = self.good_bytes
        for entry in entries:
            index = self._next_index
            self._next_index += 1  # never back, whatever fails: an index is a nonce
            header, body = pack_frame(
                self._cipher,
                entry.payload,
                index=index,
                items=entry.items,
                received_ns=entry.received_ns,
                digest=entry.digest,
                memory=memory,
            )
            buffers += (header, body)
            places.append(FramePlace(offset, len(body), index, entry.items, entry.received_ns, entry.digest))
            offset += len(header) + len(body)
        self._write(buffers, self.good_bytes)
        fault_point("spool.written")
        os.fdatasync(self._descriptor)
        fault_point("spool.synced")
        self.first_received_ns = self.first_received_ns or entries[0].received_ns
        self._places += places
        self.good_bytes = offset

    def _write(self, buffers: list[bytes | memoryview], offset: int) -> None:
        for start in range(0, len(buffers), _MAX_BUFFERS):
            chunk = buffers[start : start + _MAX_BUFFERS]
            wanted = sum(map(len, chunk))
            written = os.pwritev(self._descriptor, chunk, offset)
            while written < wanted:
                # A short write is rare (signal, nearly full disk): go on from where it stopped.
                rest = b"".join(chunk)[written:]
                written += os.pwrite(self._descriptor, rest, offset + written)
            offset += wanted

    def cut_back(self) -> None:
        """Cut the file behind the last acknowledged frame, so that a refused request is not stored after a restart."""
        os.ftruncate(self._descriptor, self.good_bytes)

    def seal(self, on_corrupt: CorruptHandler) -> Segment:
        """Close the file and return it for reading."""
        os.close(self._descriptor)
        return Segment(self.path, self.header, self._places, self._cipher, recovered=False, on_corrupt=on_corrupt)

    def discard(self) -> None:
        """Close and remove the file; nothing in it was acknowledged."""
        os.close(self._descriptor)
        self.path.unlink(missing_ok=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it was acknowledged."""
        return not self._places


def segment_name(signal: Signal, segment_id: int) -> str:
    """Return the file name of a segment; names sort by age within a signal."""
    return f"{signal}-{segment_id:020d}.seg"


def ids_in_names(*folders: Path) -> set[int]:
    """Return the segment ids in the names of the files in *folders*, whatever is in the files."""
    numbers = (path.name.partition(".")[0].rpartition("-")[2] for folder in folders for path in folder.glob("*.seg*"))
    return {int(number) for number in numbers if number.isdigit()}
