"""
Alerting's memory in the relational state.

A round of evaluation is one transaction: alerts, what receivers have been told, and the messages that follow from
it. Either all of it happened or none.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, insert, or_, select, update

from alerting.groups import Group
from alerting.instance import Instance, State
from alerting.mute import Silence
from alerting.outbox import OutboxState
from alerting.plan import Message, Plan
from alerting.stored import (
    group_of_row,
    instance_of_row,
    row_of_group,
    row_of_instance,
    row_of_silence,
    silence_of_row,
)
from alerting.tables import ALERTS, GROUPS, METADATA, OUTBOX, SILENCES
from core.faults import fault_point


class Journal:
    """
    Loads and commits the state of alerting.

    Args:
        engine: Relational state.

    Attributes:
        fence: Asked within each round's transaction whether it may still commit; None where nobody else writes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fence: Callable[[Connection], None] | None = None
        METADATA.create_all(engine)

    def load(self) -> tuple[list[Instance], list[Group]]:
        """Return the alerts and groups that were in force when the process ended."""
        with self._engine.connect() as connection:
            alerts = connection.execute(select(ALERTS).where(ALERTS.c.retained)).mappings().all()
            groups = connection.execute(select(GROUPS)).mappings().all()
        return [instance_of_row(dict(row)) for row in alerts], [group_of_row(dict(row)) for row in groups]

    def commit(
        self,
        *,
        instances: Iterable[Instance],
        dropped: Iterable[Instance],
        plan: Plan,
        now: datetime,
    ) -> int:
        """
        Write one round.

        Args:
            instances: Alerts as they are now; loaded again after a restart.
            dropped: Alerts that have run their course: pending ones are deleted, the others kept as history.
            plan: What receivers are told.
            now: The present.

        Returns:
            How many messages were entered.
        """
        with self._engine.begin() as connection:
            if self.fence:
                self.fence(connection)
            for instance in instances:
                _put(connection, ALERTS, "id", row_of_instance(instance, retained=True))
            for instance in dropped:
                self._retire(connection, instance)
            for group in plan.groups:
                _put(connection, GROUPS, "key", row_of_group(group))
            for group in plan.forgotten:
                connection.execute(delete(GROUPS).where(GROUPS.c.key == group.key))
            fault_point("alert.outbox")
            entered = sum(_enter(connection, message, now) for message in plan.messages)
            fault_point("alert.commit")
        fault_point("alert.committed")
        return entered

    def _retire(self, connection: Connection, instance: Instance) -> None:
        if instance.state is State.PENDING:
            connection.execute(delete(ALERTS).where(ALERTS.c.id == instance.id))
        else:
            _put(connection, ALERTS, "id", row_of_instance(instance, retained=False))

    def history(
        self,
        *,
        states: tuple[str, ...],
        flow: str | None,
        tier: int | None,
        limit: int,
        before: tuple[datetime, str] | None,
    ) -> list[Instance]:
        """Return stored alerts of *states*, the newest first, older than *before* (active_at, id) where given."""
        wanted = select(ALERTS).where(ALERTS.c.state.in_(states))
        if flow is not None:
            wanted = wanted.where(ALERTS.c.flow == flow)
        if tier is not None:
            wanted = wanted.where(ALERTS.c.tier == tier)
        if before is not None:
            at, name = before
            wanted = wanted.where(or_(ALERTS.c.active_at < at, and_(ALERTS.c.active_at == at, ALERTS.c.id < name)))
        wanted = wanted.order_by(ALERTS.c.active_at.desc(), ALERTS.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [instance_of_row(dict(row)) for row in connection.execute(wanted).mappings()]

    def find(self, alert_id: str) -> Instance | None:
        """Return the alert of that id, or the latest episode of that fingerprint."""
        wanted = (
            select(ALERTS)
            .where(or_(ALERTS.c.id == alert_id, ALERTS.c.fingerprint == alert_id))
            .order_by(ALERTS.c.active_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return instance_of_row(dict(row)) if row else None

    def silences(self) -> list[Silence]:
        """Return every silence, expired ones included, the latest end first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(SILENCES).order_by(SILENCES.c.ends_at.desc(), SILENCES.c.id)).mappings()
            return [silence_of_row(dict(row)) for row in rows]

    def put_silence(self, silence: Silence) -> None:
        """Create or replace a silence."""
        with self._engine.begin() as connection:
            _put(connection, SILENCES, "id", row_of_silence(silence))

    def prune(self, now: datetime, history_days: int) -> None:
        """Delete what ended more than *history_days* ago."""
        limit = now - timedelta(days=history_days)
        with self._engine.begin() as connection:
            connection.execute(delete(ALERTS).where(~ALERTS.c.retained, ALERTS.c.resolved_at < limit))
            connection.execute(delete(OUTBOX).where(OUTBOX.c.finished_at < limit))
            connection.execute(delete(SILENCES).where(SILENCES.c.ends_at < limit))


def _put(connection: Connection, table: Any, key: str, row: dict[str, Any]) -> None:
    """Insert or replace; a single writer per row makes update-then-insert enough."""
    changed = connection.execute(update(table).where(table.c[key] == row[key]).values(**row))
    if not changed.rowcount:
        connection.execute(insert(table).values(**row))


def _enter(connection: Connection, message: Message, now: datetime) -> int:
    """
    Enter *message*, and cancel what it overtakes; return 1 where it is to be sent.

    A message tells the whole state of its group, so an unsent earlier one has nothing to add. A resolve of something
    nobody was ever told, not even tried to, says nothing.
    """
    same_life = (OUTBOX.c.group_key == message.group_key) & (OUTBOX.c.incarnation == message.incarnation)
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.group_key == message.group_key, OUTBOX.c.state.in_(OutboxState.waiting()))
        .values(state=OutboxState.CANCELED.value, finished_at=now)
    )
    if message.resolves:
        tried = connection.execute(
            select(OUTBOX.c.id).where(same_life, OUTBOX.c.attempts > 0, OUTBOX.c.state != OutboxState.FAILED.value)
        ).first()
        if tried is None:
            return 0
    connection.execute(
        insert(OUTBOX).values(
            id=message.id,
            group_key=message.group_key,
            incarnation=message.incarnation,
            receiver=message.receiver,
            reason=message.reason.value,
            resolves=message.resolves,
            payload=message.payload,
            state=OutboxState.PENDING.value,
            attempts=0,
            created_at=now,
            next_attempt_at=now,
            error="",
        )
    )
    return 1
