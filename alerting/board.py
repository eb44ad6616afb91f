"""The alerts in force: what evaluation changed, muted, escalated, planned and committed as one round."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerting.describe import Context
from alerting.groups import Group
from alerting.instance import Instance, State
from alerting.journal import Journal
from alerting.mute import Silence, muted
from alerting.plan import Plan, escalate, plan
from alerting.route import Router

_REWRITE_AFTER_S = 5.0


class Board:
    """
    Holds the alerts in memory and on disk, the same at the end of every round.

    Not safe for several threads; its owner holds a lock.

    Args:
        journal: Where rounds are committed.
        rewrite_after_s: Age at which changed figures alone are written; 0 where each round loads what was written.
    """

    def __init__(self, journal: Journal, rewrite_after_s: float = _REWRITE_AFTER_S) -> None:
        self._journal = journal
        self._rewrite_after_s = rewrite_after_s
        self._current: dict[str, Instance] = {}
        self._closing: dict[str, Instance] = {}
        self._groups: dict[str, Group] = {}
        self._written: dict[str, tuple[Instance, datetime]] = {}

    def load(self, now: datetime) -> None:
        """Take up what was in force when the process ended."""
        instances, groups = self._journal.load()
        self._groups = {group.key: group for group in groups}
        self._current.clear()
        self._closing.clear()
        for instance in instances:
            if instance.state is State.RESOLVED and instance.quiet_until is None:
                self._closing[instance.id] = instance
            else:
                self._current[instance.fingerprint] = instance
        self._written = {instance.id: (instance, now) for instance in instances}

    def of_rule(self, key: str) -> dict[str, Instance]:
        """Return the alerts of a rule by fingerprint."""
        return {name: instance for name, instance in self._current.items() if instance.rule == key}

    @property
    def instances(self) -> list[Instance]:
        """Alerts that exist: pending, firing, recovering, and those resolved by hand whose condition still holds."""
        return list(self._current.values())

    def find(self, alert_id: str) -> Instance | None:
        """Return the alert with that id or fingerprint, if it exists now."""
        known = self._current.get(alert_id)
        return known or next((instance for instance in self._current.values() if instance.id == alert_id), None)

    def settle(
        self,
        changed: Iterable[Instance],
        vanished: Iterable[Instance],
        *,
        silences: Iterable[Silence],
        router: Router,
        context: Context,
        now: datetime,
    ) -> int:
        """
        Finish a round: take over what changed, decide who is told, commit; return how many messages were entered.

        When the commit fails nothing has changed, in memory either.
        """
        current, closing = dict(self._current), dict(self._closing)
        dropped = []
        for instance in vanished:
            current.pop(instance.fingerprint, None)
            if instance.state is State.RESOLVED:
                closing[instance.id] = replace(instance, quiet_until=None)
            else:
                dropped.append(instance)
        for instance in changed:
            previous = current.get(instance.fingerprint)
            if previous is not None and previous.id != instance.id:
                closing[previous.id] = replace(previous, quiet_until=None)
            if instance.state is State.RESOLVED and instance.quiet_until is None:
                current.pop(instance.fingerprint, None)
                closing[instance.id] = instance
            else:
                current[instance.fingerprint] = instance
        present = muted([*current.values(), *closing.values()], silences, context.catalog, now)
        present = escalate(present, self._groups.values(), router, now)
        current = {i.fingerprint: i for i in present if i.id not in closing}
        outcome = plan(present, self._groups.values(), router, context, now)
        groups = _groups_after(self._groups, outcome)
        told = {episode for group in groups.values() for episode in group.told}
        over = [i for i in present if i.id in closing and i.id not in told]
        closing = {i.id: i for i in present if i.id in closing and i.id in told}
        return self._commit(current, closing, groups, [*dropped, *over], outcome, now)

    def _commit(
        self,
        current: dict[str, Instance],
        closing: dict[str, Instance],
        groups: dict[str, Group],
        dropped: list[Instance],
        outcome: Plan,
        now: datetime,
    ) -> int:
        kept = [*current.values(), *closing.values()]
        dirty = [instance for instance in kept if self._must_write(instance, now)]
        entered = 0
        if dirty or dropped or outcome != Plan():
            entered = self._journal.commit(instances=dirty, dropped=dropped, plan=outcome, now=now)
        self._current, self._closing, self._groups = current, closing, groups
        ids = {instance.id for instance in kept}
        self._written = {name: entry for name, entry in self._written.items() if name in ids}
        self._written.update({instance.id: (instance, now) for instance in dirty})
        return entered

    def _must_write(self, instance: Instance, now: datetime) -> bool:
        """Transitions are written at once; figures and running waits every few seconds; the clock alone never."""
        entry = self._written.get(instance.id)
        if entry is None:
            return True
        written, written_at = entry
        if _facts(written) != _facts(instance):
            return True
        drifted = (written.reading, written.held_s, written.clear_s) != (
            instance.reading,
            instance.held_s,
            instance.clear_s,
        )
        return drifted and abs((now - written_at).total_seconds()) >= self._rewrite_after_s


def _facts(instance: Instance) -> tuple[Any, ...]:
    return (
        instance.state,
        instance.muted,
        instance.silenced,
        instance.inhibited,
        instance.frozen,
        instance.acked_at,
        instance.acked_by,
        instance.note,
        instance.escalated_at,
        instance.resolved_at,
        instance.quiet_until,
    )


def _groups_after(groups: dict[str, Group], outcome: Plan) -> dict[str, Group]:
    after = dict(groups)
    after.update({group.key: group for group in outcome.groups})
    for group in outcome.forgotten:
        after.pop(group.key, None)
    return after
