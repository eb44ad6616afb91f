"""What a process does of alerting: all of it alone, or its part where several share the relational state."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from sqlalchemy import Engine

from alerting.journal import Journal
from alerting.lease import Lease

_LEAD_S = 10.0
_TURN_S = 15.0


class Part(Enum):
    """What a process does."""

    ALL = "all"
    """Everything, and nobody else does anything."""
    EVALUATES = "evaluates"
    """Evaluates while it holds the lead, and sends."""
    ACTS = "acts"
    """Shows, acknowledges and silences."""


class Sharing:
    """
    Keeps processes out of each other's way.

    One of those that evaluate leads; whoever changes the board, by a round or by a deed, takes turns. Messages are
    claimed one by one (`alerting.outbox`), so all that evaluate may send.

    Args:
        engine: Relational state.
        part: What this process does.
        journal: Its commits are fenced.
    """

    def __init__(self, engine: Engine, part: Part, journal: Journal) -> None:
        self.part = part
        self.is_alone = part is Part.ALL
        if not self.is_alone:
            self._lead = Lease(engine, "rules", _LEAD_S)
            self._turns = Lease(engine, "board", _TURN_S)
            journal.fence = self._turns.confirm

    @contextmanager
    def turn(self) -> Iterator[None]:
        """
        Change the board alone.

        Raises:
            LeaseLostError: Another process is at it for too long.
        """
        if self.is_alone:
            yield
            return
        with self._turns.turn(_TURN_S):
            yield

    def leads(self) -> bool:
        """Whether this process evaluates now."""
        return self.is_alone or (self.part is Part.EVALUATES and self._lead.take())

    def leave(self) -> None:
        """Let another one lead at once."""
        if self.part is Part.EVALUATES:
            self._lead.give()
