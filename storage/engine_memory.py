"""How long the embedded engine keeps memory that it has freed."""

import os
import sys

_VARIABLE = "JE_MALLOC_CONF"
_KEPT_MS = 30_000


def keep_freed_pages() -> None:
    """
    Have the engine give freed pages back to the system after half a minute instead of five seconds.

    The statements of ingest and of a tick come every second and each need the same tens of megabytes: given back in
    between, pages come fresh from the kernel, and clearing them took a twelfth of the CPU of decoding. Has an effect
    before the engine is loaded only; what the environment says already stays.
    """
    if "chdb" not in sys.modules:
        os.environ.setdefault(_VARIABLE, f"dirty_decay_ms:{_KEPT_MS}")
