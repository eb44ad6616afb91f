"""From alerts to messages: every group of every receiver is asked whether it is to be told something now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerting.describe import Context
from alerting.groups import Group, Reason, after_message, decide
from alerting.instance import Instance, State
from alerting.labels import digest
from alerting.payload import build_payload
from alerting.route import Router


@dataclass(frozen=True)
class Message:
    """
    One notification to be delivered.

    Attributes:
        id: The same decision always has the same id, so that it is entered once.
        group_key: Messages of one group leave in order.
        incarnation: Life of the group that the message belongs to; a resolve is sent only where a trigger was tried.
        receiver: Channel name.
        reason: Why it is sent.
        resolves: Whether it only says that everything is over.
        payload: Body.
    """

    id: str
    group_key: str
    incarnation: str
    receiver: str
    reason: Reason
    resolves: bool
    payload: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """
    One round of planning.

    Attributes:
        messages: To be delivered.
        groups: Groups as they are afterwards, where they changed.
        forgotten: Groups nobody needs any more.
    """

    messages: tuple[Message, ...] = ()
    groups: tuple[Group, ...] = ()
    forgotten: tuple[Group, ...] = ()


def escalate(instances: Iterable[Instance], groups: Iterable[Group], router: Router, now: datetime) -> list[Instance]:
    """Return *instances*; those that were told and not acknowledged in time carry the moment of their escalation."""
    first_told: dict[str, datetime] = {}
    for group in groups:
        for episode in group.told:
            if group.opened_at is not None:
                first_told[episode] = min(group.opened_at, first_told.get(episode, group.opened_at))
    return [_escalated(instance, first_told.get(instance.id), router, now) for instance in instances]


def _escalated(instance: Instance, told_at: datetime | None, router: Router, now: datetime) -> Instance:
    wait_s = router.ack_within_s(instance)
    if wait_s is None or told_at is None or instance.acked_at or instance.escalated_at:
        return instance
    # A member that joined a group already told is given the full wait of its own.
    since = max(told_at, instance.fired_at or told_at)
    if not instance.active or instance.muted or (now - since).total_seconds() < wait_s:
        return instance
    return replace(instance, escalated_at=now)


def plan(
    instances: Iterable[Instance], groups: Iterable[Group], router: Router, context: Context, now: datetime
) -> Plan:
    """
    Decide what every receiver is told now.

    Args:
        instances: Every alert, resolved ones for as long as somebody has not been told.
        groups: What receivers know.
        router: Routes by the catalog in force.
        context: Makes texts and links.
        now: The present.
    """
    by_id = {instance.id: instance for instance in instances}
    known = {group.key: group for group in groups}
    members = _members(by_id.values(), known, router)
    messages: list[Message] = []
    changed: list[Group] = []
    forgotten: list[Group] = []
    for key, group in known.items():
        if group.receiver not in router.channels:
            forgotten.append(group)
            members.pop(key, None)
    for group, present in members.values():
        outcome = _ask(group, present, router, context, now)
        if outcome is None:
            continue
        message, after = outcome
        (changed if after.told else forgotten).append(after)
        if message is not None:
            messages.append(message)
    return Plan(tuple(messages), tuple(changed), tuple(forgotten))


def _members(
    instances: Iterable[Instance], known: dict[str, Group], router: Router
) -> dict[str, tuple[Group, list[Instance]]]:
    """Return every group with its members: those routed to it now, and those it was told about before."""
    found: dict[str, tuple[Group, list[Instance]]] = {key: (group, []) for key, group in known.items()}
    told_in: dict[str, list[str]] = {}
    for key, group in known.items():
        for episode in group.told:
            told_in.setdefault(episode, []).append(key)
    for instance in instances:
        if instance.state is State.PENDING:
            continue
        labels = router.group_of(instance)
        keys = dict.fromkeys(told_in.get(instance.id, ()))
        for receiver in router.receivers(instance) if instance.active else ():
            group = Group(receiver=receiver, labels=labels)
            found.setdefault(group.key, (group, []))
            keys[group.key] = None
        for key in keys:
            found[key][1].append(instance)
    return found


def _ask(
    group: Group, present: list[Instance], router: Router, context: Context, now: datetime
) -> tuple[Message | None, Group] | None:
    firing = [member for member in present if member.active and not member.muted]
    active = {member.id for member in present if member.active}
    if not present and not group.told:
        return None
    if not present:
        # Every episode it was told about is gone from the state; there is nothing left to say about them.
        return None, replace(group, told=frozenset())
    reason = decide(
        group,
        firing=firing,
        still_active=active,
        waits=router.waits(present),
        escalates_here=not any(router.escalation_receivers(member) for member in firing),
        now=now,
    )
    if reason is None:
        return None
    after = after_message(group, firing, now, active)
    refired = {member.fingerprint for member in firing}
    over = [m for m in present if not m.active and m.id in group.told and m.fingerprint not in refired]
    channel = router.channels[group.receiver]
    # Receivers that do not want to hear of ends are still remembered as told, so that a new episode is new to them.
    if reason in {Reason.ALL_RESOLVED, Reason.SOME_RESOLVED} and not channel.send_resolved:
        return None, after
    listed = firing + (over if channel.send_resolved else [])
    payload = build_payload(context, group, listed, reason=reason, max_alerts=channel.max_alerts)
    opened = after.opened_at.isoformat() if after.opened_at else ""
    incarnation = digest(group.key, opened)
    return (
        Message(
            id=digest(incarnation, str(after.message_n), reason, length=32),
            group_key=group.key,
            incarnation=incarnation,
            receiver=group.receiver,
            reason=reason,
            resolves=reason is Reason.ALL_RESOLVED,
            payload=payload,
        ),
        after,
    )
