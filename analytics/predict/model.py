"""What was learned of a flow, and what it says about one open transaction: backing off where cases are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.predict.bins import bin_of, inside_us, lower_us
from analytics.predict.survival import Curve, Stay, curve

_STEPS_IN_BIN = 4
Basis = str
"""``milestone and hour``, ``milestone``, ``longest waits`` or ``flow``: which earlier ones it was compared with."""


@dataclass(frozen=True)
class Standing:
    """
    Where an open transaction stands.

    Attributes:
        step: Milestone it stands at, as in a path; empty before the first.
        hours: Part of the week in which it got there, see ``sql/stays.sql``.
        age_us: How long ago that was.
        elapsed_us: How long ago it started.
        left_us: Time until its deadline; None without one.
    """

    step: str
    hours: int
    age_us: float
    elapsed_us: float
    left_us: float | None


@dataclass(frozen=True)
class Prediction:
    """
    What earlier transactions say.

    Attributes:
        curve: Share that completes by a time from now.
        basis: Which of them were compared with.
        miss: Probability that it does not complete by its deadline, by lateness or failure; None without one.
    """

    curve: Curve
    basis: Basis
    miss: float | None


@dataclass(frozen=True)
class FlowModel:
    """
    Stays of one flow's transactions, by milestone and part of the week.

    Attributes:
        stays: (step, hours) -> stays at that milestone; the step before the first milestone is empty.
        wholes: Transactions as one stay from start to end.
        transactions: How many were learned from.
    """

    stays: Mapping[tuple[str, int], list[Stay]]
    wholes: list[Stay]
    transactions: int
    _by_step: dict[str, list[Stay]] = field(init=False, repr=False, compare=False)
    _curves: dict[tuple[Basis, str, int, float], Curve] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        by_step: dict[str, list[Stay]] = {}
        for (step, _), stays in self.stays.items():
            by_step.setdefault(step, []).extend(stays)
        object.__setattr__(self, "_by_step", by_step)

    def predict(self, standing: Standing, min_samples: float) -> Prediction | None:
        """
        Return what the earlier transactions most like this one say; None when there are too few of any kind.

        Compared are those that stood at the same milestone, having got there in the same part of the week, for at
        least as long; then at any hour; then, where hardly any waited so long, those that waited longest there; then
        those of the flow that took at least as long since their start.
        """
        of_step = self._by_step.get(standing.step, ())
        choices: tuple[tuple[Basis, str, int, Sequence[Stay], float], ...] = (
            (
                "milestone and hour",
                standing.step,
                standing.hours,
                self.stays.get((standing.step, standing.hours), ()),
                standing.age_us,
            ),
            ("milestone", standing.step, 0, of_step, standing.age_us),
            ("longest waits", standing.step, 0, of_step, longest_age_us(of_step, min_samples, standing.age_us)),
            ("flow", "", 0, self.wholes, standing.elapsed_us),
        )
        for basis, step, hours, stays, age_us in choices:
            rounded_us = _rounded(age_us)
            key = (basis, step, hours, rounded_us)
            found = self._curves.get(key)
            if found is None:
                found = self._curves[key] = curve(stays, rounded_us)
            if found.samples >= min_samples:
                return Prediction(found, basis, _miss(found, standing.left_us))
        return None


def longest_age_us(stays: Sequence[Stay], wanted: float, most_us: float) -> float:
    """Return the greatest age, *most_us* at most, that still *wanted* of *stays* waited; 0 where there are fewer."""
    known = 0.0
    for stay in sorted(stays, key=lambda stay: -stay.stayed):
        known += stay.count
        if known >= wanted:
            return min(lower_us(stay.stayed), most_us)
    return 0.0


def _rounded(age_us: float) -> float:
    """Ages that hardly differ share a curve: some thousand open transactions are looked at together."""
    place = bin_of(age_us)
    low, width = lower_us(place), lower_us(place + 1) - lower_us(place)
    return inside_us(place, min(_STEPS_IN_BIN - 1, int((age_us - low) / width * _STEPS_IN_BIN)) / _STEPS_IN_BIN)


def _miss(found: Curve, left_us: float | None) -> float | None:
    return None if left_us is None else 1.0 - found.done_within(left_us)
