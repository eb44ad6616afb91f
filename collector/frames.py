"""
The bytes of a spool segment: one header, then frames, each checksummed and encrypted on its own.

A frame header carries its own CRC-32, so a flipped bit in it cannot mislead the reader about where the next frame
starts; the AES-GCM tag is the checksum of header and payload together.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from collector.frame_memory import FrameMemory
from collector.keys import DIGEST_BYTES, TAG_BYTES, SpoolKey
from collector.signals import SIGNALS, Signal

Bytes = bytes | mmap.mmap
SALT_BYTES = 16
_SEGMENT_MAGIC = b"WAYSEG\x00\x01"
_FRAME_MAGIC = b"WYF1"
_SEGMENT_HEADER = struct.Struct("<8sB7xQQ8s16sI")
_FRAME_HEADER = struct.Struct(f"<4sIIIQ{DIGEST_BYTES}sI")
_CRC_BYTES = 4
SEGMENT_HEADER_BYTES = _SEGMENT_HEADER.size
FRAME_HEADER_BYTES = _FRAME_HEADER.size
FRAME_OVERHEAD_BYTES = FRAME_HEADER_BYTES + TAG_BYTES


@dataclass(frozen=True)
class SegmentHeader:
    """
    What a segment file says of itself.

    Attributes:
        signal: The kind of telemetry in every frame.
        segment_id: Time of creation with random low bits (`collector.segment_ids`), unique for ever.
        sequence: Counts the segments of a spool from 1.
        key_id: Names the master key.
        salt: Makes the key of this segment its own.
    """

    signal: Signal
    segment_id: int
    sequence: int
    key_id: bytes
    salt: bytes

    def pack(self) -> bytes:
        """Return the header as it stands at the start of the file."""
        body = _SEGMENT_HEADER.pack(
            _SEGMENT_MAGIC,
            SIGNALS.index(self.signal),
            self.segment_id,
            self.sequence,
            self.key_id,
            self.salt,
            0,
        )[:-_CRC_BYTES]
        return body + zlib.crc32(body).to_bytes(_CRC_BYTES, "little")

    def cipher(self, key: SpoolKey) -> AESGCM:
        """Return the cipher of this segment's frames."""
        return key.cipher(b"segment" + self.segment_id.to_bytes(8, "little"), self.salt)


def unpack_segment_header(data: bytes) -> SegmentHeader | None:
    """Return the header at the start of *data*, or None when it is not whole and intact."""
    if len(data) < SEGMENT_HEADER_BYTES:
        return None
    magic, signal, segment_id, sequence, key_id, salt, crc = _SEGMENT_HEADER.unpack_from(data)
    intact = zlib.crc32(data[: SEGMENT_HEADER_BYTES - _CRC_BYTES]) == crc
    if magic != _SEGMENT_MAGIC or not intact or signal >= len(SIGNALS):
        return None
    return SegmentHeader(SIGNALS[signal], segment_id, sequence, key_id, salt)


@dataclass(frozen=True, slots=True)
class FramePlace:
    """
    Where a frame lies and what its header says.

    Attributes:
        offset: Byte offset of the frame header in the file.
        length: Bytes of the encrypted payload behind the header, tag included.
        index: Number of the frame in its segment; also its nonce.
        items: Spans, log records, data points or events in it.
        received_ns: Unix nanoseconds at which the request was read.
        digest: Recognises the same payload sent again.
    """

    offset: int
    length: int
    index: int
    items: int
    received_ns: int
    digest: bytes

    @property
    def end(self) -> int:
        """Offset of the first byte behind the frame."""
        return self.offset + FRAME_HEADER_BYTES + self.length


def pack_frame(
    cipher: AESGCM,
    payload: bytes | bytearray,
    *,
    index: int,
    items: int,
    received_ns: int,
    digest: bytes,
    memory: FrameMemory | None = None,
) -> tuple[bytes, bytes | memoryview]:
    """Return frame header and encrypted payload, the latter in *memory* as long as there is room."""
    length = len(payload) + TAG_BYTES
    head = _FRAME_HEADER.pack(_FRAME_MAGIC, index, items, length, received_ns, digest, 0)[:-_CRC_BYTES]
    header = head + zlib.crc32(head).to_bytes(_CRC_BYTES, "little")
    room = memory.take(length) if memory else None
    if room is None:
        return header, cipher.encrypt(_nonce(index), payload, head)
    cipher.encrypt_into(_nonce(index), payload, head, room)
    return header, room


def open_frame(
    cipher: AESGCM, frame: bytes | memoryview, place: FramePlace, memory: FrameMemory | None = None
) -> bytes | memoryview:
    """
    Return the payload of *frame* (header and encrypted payload), in *memory* as long as there is room.

    Raises:
        cryptography.exceptions.InvalidTag: A bit of it is not as written.
    """
    head = frame[: FRAME_HEADER_BYTES - _CRC_BYTES]
    body = memoryview(frame)[FRAME_HEADER_BYTES:]
    room = memory.take(len(body) - TAG_BYTES) if memory and len(body) > TAG_BYTES else None
    if room is None:
        return cipher.decrypt(_nonce(place.index), body, head)
    cipher.decrypt_into(_nonce(place.index), body, head, room)
    return room


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "little")


class Damage(Enum):
    """What a stretch of a file that is no frame can be."""

    TORN_TAIL = "torn_tail"
    CORRUPT = "corrupt"


@dataclass(frozen=True)
class DamagedStretch:
    """Bytes from *start* to *end* that are no frame, and why."""

    start: int
    end: int
    damage: Damage


def scan_frames(data: Bytes, start: int = SEGMENT_HEADER_BYTES) -> Iterator[FramePlace | DamagedStretch]:
    """
    Walk the frame headers of a segment file.

    A last frame that is cut short, or a tail of zeros, was never acknowledged: it is reported as a torn tail. A bad
    header anywhere else is corrupt; the walk resumes at the next intact header, so its neighbours survive.
    """
    offset = start
    size = len(data)
    while offset < size:
        place = _read_place(data, offset)
        if place is None:
            resume = _next_header(data, offset + 1)
            yield DamagedStretch(offset, resume, _classify(data, offset, resume))
            offset = resume
        elif place.end > size:
            yield DamagedStretch(offset, size, Damage.TORN_TAIL)
            return
        else:
            yield place
            offset = place.end


def _read_place(data: Bytes, offset: int) -> FramePlace | None:
    if len(data) - offset < FRAME_HEADER_BYTES:
        return None
    magic, index, items, length, received_ns, digest, crc = _FRAME_HEADER.unpack_from(data, offset)
    if magic != _FRAME_MAGIC or zlib.crc32(data[offset : offset + FRAME_HEADER_BYTES - _CRC_BYTES]) != crc:
        return None
    return FramePlace(offset, length, index, items, received_ns, digest)


def _next_header(data: Bytes, offset: int) -> int:
    while True:
        offset = data.find(_FRAME_MAGIC, offset)
        if offset < 0:
            return len(data)
        if _read_place(data, offset) is not None:
            return offset
        offset += 1


def _classify(data: Bytes, start: int, end: int) -> Damage:
    stretch = data[start:end]
    partial_header = end == len(data) and len(stretch) < FRAME_HEADER_BYTES
    torn = (partial_header and _FRAME_MAGIC.startswith(stretch[:4])) or not stretch.strip(b"\x00")
    return Damage.TORN_TAIL if torn and end == len(data) else Damage.CORRUPT
