"""
Which vector instructions numpy sorts with.

On AMD's Zen 4 the store that compresses (``VPCOMPRESSQ`` to memory) is done in microcode, and numpy's AVX-512 sorts are
built on it: half a million 64-bit keys take 24 ms there, and 5 ms with AVX2. numpy chooses once, when it is imported,
so that this has to come first.
"""

from collections.abc import MutableMapping
from pathlib import Path

_VARIABLE = "NPY_DISABLE_CPU_FEATURES"
_AVX512 = "X86_V4 AVX512_ICL"
_ZEN_4 = ("AuthenticAMD", "25")
"""Vendor and family of Zen 3 and Zen 4; of these only Zen 4 has AVX-512."""
_CPUINFO = Path("/proc/cpuinfo")
_ONE_CORE_BYTES = 8192
"""More than a core has to say; all of them are as many times as much."""


def prefer_fast_sorts(environment: MutableMapping[str, str], cpuinfo: str) -> None:
    """
    Have numpy leave AVX-512 out where that is slower, unless *environment* says what to leave out.

    Args:
        environment: Variables of this process, which numpy and child processes read.
        cpuinfo: What ``/proc/cpuinfo`` says of the first core.
    """
    if _VARIABLE in environment:
        return
    first = dict(_fields(cpuinfo.partition("\n\n")[0]))
    is_zen_4 = (first.get("vendor_id"), first.get("cpu family")) == _ZEN_4
    if is_zen_4 and {"avx512f", "avx512_vbmi2"} <= set(first.get("flags", "").split()):
        environment[_VARIABLE] = _AVX512


def read_cpuinfo() -> str:
    """Return what ``/proc/cpuinfo`` says of the first core, nothing where a system has none."""
    if not _CPUINFO.exists():
        return ""
    with _CPUINFO.open(encoding="utf-8") as file:
        return file.read(_ONE_CORE_BYTES)


def _fields(text: str) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in text.splitlines())
    return [(name.strip(), value.strip()) for name, _, value in lines]
