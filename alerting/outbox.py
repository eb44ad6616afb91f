"""
Messages on their way: claimed, then sent, failed or of unknown outcome.

A claim is committed before the call and its outcome after it. A process that dies between the two leaves the
message ``sending``; when its lease is over the outcome counts as unknown and it is sent again. So a receiver may hear
the same message twice, which its fingerprint and group key let it see, but never not at all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, and_, exists, func, select, update

from alerting.tables import OUTBOX


class OutboxState(StrEnum):
    """Where a message is."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    CANCELED = "canceled"

    @classmethod
    def waiting(cls) -> tuple[str, ...]:
        """States in which nobody is sending the message, and somebody should."""
        return (cls.PENDING.value, cls.UNKNOWN.value)


@dataclass(frozen=True)
class Claimed:
    """
    A message this process may send now.

    Attributes:
        number: Order among all messages.
        attempt: 1 for the first.
        repeated: An earlier attempt may have arrived.
    """

    number: int
    group_key: str
    receiver: str
    reason: str
    payload: dict[str, Any]
    attempt: int
    created_at: datetime
    repeated: bool


class Outbox:
    """
    Hands out messages and records what became of them.

    Args:
        engine: Relational state.
        lease_s: Seconds after which a message under way counts as of unknown outcome.
    """

    def __init__(self, engine: Engine, lease_s: float) -> None:
        self._engine = engine
        self._lease_s = lease_s

    def reclaim(self, now: datetime, *, all_leases: bool = False) -> int:
        """
        Turn messages whose sender is gone to ``unknown``; return how many.

        Args:
            now: The present.
            all_leases: Also those whose lease still runs; right at the start of the only process that sends.
        """
        gone = OUTBOX.c.state == OutboxState.SENDING.value
        if not all_leases:
            gone = and_(gone, OUTBOX.c.lease_until < now)
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(OUTBOX).where(gone).values(state=OutboxState.UNKNOWN.value, next_attempt_at=now)
            )
            return changed.rowcount

    def claim(self, now: datetime, *, limit: int, busy: frozenset[str] = frozenset()) -> list[Claimed]:
        """
        Claim messages that are due, at most one a group and none whose group has an earlier one unfinished.

        Args:
            now: The present.
            limit: Most messages.
            busy: Receivers to leave alone.
        """
        earlier = OUTBOX.alias("earlier")
        unfinished = (*OutboxState.waiting(), OutboxState.SENDING.value)
        due = (
            select(OUTBOX)
            .where(
                OUTBOX.c.state.in_(OutboxState.waiting()),
                OUTBOX.c.next_attempt_at <= now,
                OUTBOX.c.receiver.not_in(sorted(busy)),
                ~exists().where(
                    earlier.c.group_key == OUTBOX.c.group_key,
                    earlier.c.number < OUTBOX.c.number,
                    earlier.c.state.in_(unfinished),
                ),
            )
            .order_by(OUTBOX.c.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(due).mappings().all()
        return [claimed for row in rows if (claimed := self._take(dict(row), now)) is not None]

    def _take(self, row: dict[str, Any], now: datetime) -> Claimed | None:
        taken = (
            update(OUTBOX)
            .where(OUTBOX.c.number == row["number"], OUTBOX.c.state == row["state"])
            .values(
                state=OutboxState.SENDING.value,
                attempts=OUTBOX.c.attempts + 1,
                lease_until=now + timedelta(seconds=self._lease_s),
            )
        )
        with self._engine.begin() as connection:
            if not connection.execute(taken).rowcount:
                return None
        return Claimed(
            number=row["number"],
            group_key=row["group_key"],
            receiver=row["receiver"],
            reason=row["reason"],
            payload=row["payload"],
            attempt=row["attempts"] + 1,
            created_at=row["created_at"],
            repeated=row["attempts"] > 0,
        )

    def finish(self, claimed: Claimed, state: OutboxState, now: datetime, error: str = "") -> None:
        """Record that *claimed* was sent, or failed for good."""
        self._settle(claimed, {"state": state.value, "finished_at": now, "error": error})

    def postpone(self, claimed: Claimed, now: datetime, *, delay_s: float, state: OutboxState, error: str) -> None:
        """Try *claimed* again after *delay_s*; unless a later message of its group has overtaken it meanwhile."""
        later = OUTBOX.alias("later")
        overtaken = select(later.c.number).where(
            later.c.group_key == claimed.group_key, later.c.number > claimed.number
        )
        with self._engine.connect() as connection:
            superseded = connection.execute(overtaken.limit(1)).first() is not None
        if superseded:
            self.finish(claimed, OutboxState.CANCELED, now, error)
            return
        self._settle(
            claimed, {"state": state.value, "next_attempt_at": now + timedelta(seconds=delay_s), "error": error}
        )

    def _settle(self, claimed: Claimed, values: dict[str, Any]) -> None:
        mine = and_(OUTBOX.c.number == claimed.number, OUTBOX.c.state == OutboxState.SENDING.value)
        with self._engine.begin() as connection:
            connection.execute(update(OUTBOX).where(mine).values(lease_until=None, **values))

    def backlog(self) -> tuple[int, datetime | None]:
        """Return how many messages are on their way, and since when the oldest."""
        unfinished = OUTBOX.c.state.in_((*OutboxState.waiting(), OutboxState.SENDING.value))
        with self._engine.connect() as connection:
            count, oldest = connection.execute(
                select(func.count(), func.min(OUTBOX.c.created_at)).where(unfinished)
            ).one()
        return count, oldest

    def failed_since(self, moment: datetime) -> int:
        """Return how many messages were given up after *moment*."""
        given_up = and_(OUTBOX.c.state == OutboxState.FAILED.value, OUTBOX.c.finished_at > moment)
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(given_up)).scalar_one())


__all__ = ["Claimed", "Outbox", "OutboxState"]
