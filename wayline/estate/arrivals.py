"""When transactions begin: the past at its own rate, then the live run."""

from collections.abc import Iterator
from dataclasses import replace

from wayline.estate.config import EstateConfig
from wayline.estate.episodes import Episodes
from wayline.estate.keys import Numbers
from wayline.estate.telemetry import NS_PER_S
from wayline.estate.teller import Arrival

_BATCH_FLOW = "gl_posting"
_LAST_HEARD_NS = 6 * 3_600 * NS_PER_S
_LAST_HEARD_FLOW = "inventory_sync"


def arrivals(config: EstateConfig, seed: int, episodes: Episodes, start_ns: int) -> Iterator[Arrival]:
    """
    Yield every transaction of the run in order of time, without end when the run has none.

    Args:
        config: Rates and lengths.
        seed: Seed of the run.
        episodes: When which fault is at work.
        start_ns: Start of the live part, Unix nanoseconds.
    """
    ordinal = 0
    if episodes.short and "silent_source" in config.faults:
        # A source that was never heard is not known to be silent: it spoke once, long before.
        yield Arrival(ordinal, start_ns - _LAST_HEARD_NS, flow=_LAST_HEARD_FLOW, heard=True)
        ordinal += 1
    batches: set[int] = set()
    for at_ns in _moments(config, seed, start_ns):
        arrival = Arrival(ordinal, at_ns)
        for episode in episodes.active(at_ns):
            if episode.fault.name == "batch_partial" and episode.number not in batches:
                batches.add(episode.number)
                arrival = replace(arrival, flow=_BATCH_FLOW, full_batch=True)
        yield arrival
        ordinal += 1


def _moments(config: EstateConfig, seed: int, start_ns: int) -> Iterator[int]:
    rng = Numbers(seed ^ 0xA221, 0).rng
    rate_before = config.history_rate_per_s or config.rate_per_s
    before_ns = start_ns - round(config.history_s * NS_PER_S)
    for slot in range(round(config.history_s * rate_before)):
        yield before_ns + round((slot + rng.random()) / rate_before * NS_PER_S)
    slot = 0
    while config.duration_s is None or slot < round(config.duration_s * config.rate_per_s):
        yield start_ns + round((slot + rng.random()) / config.rate_per_s * NS_PER_S)
        slot += 1
