"""
Files in memory, by which this process hands bytes to the engine.

They have no name and nothing in them touches the disk; what opens them is a path of this process.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

_MAX_PIECES = 1_000  # in one call; below IOV_MAX (1,024 on Linux)


@contextmanager
def memory_file(pieces: Sequence[bytes | memoryview]) -> Iterator[str]:
    """Write *pieces* one after the other into a file without a name; yield the path that this process can open."""
    with _once(lambda descriptor: _fill(descriptor, pieces)) as path:
        yield path


class MemoryFile:
    """
    A `memory_file` that is filled again and again.

    Its memory stays for the next filling: fresh pages cost the kernel twice what writing them does.

    Args:
        most_bytes: What is kept of it at most; all by default.
    """

    def __init__(self, most_bytes: int | None = None) -> None:
        self._most_bytes = most_bytes
        self._descriptor: int | None = None
        self._lock = threading.Lock()

    @contextmanager
    def filled(self, pieces: Sequence[bytes | memoryview]) -> Iterator[str]:
        """As `memory_file`; while it is filled already, a file of its own is."""
        with self._opened(lambda descriptor: _fill(descriptor, pieces)) as path:
            yield path

    @contextmanager
    def written(self, write: Callable[[BinaryIO], object]) -> Iterator[str]:
        """As `filled`, with what *write* writes to a file open for that."""
        with self._opened(lambda descriptor: _written(descriptor, write)) as path:
            yield path

    @contextmanager
    def _opened(self, fill: Callable[[int], int]) -> Iterator[str]:
        if not self._lock.acquire(blocking=False):
            with _once(fill) as path:
                yield path
            return
        try:
            if self._descriptor is None:
                self._descriptor = os.memfd_create("wayline")
            size_bytes = fill(self._descriptor)
            # Cut behind what is written, so that the pages before it are used again.
            os.ftruncate(self._descriptor, size_bytes)
            yield _path_of(self._descriptor)
            if self._most_bytes is not None and size_bytes > self._most_bytes:
                os.ftruncate(self._descriptor, self._most_bytes)
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


@contextmanager
def _once(fill: Callable[[int], int]) -> Iterator[str]:
    descriptor = os.memfd_create("wayline")
    try:
        fill(descriptor)
        yield _path_of(descriptor)
    finally:
        os.close(descriptor)


def _path_of(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _written(descriptor: int, write: Callable[[BinaryIO], object]) -> int:
    """Have *write* write from the start of a file on; return how many bytes that are."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "wb") as sink:
        write(sink)
    return os.lseek(descriptor, 0, os.SEEK_CUR)


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
