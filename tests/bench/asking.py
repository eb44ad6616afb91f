"""Questions asked one after the other: how long each took, what it waited for, and which statements it was made of."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.store import Store
from tests.bench.waiting import Waiting

SLOW_MS = 50
_READ_BYTES = 4 * 2**20
DISTURBED = 0.1


@dataclass(frozen=True)
class Asked:
    """
    One lookup.

    Attributes:
        kind: Of the value.
        value: What was looked up.
        took_ms: How long it took.
        cpu_ms: Processor time of this process meanwhile.
        waiting: What was counted meanwhile.
        statements: Table, begin and duration in milliseconds, and rows of each statement.
    """

    kind: str
    value: str
    took_ms: float
    cpu_ms: float
    waiting: Waiting
    statements: list[tuple[str, float, float, int]]

    @property
    def is_undisturbed(self) -> bool:
        """Whether others took less than `DISTURBED` of the processors meanwhile."""
        return self.waiting.others_ms + self.waiting.stolen_ms < DISTURBED * self.took_ms * (os.cpu_count() or 1)


class Statements:
    """Notes the statements that *store* is asked for rows."""

    def __init__(self, store: Store) -> None:
        self._ask = store.rows
        self._begun = 0.0
        self._noted: list[tuple[str, float, float, int]] = []
        store.rows = self._rows  # type: ignore[method-assign]

    def begin(self) -> None:
        self._begun, self._noted = time.perf_counter(), []

    def end(self) -> list[tuple[str, float, float, int]]:
        return self._noted

    def _rows(self, sql: str, *more: Any) -> list[dict[str, Any]]:
        started = time.perf_counter()
        rows = self._ask(sql, *more)
        ended = time.perf_counter()
        table = sql.split("FROM ", 1)[-1].split(None, 1)[0]
        self._noted.append((table, (started - self._begun) * 1e3, (ended - started) * 1e3, len(rows)))
        return rows


def percentile(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def forget(folder: Path) -> None:
    """Have the system forget what it keeps in memory of the files of *folder*."""
    for path in folder.rglob("*"):
        # A part may go meanwhile.
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def recall(folder: Path) -> None:
    """Have the system keep in memory what it can of the files of *folder*: each is read once."""
    for path in folder.rglob("*"):
        # A part may go meanwhile.
        with suppress(OSError), path.open("rb", buffering=0) as file:
            while file.read(_READ_BYTES):
                pass


def measure(
    asked: list[tuple[str, str]],
    ask: dict[str, Callable[[str], bytes]],
    statements: Statements,
    cold: Path | None = None,
) -> list[Asked]:
    """Ask one after the other, each time as if nothing of the folder *cold* had been read lately."""
    found = []
    for kind, value in asked:
        if cold:
            forget(cold)
        before = Waiting.now()
        statements.begin()
        before_s, started = time.process_time(), time.perf_counter()
        ask[kind](value)
        took_ms, cpu_ms = (time.perf_counter() - started) * 1e3, (time.process_time() - before_s) * 1e3
        found.append(Asked(kind, value, took_ms, cpu_ms, Waiting.now().since(before), statements.end()))
    return found


def line(name: str, asked: list[Asked]) -> None:
    if not asked:
        print(f"{name}: none")
        return
    took_ms, cpu_ms = sorted(one.took_ms for one in asked), sorted(one.cpu_ms for one in asked)
    shares = ", ".join(f"p{share} {percentile(took_ms, share / 100):.1f}" for share in (50, 90, 99))
    above = sum(took > SLOW_MS for took in took_ms)
    print(
        f"{name}: {shares}, max {took_ms[-1]:.1f} ms, {above} of {len(took_ms)} above {SLOW_MS} ms "
        f"(CPU p50 {percentile(cpu_ms, 0.5):.1f} ms, least {cpu_ms[0]:.1f} ms)",
        flush=True,
    )


def tell_slowest(asked: list[Asked], count: int) -> None:
    """Print what the slowest *count* of *asked* waited for, and what one does in the median."""
    slowest = sorted(asked, key=lambda one: -one.took_ms)[:count]
    middle = sorted(asked, key=lambda one: one.took_ms)[len(asked) // 2]
    usual: defaultdict[str, list[float]] = defaultdict(list)
    for one in asked:
        for table, _, took_ms, _ in one.statements:
            usual[table].append(took_ms)
    for place, one in [("median", middle), *((f"slowest {n}", one) for n, one in enumerate(slowest, 1))]:
        print(f"  {place}: {one.kind}, {one.took_ms:.1f} ms; {one.waiting}")
        for table, began_ms, took_ms, rows in sorted(one.statements, key=lambda statement: statement[1]):
            print(
                f"    {table}: {began_ms:.1f} to {began_ms + took_ms:.1f}, {took_ms:.1f} ms "
                f"(p50 {percentile(sorted(usual[table]), 0.5):.1f}), {rows} rows"
            )
