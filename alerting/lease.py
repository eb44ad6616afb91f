"""
Whose turn it is, when several processes share the state of alerting.

A lease is a row that one holder owns until a moment; taking it is one conditional update, which the relational store
decides. What a holder commits is fenced: the commit itself asks whether the lease is still its own, so a process that
slept through its lease changes nothing (Kleppmann, "How to do distributed locking", 2016).
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Engine, String, Table, insert, or_, update
from sqlalchemy.exc import IntegrityError

from alerting.tables import METADATA, UtcDateTime
from core.errors import TransientError

LEASES = Table(
    "alert_leases",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
_PAUSE_S = 0.02
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLostError(TransientError):
    """The turn is somebody else's; nothing was changed."""


class Lease:
    """
    One lease, as one process sees it.

    Args:
        engine: Relational state; the table exists.
        name: Which lease.
        length_s: Seconds for which it is taken. All processes should agree on the time within a fraction of it.
    """

    def __init__(self, engine: Engine, name: str, length_s: float) -> None:
        self._engine = engine
        self._name = name
        self._length = timedelta(seconds=length_s)
        self._holder = secrets.token_hex(16)
        with engine.begin() as connection:
            known = connection.execute(LEASES.select().where(LEASES.c.name == name)).first()
        if known is None:
            try:
                with engine.begin() as connection:
                    connection.execute(insert(LEASES).values(name=name, holder="", until=_LONG_AGO))
            except IntegrityError:
                pass  # another process was first

    def take(self) -> bool:
        """Take or prolong it; return whether it is ours now."""
        now = datetime.now(UTC)
        free = or_(LEASES.c.holder == self._holder, LEASES.c.until < now)
        with self._engine.begin() as connection:
            taken = connection.execute(
                update(LEASES)
                .where(LEASES.c.name == self._name, free)
                .values(holder=self._holder, until=now + self._length)
            )
            return taken.rowcount == 1

    def give(self) -> None:
        """Let go of it, when it is ours."""
        with self._engine.begin() as connection:
            connection.execute(
                update(LEASES)
                .where(LEASES.c.name == self._name, LEASES.c.holder == self._holder)
                .values(until=_LONG_AGO)
            )

    def confirm(self, connection: Connection) -> None:
        """
        Make the transaction of *connection* depend on the lease.

        Raises:
            LeaseLostError: It is not ours any more.
        """
        kept = connection.execute(
            update(LEASES)
            .where(LEASES.c.name == self._name, LEASES.c.holder == self._holder, LEASES.c.until >= datetime.now(UTC))
            .values(until=datetime.now(UTC) + self._length)
        )
        if kept.rowcount != 1:
            raise LeaseLostError("another process has taken over the alerts")

    @contextmanager
    def turn(self, wait_s: float) -> Iterator[None]:
        """
        Hold it for the body.

        Raises:
            LeaseLostError: It was not to be had within *wait_s* seconds.
        """
        until_s = time.monotonic() + wait_s
        while not self.take():
            if time.monotonic() > until_s:
                raise LeaseLostError("another process is at the alerts", remedy="try again in a few seconds")
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            self.give()
