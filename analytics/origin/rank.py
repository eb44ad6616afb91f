"""Ranks systems by how far their steps are off their own baseline; pure."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
_MAX_EVIDENCE = 5
# A millisecond more on a step that takes none is noise, not trouble.
_FLOOR_MS = 1.0
_WARNING = 13
_USUAL = 5.0
_VANISHED_RATIO = 0.2


@dataclass
class Suspect:
    """
    One system and what speaks against it.

    Attributes:
        system: Its name.
        score: Greater is more likely; comparable within one ranking only.
        evidence: Rows ``{"kind", "why", "score", ...}``, strongest first.
    """

    system: str
    score: float = 0.0
    evidence: list[dict[str, Any]] = field(default_factory=list)


def rank_systems(steps: Sequence[Row], logs: Sequence[Row]) -> list[Suspect]:
    """Return every system with a score above zero, best first, equal scores by name."""
    findings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    scale = traffic_ratio(steps)
    found = [(step["system"], finding) for step in steps for finding in (slower(step), more_errors(step))]
    found += [(log["system"], finding) for log in logs for finding in (new_error(log, scale), vanished(log, scale))]
    for system, finding in found:
        if finding:
            findings[system].append(finding)
    suspects = []
    for system, rows in findings.items():
        best: dict[str, float] = {}
        for row in rows:
            best[row["kind"]] = max(best.get(row["kind"], 0.0), row["score"])
        strongest = sorted(rows, key=lambda row: (-row["score"], row["why"]))[:_MAX_EVIDENCE]
        suspects.append(Suspect(system, sum(best.values()), strongest))
    return sorted(suspects, key=lambda suspect: (-suspect.score, suspect.system))


def traffic_ratio(steps: Sequence[Row]) -> float:
    """Return how much there was in the window for each of the baseline; 1 where either is empty."""
    now, then = sum(step["n_window"] for step in steps), sum(step["n_baseline"] for step in steps)
    return now / then if now and then else 1.0


def new_error(log: Row, scale: float) -> dict[str, Any] | None:
    """Return the finding that a warning or error is logged more often than the baseline lets expect."""
    expected = log["n_baseline"] * scale
    if log["severity_number"] < _WARNING or log["n_window"] <= expected:
        return None
    trace_id, span_id = log["sample"]
    return {
        "kind": "error_log",
        "why": f"logged {log['n_window']} times, expected {expected:.1f}: {log['template']}",
        "score": round(math.log2((log["n_window"] + 0.5) / (expected + 0.5)), 6),
        "trace_id": trace_id,
        "span_id": span_id,
    }


def vanished(log: Row, scale: float) -> dict[str, Any] | None:
    """Return the finding that what is usually logged is missing: a path that is no longer taken."""
    expected = log["n_baseline"] * scale
    if log["severity_number"] >= _WARNING or expected < _USUAL or log["n_window"] > _VANISHED_RATIO * expected:
        return None
    return {
        "kind": "vanished_log",
        "why": f"logged {log['n_window']} times, expected {expected:.1f}: {log['template']}",
        "score": round(math.log2((expected + 0.5) / (log["n_window"] + 0.5)) / 2, 6),
    }


def slower(step: Row) -> dict[str, Any] | None:
    """Return the finding that a step's own time rose, scored by the logarithm of the factor."""
    if not (step["n_window"] and step["n_baseline"]):
        return None
    now_ms, then_ms = step["p90_window_ms"], step["p90_baseline_ms"]
    score = math.log2((now_ms + _FLOOR_MS) / (then_ms + _FLOOR_MS))
    if score <= 0:
        return None
    trace_id, span_id = step["slowest"]
    return {
        "kind": "self_time",
        "why": f"{step['name']}: p90 of its own time {then_ms:.1f} ms -> {now_ms:.1f} ms",
        "score": round(score, 6),
        "trace_id": trace_id,
        "span_id": span_id,
    }


def more_errors(step: Row) -> dict[str, Any] | None:
    """Return the finding that a step fails by itself more often than it did."""
    if not step["errors_window"]:
        return None
    then = (step["errors_baseline"] + 0.5) / (step["n_baseline"] + 1)
    now = (step["errors_window"] + 0.5) / (step["n_window"] + 1)
    score = math.log2(now / then)
    if score <= 0:
        return None
    trace_id, span_id = step["failing"]
    return {
        "kind": "errors",
        "why": f"{step['name']}: {step['errors_window']} of {step['n_window']} failed by themselves",
        "score": round(score, 6),
        "trace_id": trace_id,
        "span_id": span_id,
    }
