"""When a rule's condition holds, given what was measured; pure, one function a kind."""

from collections.abc import Callable
from dataclasses import replace

from alerting.readings import Reading
from alerting.rules import ActiveRule

Judgement = tuple[bool, Reading]
"""Whether the condition holds, and the reading with the figure that was compared as its value."""

_SEVERAL = 2


def judge(rule: ActiveRule, reading: Reading, objective: float) -> Judgement:
    """
    Judge one group.

    Args:
        rule: The rule.
        reading: Its figures for the group; an empty reading where the store had no row.
        objective: Promised success ratio of the group; used by burn_rate.

    Returns:
        Whether the condition holds, and *reading* with its value set.
    """
    return _JUDGES[rule.spec.kind](rule, reading, objective)


def _count(rule: ActiveRule, reading: Reading, _objective: float) -> Judgement:
    threshold = 1.0 if rule.spec.threshold is None else rule.spec.threshold
    enough = reading.affected >= max(threshold, 1.0)
    if rule.queue_wide:
        enough = enough and len(reading.flows) >= _SEVERAL
    return enough, replace(reading, value=float(reading.affected))


def _failure_ratio(rule: ActiveRule, reading: Reading, _objective: float) -> Judgement:
    threshold = 0.05 if rule.spec.threshold is None else rule.spec.threshold
    ratio = _ratio(reading.affected, reading.total)
    # The floor is on bad events, never on traffic: a floor on traffic would mute a total outage.
    return ratio > threshold and reading.affected >= rule.spec.min_bad, replace(reading, value=ratio)


def _burn_rate(rule: ActiveRule, reading: Reading, objective: float) -> Judgement:
    budget = 1.0 - (objective if rule.spec.objective is None else rule.spec.objective)
    if budget <= 0 or not reading.total_counts:
        return False, reading
    holds, worst = False, 0.0
    for number, window in enumerate(rule.windows):
        long, short = 2 * number, 2 * number + 1
        long_burn = _ratio(reading.bad_counts[long], reading.total_counts[long]) / budget
        short_burn = _ratio(reading.bad_counts[short], reading.total_counts[short]) / budget
        worst = max(worst, long_burn)
        enough = reading.bad_counts[long] >= rule.spec.min_bad
        holds = holds or (enough and long_burn > window.burn and short_burn > window.burn)
    return holds, replace(reading, value=worst)


def _absence(rule: ActiveRule, reading: Reading, _objective: float) -> Judgement:
    expected = 1.0 if rule.spec.threshold is None else rule.spec.threshold
    return reading.armed and reading.affected < expected, replace(reading, value=float(reading.affected))


def _blind(_rule: ActiveRule, reading: Reading, _objective: float) -> Judgement:
    return reading.armed, replace(reading, value=float(reading.affected))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


_JUDGES: dict[str, Callable[[ActiveRule, Reading, float], Judgement]] = {
    "deadline": _count,
    "stuck": _count,
    "failure_ratio": _failure_ratio,
    "burn_rate": _burn_rate,
    "absence": _absence,
    "source_blind": _blind,
}
