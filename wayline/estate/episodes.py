"""When which fault is at work: every episode has a start and an end, all of them a function of the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wayline.estate.faults import FAULTS, SILENT_SYSTEMS, Fault
from wayline.estate.telemetry import NS_PER_S
from wayline.estate.trouble import NEVER_NS

SHORT_RUN_NS = 15 * 60 * NS_PER_S
_CYCLE_NS = 60 * 60 * NS_PER_S
_EPISODE_S = (360, 900)


@dataclass(frozen=True, slots=True)
class Episode:
    """
    A fault at work.

    Attributes:
        start_ns: Start, Unix nanoseconds.
        end_ns: End, Unix nanoseconds, exclusive.
        number: Distinguishes the episodes of one fault.
        system: The only system it strikes; empty for every system of the fault's category.
        share: Share of the transactions that could be struck and are; None means that of the fault.
        drains: What it holds back goes on when it ends.
    """

    fault: Fault
    start_ns: int
    end_ns: int
    number: int = 0
    system: str = ""
    share: float | None = None
    drains: bool = False

    @property
    def weight(self) -> float:
        """Share of the transactions struck."""
        return self.fault.share if self.share is None else self.share

    def covers(self, at_ns: int) -> bool:
        """Return whether the episode is on at *at_ns*."""
        return self.start_ns <= at_ns < self.end_ns


class Schedule(Protocol):
    """
    When which fault is at work.

    Attributes:
        short: The run is too short for a source to fall silent in its course.
    """

    short: bool

    def active(self, at_ns: int) -> list[Episode]:
        """Return the episodes that are on at *at_ns*."""
        ...

    def silent_until(self, system: str, at_ns: int) -> int | None:
        """Return until when an event of *system* at *at_ns* is not heard; None when it is heard at once."""
        ...


class Episodes:
    """
    The episodes of a run: one for each fault in a short run, one an hour and fault in a long one.

    Args:
        seed: Seed of the run.
        names: Faults at work.
        start_ns: Start of the run, history included.
        end_ns: End of new transactions; None for a run without end.
    """

    def __init__(self, seed: int, names: Sequence[str], start_ns: int, end_ns: int | None) -> None:
        self._seed = seed
        self._faults = [FAULTS[name] for name in names]
        self._start_ns = start_ns
        self._end_ns = end_ns
        self.short = end_ns is not None and end_ns - start_ns < SHORT_RUN_NS

    def active(self, at_ns: int) -> list[Episode]:
        """Return the episodes that are on at *at_ns*, in the order of the faults."""
        episodes = (self._episode(fault, at_ns) for fault in self._faults)
        return [episode for episode in episodes if episode.covers(at_ns)]

    def silent_until(self, system: str, at_ns: int) -> int | None:
        """
        Return until when an event of *system* at *at_ns* is not heard, Unix nanoseconds.

        None when it is heard at once, `NEVER_NS` when the run ends before.
        """
        fault = FAULTS["silent_source"]
        if system not in SILENT_SYSTEMS or fault not in self._faults:
            return None
        episode = self._episode(fault, at_ns)
        turn = SILENT_SYSTEMS[episode.number % len(SILENT_SYSTEMS)]
        if turn != system or not episode.covers(at_ns):
            return None
        return NEVER_NS if self._end_ns is not None and episode.end_ns >= self._end_ns else episode.end_ns

    def _episode(self, fault: Fault, at_ns: int) -> Episode:
        if self.short and self._end_ns is not None:
            return self._short_episode(fault, self._end_ns)
        number = (at_ns - self._start_ns) // _CYCLE_NS
        rng = random.Random(f"{self._seed}/{fault.name}/{number}")  # noqa: S311 - repeatable by design
        length_ns = round(rng.uniform(*_EPISODE_S) * NS_PER_S)
        start_ns = self._start_ns + number * _CYCLE_NS + rng.randrange(_CYCLE_NS - length_ns)
        return Episode(fault, start_ns, start_ns + length_ns, number)

    def _short_episode(self, fault: Fault, end_ns: int) -> Episode:
        if fault.name == "silent_source":
            # Blindness shows only minutes after the last sign of life: it lasts the whole run and goes on after it.
            return Episode(fault, self._start_ns, end_ns + SHORT_RUN_NS)
        rng = random.Random(f"{self._seed}/{fault.name}")  # noqa: S311 - repeatable by design
        length_ns = end_ns - self._start_ns
        start_ns = self._start_ns + round(rng.uniform(0.0, 0.2) * length_ns)
        return Episode(fault, start_ns, start_ns + round(rng.uniform(0.6, 0.8) * length_ns))
