"""
One alert through its life: pending, firing, recovering, resolved.

Pure: an evaluation turns one instance into the next. Time counts towards ``for`` and ``keep_firing_for`` only
between two evaluations that really took place, so that a restart neither fires nor resolves anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from alerting.labels import digest
from alerting.readings import Reading

_TOLERANCE_S = 1e-6


class State(StrEnum):
    """
    Where an alert is in its life.

    ``pending`` waits for ``for``; ``recovering`` waits for ``keep_firing_for`` and counts as firing to everybody.
    """

    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"


class ResolveReason(StrEnum):
    """Why an alert ended."""

    CLEARED = "cleared"
    BY_HAND = "by_hand"
    RULE_GONE = "rule_gone"


@dataclass(frozen=True)
class Timing:
    """
    The waits of a rule, in seconds.

    Attributes:
        for_s: How long the condition must hold before the alert fires.
        keep_firing_for_s: How long it goes on firing after the condition was last true.
        max_gap_s: A longer pause between evaluations counts as none.
    """

    for_s: float
    keep_firing_for_s: float
    max_gap_s: float


@dataclass(frozen=True, kw_only=True)
class Instance:
    """
    One episode of one alert.

    Attributes:
        id: Names the episode; a new one after every resolution.
        fingerprint: Names the alert over all its episodes.
        rule: ``alertname``.
        kind: Kind of the rule.
        tier: Tier it is treated as; 0 for none.
        labels: Identity and routing; no figures.
        annotations: Texts and links as of the last evaluation.
        active_at: When the condition was first seen.
        evaluated_at: Last evaluation, successful or not.
        frozen: The last evaluation could not measure.
        held_s: Seconds the condition has held so far, while pending.
        clear_s: Seconds the condition has been false so far, while recovering.
        quiet_until: Resolved by hand while the condition holds: no new episode before this.
        silenced, inhibited, held: Why nobody is told at the moment.
    """

    id: str
    fingerprint: str
    rule: str
    kind: str
    tier: int
    labels: Mapping[str, str]
    state: State
    active_at: datetime
    evaluated_at: datetime
    annotations: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    fired_at: datetime | None = None
    resolved_at: datetime | None = None
    resolve_reason: ResolveReason | None = None
    frozen: bool = False
    held_s: float = 0.0
    clear_s: float = 0.0
    quiet_until: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    note: str = ""
    escalated_at: datetime | None = None
    silenced: bool = False
    inhibited: bool = False
    held: bool = False

    @property
    def active(self) -> bool:
        """Whether people should treat it as going on: firing or recovering."""
        return self.state in {State.FIRING, State.RECOVERING}

    @property
    def muted(self) -> bool:
        """Whether nobody is told about it at the moment."""
        return self.silenced or self.inhibited or self.held


def open_instance(
    *, fingerprint: str, rule: str, kind: str, tier: int, labels: Mapping[str, str], reading: Reading, now: datetime
) -> Instance:
    """Return a new pending episode that began at *now*."""
    return Instance(
        id=digest(fingerprint, now.isoformat()),
        fingerprint=fingerprint,
        rule=rule,
        kind=kind,
        tier=tier,
        labels=labels,
        state=State.PENDING,
        reading=reading,
        active_at=now,
        evaluated_at=now,
    )


def advance(instance: Instance, breached: bool | None, now: datetime, timing: Timing) -> Instance | None:
    """
    Return *instance* after one evaluation.

    Args:
        instance: The episode so far.
        breached: Whether the condition holds; None when it could not be measured, which changes nothing.
        now: Time of the evaluation.
        timing: The waits of the rule as they are now.

    Returns:
        The next state of the episode; None when it has vanished (a pending one whose condition ended, or one resolved
        by hand whose condition ended or whose quiet time is over).

    Source:
        States and waits as in Prometheus alerting rules; freezing on lost measurement is ours.
    """
    gap_s = (now - instance.evaluated_at).total_seconds()
    counted_s = gap_s if 0 <= gap_s <= timing.max_gap_s else 0.0
    seen = replace(instance, evaluated_at=now, frozen=breached is None)
    if breached is None:
        return seen
    if instance.state is State.RESOLVED:
        quiet = instance.quiet_until is not None and now < instance.quiet_until
        return seen if breached and quiet else None
    if breached:
        return _while_breached(seen, counted_s, now, timing)
    return _while_clear(seen, counted_s, now, timing)


def _while_breached(seen: Instance, counted_s: float, now: datetime, timing: Timing) -> Instance:
    if seen.state is State.FIRING:
        return seen
    if seen.state is State.RECOVERING:
        return replace(seen, state=State.FIRING, clear_s=0.0)
    held_s = seen.held_s + counted_s
    if held_s + _TOLERANCE_S < timing.for_s:
        return replace(seen, held_s=held_s)
    return replace(seen, state=State.FIRING, fired_at=now, held_s=held_s)


def _while_clear(seen: Instance, counted_s: float, now: datetime, timing: Timing) -> Instance | None:
    if seen.state is State.PENDING:
        return None
    clear_s = seen.clear_s + counted_s if seen.state is State.RECOVERING else 0.0
    if clear_s + _TOLERANCE_S < timing.keep_firing_for_s:
        return replace(seen, state=State.RECOVERING, clear_s=clear_s)
    return resolve(seen, now, ResolveReason.CLEARED)


def resolve(instance: Instance, now: datetime, reason: ResolveReason, quiet_until: datetime | None = None) -> Instance:
    """Return *instance* ended at *now*; *quiet_until* keeps its alert from opening again before that."""
    return replace(
        instance,
        state=State.RESOLVED,
        resolved_at=now,
        resolve_reason=reason,
        quiet_until=quiet_until,
        clear_s=0.0,
    )
