"""How long the embedded engine keeps memory that it has freed."""

import os
import sys

_VARIABLE = "JE_MALLOC_CONF"
_KEPT_MS = 30_000


def keep_freed_pages() -> None:
    """
    Have the engine give freed pages back after half a minute, and use them for whichever processor comes next.

    By itself it keeps them for five seconds, apart for each processor. The statements of ingest and of a tick come
    every second and each need the same tens of megabytes: given back in between, pages come fresh from the kernel, and
    clearing them took a twelfth of the CPU of decoding; where one processor does not use what the other freed, a large
    tick asked for four times as many. Has an effect before the engine is loaded only; what the environment says
    already stays.
    """
    if "chdb" not in sys.modules:
        os.environ.setdefault(_VARIABLE, freed_pages_options(os.cpu_count() or 1))


def freed_pages_options(processors: int) -> str:
    """Return the options of jemalloc for that: one arena for two *processors*, so that threads do not wait for one."""
    arenas = max(1, processors // 2)
    return f"dirty_decay_ms:{_KEPT_MS},percpu_arena:disabled,narenas:{arenas}"
