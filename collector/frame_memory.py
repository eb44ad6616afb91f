"""
Memory for the requests of one statement, used again for the next.

A chunk of decrypted requests is tens of megabytes for half a second. Taken from the allocator and given back each time,
its pages would come fresh from the kernel each time, which costs four times what decrypting into them does.
"""

import mmap

READ_BYTES = 2**20


class FrameMemory:
    """
    Room that is handed out from the start to the end, then all at once taken back.

    Args:
        size_bytes: Room for payloads; pages that were never used are not there.

    Attributes:
        buffer: For reading encrypted frames, `READ_BYTES` long.
    """

    def __init__(self, size_bytes: int) -> None:
        self._pages = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._room = memoryview(self._pages)
        self._used_bytes = 0
        self.buffer = memoryview(bytearray(READ_BYTES))

    def take(self, size_bytes: int) -> memoryview | None:
        """Return room that was not handed out since the last `reset`, or None when there is not so much."""
        start = self._used_bytes
        if start + size_bytes > len(self._room):
            return None
        self._used_bytes += size_bytes
        return self._room[start : self._used_bytes]

    def reset(self) -> None:
        """Take back what was handed out: it will be written over."""
        self._used_bytes = 0

    def clear(self) -> None:
        """Take back what was handed out, and give the pages to the system; what was in them is gone."""
        self.reset()
        self._pages.madvise(mmap.MADV_DONTNEED)
