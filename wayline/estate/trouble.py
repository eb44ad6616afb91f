"""What can go wrong at one place of one transaction, and how it ends the telling of it."""

from dataclasses import dataclass
from enum import StrEnum

from wayline.estate.telemetry import Failure

NEVER_NS = 2**63 - 1
"""A moment that does not come."""


class Place(StrEnum):
    """Kinds of places in a transaction where trouble can strike."""

    WORK = "work"
    CALL = "call"
    DATABASE = "database"
    QUEUE = "queue"
    REPORT = "report"


class Effect(StrEnum):
    """What trouble does to the place it strikes."""

    ERROR = "error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BACKLOG = "backlog"
    DELAY = "delay"


@dataclass(frozen=True, slots=True)
class Touch:
    """
    One place where a transaction depends on a system, as a dry telling found it.

    Attributes:
        key: Name of the place, unique inside its flow.
        milestone: Milestone under way there; empty when none.
    """

    key: str
    place: Place
    system: str
    category: str
    milestone: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    One fault at work in one transaction.

    Attributes:
        fault: Name of the fault, as in ``--faults``.
        key: The `Touch` it strikes.
        strikes: Visits of the touch it spoils; a large number never lets it pass.
        category: True category of the origin.
        system: True system of the origin.
        delay_s: How long an effect of delay holds the transaction, in seconds of business time.
    """

    fault: str
    effect: Effect
    key: str
    strikes: int
    category: str
    system: str
    failure: Failure
    delay_s: float = 0.0


class StepFailedError(Exception):
    """A step of a simulated transaction failed for good; spans around it report it on their way out."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class StalledError(Exception):
    """Nothing more happens in this simulated transaction, or nothing more is heard of it."""

    def __init__(self, *, unheard: bool = False) -> None:
        super().__init__("unheard" if unheard else "stalled")
        self.unheard = unheard
