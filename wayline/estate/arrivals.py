"""When transactions begin: the past at its own rate, then the live run."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wayline.estate.config import EstateConfig
from wayline.estate.episodes import Schedule
from wayline.estate.keys import Numbers
from wayline.estate.telemetry import NS_PER_S
from wayline.estate.teller import Arrival
from wayline.estate.trouble import NEVER_NS

_BATCH_FLOW = "gl_posting"
_LAST_HEARD_NS = 6 * 3_600 * NS_PER_S
_LAST_HEARD_FLOW = "inventory_sync"


def past_arrivals(config: EstateConfig, seed: int, schedule: Schedule, start_ns: int) -> list[Arrival]:
    """
    Return the transactions before the live part, newest first, so that a page of the last hour is full soonest.

    Args:
        config: Rates and lengths.
        seed: Seed of the run.
        schedule: When which fault is at work.
        start_ns: Start of the live part, Unix nanoseconds.
    """
    found = []
    if schedule.short and "silent_source" in config.faults:
        # A source that was never heard is not known to be silent: it spoke once, long before.
        found.append(Arrival(0, start_ns - _LAST_HEARD_NS, flow=_LAST_HEARD_FLOW, heard=True))
    rng = Numbers(seed ^ 0xB1FF, 0).rng
    rate = config.history_rate_per_s or config.rate_per_s
    first_ns = start_ns - round(config.history_s * NS_PER_S)
    slots = range(round(config.history_s * rate))
    moments = (first_ns + round((slot + rng.random()) / rate * NS_PER_S) for slot in slots)
    found += _with_batches(moments, len(found), schedule, before_ns=start_ns)
    return found[::-1]


def live_arrivals(
    config: EstateConfig, seed: int, schedule: Schedule, start_ns: int, first_ordinal: int
) -> Iterator[Arrival]:
    """Yield the transactions of the live part in order of time, without end when the run has none."""
    rng = Numbers(seed ^ 0xA221, 0).rng
    slots = itertools.count() if config.duration_s is None else range(round(config.duration_s * config.rate_per_s))
    moments = (start_ns + round((slot + rng.random()) / config.rate_per_s * NS_PER_S) for slot in slots)
    return _with_batches(moments, first_ordinal, schedule)


def _with_batches(
    moments: Iterable[int], first_ordinal: int, schedule: Schedule, before_ns: int = NEVER_NS
) -> Iterator[Arrival]:
    """Number the arrivals, and make the first of every episode of a batch with failures that ends *before_ns* it."""
    seen: set[int] = set()
    for ordinal, at_ns in enumerate(moments, start=first_ordinal):
        arrival = Arrival(ordinal, at_ns)
        for episode in schedule.active(at_ns):
            fresh = episode.number not in seen and episode.end_ns <= before_ns
            if fresh and episode.fault.name == "batch_partial":
                seen.add(episode.number)
                arrival = replace(arrival, flow=_BATCH_FLOW, full_batch=True)
        yield arrival
