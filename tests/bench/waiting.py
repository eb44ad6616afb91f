"""
What this process waited for, by the counters of Linux: the disk, its own pages, or a processor that others had.

They are of the whole process or machine, so they tell of one question only while no other is asked.
"""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

_TASKS = Path("/proc/self/task")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Waiting:
    """
    Counters of a moment, or what was added to them between two.

    Attributes:
        cpu_ms: Processor time of this process.
        read_kb: What it had to read from the disk (its memory did not hold it).
        asked_kb: What it asked the system to read, from memory or disk.
        major_faults: Pages of its own that came from the disk, such as code of the engine.
        delayed_ms: How long its threads were ready and had no processor, all together.
        others_ms: Processor time of everything else on this machine, by its clock ticks.
        stolen_ms: How long the processors of this machine were lent to other machines.
    """

    cpu_ms: float
    read_kb: float
    asked_kb: float
    major_faults: float
    delayed_ms: float
    others_ms: float
    stolen_ms: float

    @classmethod
    def now(cls) -> Self:
        """Return the counters as they stand; takes a millisecond or two."""
        counted = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        line = Path("/proc/stat").read_text().split("\n", 1)[0]
        user, nice, system, _, _, irq, softirq, steal = (int(part) * 1e3 / _TICKS_PER_S for part in line.split()[1:9])
        cpu_ms = time.process_time() * 1e3
        return cls(
            cpu_ms=cpu_ms,
            read_kb=int(counted["read_bytes"]) / 1e3,
            asked_kb=int(counted["rchar"]) / 1e3,
            major_faults=resource.getrusage(resource.RUSAGE_SELF).ru_majflt,
            delayed_ms=sum(_delays_ns()) / 1e6,
            others_ms=user + nice + system + irq + softirq - cpu_ms,
            stolen_ms=steal,
        )

    def since(self, before: Self) -> Self:
        """Return what was added since *before*; of threads that ended meanwhile nothing is known."""
        return type(self)(
            **{part.name: max(0.0, getattr(self, part.name) - getattr(before, part.name)) for part in fields(self)}
        )

    def __str__(self) -> str:
        return (
            f"CPU {self.cpu_ms:.0f} ms, no processor {self.delayed_ms:.0f} ms of its threads, "
            f"others {self.others_ms:.0f} ms, stolen {self.stolen_ms:.0f} ms; "
            f"read {self.asked_kb:,.0f} kB, of that from the disk {self.read_kb:,.0f} kB; "
            f"{self.major_faults:.0f} major faults"
        )


def _delays_ns() -> Iterator[int]:
    for task in _TASKS.iterdir():
        # A thread may end between the two.
        with suppress(OSError):
            yield int((task / "schedstat").read_text().split()[1])
