"""
Memory for large messages, from the first byte that is read until they are on disk, used again for later ones.

Taken from the allocator and given back each time, the pages of a message come fresh from the kernel each time, which
costs several times what copying into them does.
"""

_SMALLEST_BYTES = 64 * 2**10
_LARGEST_BYTES = 2**20
_MOST_KEPT_BYTES = 16 * 2**20


class MessageMemory:
    """Messages of one event loop; not for several threads at once."""

    def __init__(self) -> None:
        self._free: dict[int, list[bytearray]] = {}
        self.kept_bytes = 0

    def take(self, size_bytes: int) -> bytearray:
        """Return *size_bytes* bytes, whatever is in them: all are to be written before they are read."""
        free = self._free.get(size_bytes.bit_length())
        if not free:
            return bytearray(size_bytes)
        message = free.pop()
        self.kept_bytes -= len(message)
        # Within its room a bytearray is not moved, and of one class none is twice as long as another.
        if len(message) < size_bytes:
            message += bytes(size_bytes - len(message))
        else:
            del message[size_bytes:]
        return message

    def give(self, message: bytearray) -> None:
        """Take back what nobody reads any more."""
        size_bytes = len(message)
        is_kept = _SMALLEST_BYTES <= size_bytes <= _LARGEST_BYTES
        if is_kept and self.kept_bytes + size_bytes <= _MOST_KEPT_BYTES:
            self._free.setdefault(size_bytes.bit_length(), []).append(message)
            self.kept_bytes += size_bytes
