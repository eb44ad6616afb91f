"""
When a group of alerts is told to a receiver, and why; the decisions as values. Pure.

A group is what one receiver hears in one message. Its memory is which episodes it has been told are firing.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from alerting.instance import Instance
from alerting.labels import digest
from alerting.route import Waits


class Reason(StrEnum):
    """Why a message is sent."""

    FIRST = "first"
    NEW_MEMBER = "new_member"
    SOME_RESOLVED = "some_resolved"
    ALL_RESOLVED = "all_resolved"
    REPEAT = "repeat"
    ESCALATION = "escalation"


@dataclass(frozen=True, kw_only=True)
class Group:
    """
    What a receiver knows about a group.

    Attributes:
        receiver: Channel name.
        labels: Labels all members share.
        opened_at: First message since the group was last quiet.
        told_at: Last message.
        told: Episodes it was told are firing, and has not been told are over.
        escalated: Episodes whose escalation it was told.
        message_n: Messages so far.
    """

    receiver: str
    labels: dict[str, str]
    opened_at: datetime | None = None
    told_at: datetime | None = None
    told: frozenset[str] = field(default_factory=frozenset)
    escalated: frozenset[str] = field(default_factory=frozenset)
    message_n: int = 0

    @property
    def key(self) -> str:
        """Name of the group: what a receiver dedupes by, and within which order is kept."""
        parts = (f"{name}={value}" for name, value in sorted(self.labels.items()))
        return digest(self.receiver, *parts, length=32)


def decide(
    group: Group,
    *,
    firing: Collection[Instance],
    still_active: Collection[str],
    waits: Waits,
    escalates_here: bool,
    now: datetime,
) -> Reason | None:
    """
    Return why *group* is to be told something now; None for nothing.

    Args:
        group: What its receiver knows.
        firing: Members that are active and may be told about.
        still_active: Episodes of all active members, muted ones included: muted is not over.
        waits: Spacing of messages.
        escalates_here: Whether this receiver hears escalations of alerts it was told before.
        now: The present.
    """
    if not group.told:
        return Reason.FIRST if _waited_s(firing, now) >= waits.group_wait_s else None
    over = group.told - set(still_active)
    if over == group.told and not firing:
        return Reason.ALL_RESOLVED
    since_s = (now - group.told_at).total_seconds() if group.told_at else 0.0
    escalated = {member.id for member in firing if member.escalated_at}
    changes_due = since_s >= waits.group_interval_s
    reasons = {
        Reason.ESCALATION: escalates_here and bool(escalated & (group.told - group.escalated)),
        Reason.NEW_MEMBER: changes_due and any(member.id not in group.told for member in firing),
        Reason.SOME_RESOLVED: changes_due and bool(over),
        Reason.REPEAT: since_s >= waits.repeat_interval_s and any(member.acked_at is None for member in firing),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _waited_s(firing: Collection[Instance], now: datetime) -> float:
    """Return since when the first of *firing* fires, in seconds; -1 when there is none."""
    fired = [member.fired_at for member in firing if member.fired_at is not None]
    return (now - min(fired)).total_seconds() if fired else -1.0


def after_message(group: Group, told: Collection[Instance], now: datetime, still_active: Collection[str]) -> Group:
    """
    Return *group* after a message that lists *told* as firing and everything over as resolved.

    Members that were told before, are muted now and still active stay remembered: their end must be told.
    """
    remembered = (group.told & set(still_active)) | {member.id for member in told}
    escalated = group.escalated | {member.id for member in told if member.escalated_at}
    return replace(
        group,
        opened_at=group.opened_at if group.told else now,
        told_at=now,
        told=frozenset(remembered),
        escalated=frozenset(escalated & remembered),
        message_n=group.message_n + 1,
    )
