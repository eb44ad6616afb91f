"""How Python looks for garbage in a long-lived server, and what it does with the memory that is left."""

import ctypes
import gc

_NEW_OBJECTS = 20_000
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # mallopt(3)
_MOST_MMAP_BYTES = 32 * 2**20  # the greatest that glibc takes
_KEPT_BYTES = 128 * 2**20


def settle_heap() -> None:
    """
    Leave what exists now out of every later search for cycles, and search less often.

    To be called once, when a server has started: half a million objects of libraries live as long as the process, and
    walking them took a seventh of the receivers' CPU. What is new is still searched.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])


def keep_freed_memory() -> None:
    """
    Use the memory of large arrays again instead of asking the kernel for each (glibc; elsewhere nothing changes).

    To be called once, before threads begin. By default an array of more than 128 KiB is memory of its own that goes
    back when the array does, and clearing the pages of the next was a tenth of the CPU of a large tick. Up to 128 MiB
    of what is free stay.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _MOST_MMAP_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
