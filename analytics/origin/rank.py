"""Ranks systems by how much of the trouble of a window starts in them; pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.origin.paths import Shared
from analytics.origin.shapes import ANY_EVENT, Deviation, Sample, Shape, Tally
from analytics.origin.slowness import Change, call_delays, changes, own_delays

_MAX_EVIDENCE = 5
_TELLING = 0.1
"""Rows below it say that next to nothing changed; shown only where there is no other."""
_PER_DOUBLING_OF_SURPRISE = 0.5
"""Surprise is a log-likelihood: its own logarithm, so weighted, stands on a level with doublings of time."""


@dataclass
class Suspect:
    """
    One system and what speaks against it.

    Attributes:
        system: Its name.
        score: Greater is more likely; comparable within one ranking only.
        evidence: Rows ``{"kind", "why", "score", "trace_id", "span_id"}``, strongest first.
    """

    system: str
    score: float = 0.0
    evidence: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Explained:
    """Which part of the runs with a deviation is accounted for by another system deeper in their traces."""

    window: float = 0.0
    baseline: float = 0.0


def rank_systems(
    shapes: Sequence[Shape],
    found: Mapping[Deviation, Tally],
    explained: Mapping[Deviation, Explained],
    texts: Mapping[int, str],
    shared: Mapping[str, Shared] | None = None,
) -> list[Suspect]:
    """
    Return every system with a score above zero, best first, equal scores by name.

    The score of a system is what its own steps and the calls from and to it slowed down, in doublings, and half the
    doublings of the surprise of its most surprising deviation, or of the trouble that transactions passing it have.

    Args:
        shapes: Runs of the window and of the baseline.
        found: What `deviations` tells of them.
        explained: The part of each deviation that starts deeper.
        texts: What the hashes of events and errors stand for.
        shared: How transactions fared that passed a system.
    """
    steps = changes(shapes)
    own, called = own_delays(steps), call_delays(steps)
    evidence: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for change in steps:
        _tell_slowness(change, own, called, evidence)
    surprises: dict[str, float] = defaultdict(float)
    for deviation, tally in found.items():
        part = explained.get(deviation, Explained())
        surprise = tally.surprise(part.window, part.baseline)
        score = _PER_DOUBLING_OF_SURPRISE * math.log2(1 + surprise)
        system = deviation.step.system
        surprises[system] = max(surprises[system], score)
        if surprise > 0:
            evidence[system].append(_tell(deviation, tally, score, texts))
    for system, fared in (shared or {}).items():
        score = _PER_DOUBLING_OF_SURPRISE * math.log2(1 + fared.surprise)
        surprises[system] = max(surprises[system], score)
        if score > 0:
            evidence[system].append(_tell_shared(fared, score))
    suspects = []
    for system in own.keys() | called.keys() | surprises.keys():
        score = own.get(system, 0.0) + called.get(system, 0.0) + surprises.get(system, 0.0)
        rows = sorted(evidence[system], key=lambda row: (-row["score"], row["why"]))
        telling = [row for row in rows if row["score"] >= _TELLING] or rows[:1]
        suspects.append(Suspect(system, round(score, 6), telling[:_MAX_EVIDENCE]))
    return sorted((each for each in suspects if each.score > 0), key=lambda each: (-each.score, each.system))


def _tell_slowness(
    change: Change, own: Mapping[str, float], called: Mapping[str, float], evidence: dict[str, list[dict[str, Any]]]
) -> None:
    """Add the row of a slower step to its system, or of a slower call to the side that holds it up more."""
    if change.doublings <= 0:
        return
    system, kind, where = change.system, "self_time", "its own time"
    if change.peer:
        system = max(change.system, change.peer, key=lambda side: (called[side], side))
        kind, where = "call_time", f"between {change.system} and {change.peer}"
    if (called if change.peer else own)[system] <= 0:
        return
    evidence[system].append(
        {
            "kind": kind,
            "why": f"{change.operation}: {where} typically {change.before.typical_ms():.1f} ms over "
            f"{change.before.runs} runs before, now {change.now.typical_ms():.1f} ms over {change.now.runs}",
            "score": round(change.doublings * change.weight, 6),
            **_place(change.now.slowest),
        }
    )


def _tell(deviation: Deviation, tally: Tally, score: float, texts: Mapping[int, str]) -> dict[str, Any]:
    example = next(shape.samples[0] for shape in tally.shapes if shape.in_window)
    text = texts.get(deviation.event, "")
    counts = f"{tally.runs} of {tally.of} runs, {tally.baseline_runs} of {tally.baseline_of} before"
    row = {"score": round(score, 6), "operation": deviation.step.operation, **_place(example)}
    if deviation.kind == "error":
        said = f": {text}" if text else " by themselves"
        return row | {"kind": "error", "why": f"{deviation.step.operation} failed{said} ({counts})", "template": text}
    if deviation.event == ANY_EVENT:
        return row | {"kind": "vanished", "why": f"{deviation.step.operation} no longer calls or logs ({counts})"}
    return row | {
        "kind": "vanished",
        "why": f"{deviation.step.operation} ended without what usually follows, {text} ({counts})",
        "template": text,
    }


def _tell_shared(fared: Shared, score: float) -> dict[str, Any]:
    return {
        "kind": "shared_path",
        "why": f"{fared.troubled} of {fared.passed} transactions that passed it are in trouble, "
        f"{fared.troubled_elsewhere} of {fared.elsewhere} that did not",
        "score": round(score, 6),
        "transaction_id": fared.example,
    }


def _place(sample: Sample) -> dict[str, str]:
    return {"trace_id": sample.trace_id, "span_id": sample.span_id}
