"""Shapes of runs for tests of the ranking: what the statement over raw spans would return."""

import math

from analytics.origin.shapes import Sample, Shape, Step
from analytics.origin.slowness import FLOOR_MS


def runs(
    system: str,
    count: int,
    *,
    window: bool = False,
    events: tuple[int, ...] = (),
    errors: tuple[int, ...] = (),
    took_ms: float = 10.0,
    peer: str = "",
    operation: str = "work",
    traces: str = "t",
) -> Shape:
    """*count* runs that look alike, each in a trace of its own; *traces* names these."""
    side = "w" if window else "b"
    samples = tuple(Sample(f"{traces}{side}{number}", f"{system}-{operation}") for number in range(min(count, 32)))
    log_ms = math.log2(took_ms + FLOOR_MS)
    key = Step(system, operation, "")
    return Shape(key, peer, window, frozenset(events), frozenset(errors), count, log_ms, samples[0], samples)
