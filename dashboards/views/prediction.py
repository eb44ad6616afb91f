"""What is said of a prediction: always as an estimate, with what it rests on, and nothing where too little is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.formats import count, duration

Row = Mapping[str, Any]
_CERTAIN = 0.99
_LIKELY = 0.5
_POSSIBLE = 0.2


@dataclass(frozen=True)
class Forecast:
    """
    A prediction in words.

    Attributes:
        level: ``bad``, ``warn``, ``info`` or ``unknown``.
        headline: One phrase: ``Will probably breach in 12 m``.
        detail: The probability, or why nothing is said.
        basis: What it rests on.
    """

    level: str
    headline: str
    detail: str
    basis: str


def forecast(prediction: Row | None) -> Forecast | None:
    """Return the prediction of a transaction in words; None for one that has ended."""
    if not prediction:
        return None
    if not prediction.get("judged"):
        return Forecast("unknown", "No prediction", str(prediction.get("why") or "too little is known"), "")
    breach = prediction.get("breach")
    basis = f"From {count(prediction['samples'])} earlier {_BASIS[prediction['basis']]}."
    if breach is None:
        return Forecast("info", _ending(prediction), "no deadline ahead", basis)
    probability, left = breach["probability"], duration(breach["in_ms"])
    detail = f"{chance(probability)} that the deadline in {left} is missed"
    if probability >= _LIKELY:
        return Forecast("bad", f"Will probably breach in {left}", detail, basis)
    if probability >= _POSSIBLE:
        return Forecast("warn", f"May breach in {left}", detail, basis)
    return Forecast("info", "Will probably be in time", detail, basis)


_BASIS = {
    "milestone and hour": "transactions that waited as long at this milestone, at this time of the week",
    "milestone": "transactions that waited as long at this milestone",
    "longest waits": "transactions that waited longest at this milestone, though not as long",
    "flow": "transactions of this flow that took as long so far",
}


def chance(probability: float) -> str:
    """Return a probability in per cent; never 0 and never 100, since nothing predicted is certain."""
    if probability > _CERTAIN:
        return "more than 99 %"
    if probability < 1 - _CERTAIN:
        return "less than 1 %"
    return f"{probability * 100:.0f} %"


def _ending(prediction: Row) -> str:
    half = (prediction.get("remaining_ms") or {}).get("p50")
    return f"About {duration(half)} left" if half is not None else "May never complete"


def spread(prediction: Row) -> str:
    """Return the time that is left as a range: half of comparable transactions end within it, and a tenth after."""
    left = prediction.get("remaining_ms") or {}
    if left.get("p25") is None or left.get("p75") is None:
        return "fewer than three quarters of them completed"
    late = f", one in ten after {duration(left['p90'])}" if left.get("p90") is not None else ""
    return f"half of them within {duration(left['p25'])} to {duration(left['p75'])}{late}"
