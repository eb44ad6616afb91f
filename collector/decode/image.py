"""
The bytes of sealed segments as the engine reads them.

They stand in one anonymous file in memory, so that nothing decrypted touches the disk.

A request is preceded by its length and followed by two fields of ours (``otlp.proto``): the id of its segment and the
time it was received. So one statement can read many segments and still tell their rows apart.
"""

import os
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_TAIL = struct.Struct("<5sQ5sQ")
_SEGMENT_ID_TAG = b"\xf1\xff\xff\xff\x0f"  # field 536870910, fixed 64 bits
_RECEIVED_NS_TAG = b"\xf9\xff\xff\xff\x0f"  # field 536870911, fixed 64 bits
_MAX_PIECES = 1_000  # in one call; below IOV_MAX (1,024 on Linux)
_MORE = 0x80  # the bit of a byte that says that another follows


def varint(number: int) -> bytes:
    """Return *number* (>= 0) in the base-128 form of the protocol buffers encoding."""
    out = bytearray()
    while number >= _MORE:
        out.append(number % _MORE | _MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def delimited_request(
    payload: bytes | memoryview, segment_id: int, received_ns: int
) -> tuple[bytes, bytes | memoryview, bytes]:
    """Return length, request and tail of one request; joined they are what the engine reads."""
    tail = _TAIL.pack(_SEGMENT_ID_TAG, segment_id, _RECEIVED_NS_TAG, received_ns)
    return varint(len(payload) + len(tail)), payload, tail


@contextmanager
def memory_file(pieces: Sequence[bytes | memoryview]) -> Iterator[str]:
    """Write *pieces* one after the other into a file without a name; yield the path that this process can open."""
    descriptor = os.memfd_create("segment")
    try:
        _fill(descriptor, pieces)
        yield _path_of(descriptor)
    finally:
        os.close(descriptor)


class MemoryFile:
    """
    A `memory_file` that is filled again and again.

    Its memory stays for the next filling: fresh pages cost the kernel twice what writing them does.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._lock = threading.Lock()

    @contextmanager
    def filled(self, pieces: Sequence[bytes | memoryview]) -> Iterator[str]:
        """As `memory_file`; while it is filled already, a file of its own is."""
        if not self._lock.acquire(blocking=False):
            with memory_file(pieces) as path:
                yield path
            return
        try:
            if self._descriptor is None:
                self._descriptor = os.memfd_create("segment")
            # Cut behind what is written, so that the pages before it are used again.
            os.ftruncate(self._descriptor, _fill(self._descriptor, pieces))
            yield _path_of(self._descriptor)
        finally:
            self._lock.release()

    def clear(self) -> None:
        """Let go of the memory, unless it is filled now."""
        if self._lock.acquire(blocking=False):
            try:
                if self._descriptor is not None:
                    os.close(self._descriptor)
                    self._descriptor = None
            finally:
                self._lock.release()


def _path_of(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _fill(descriptor: int, pieces: Sequence[bytes | memoryview]) -> int:
    """Write *pieces* from the start of a file on; return how many bytes they are."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    size_bytes = 0
    for start in range(0, len(pieces), _MAX_PIECES):
        some = pieces[start : start + _MAX_PIECES]
        wanted = sum(map(len, some))
        written = os.writev(descriptor, some)
        if written < wanted:  # memory is short, or the call was interrupted
            rest = memoryview(b"".join(some))[written:]
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        size_bytes += wanted
    return size_bytes
