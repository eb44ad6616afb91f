"""
Places where a test may kill the process, to prove that nothing acknowledged is lost or doubled there.

``WAYLINE_FAULT=flush.verify`` kills at the first pass, ``WAYLINE_FAULT=flush.verify:3`` at the third. Unset, as in any
real use, a place costs one comparison.
"""

import os
import signal

_NAME, _, _PASSES = os.environ.get("WAYLINE_FAULT", "").partition(":")
_passes_left = [int(_PASSES or 1)]


def fault_point(name: str) -> None:
    """Kill this process, as `kill -9` does, when the environment names this place and its pass has come."""
    if name != _NAME:
        return
    _passes_left[0] -= 1
    if _passes_left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
