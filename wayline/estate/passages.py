"""What became of milestones, of a transaction and of the children of a batch."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Passed:
    """What became of one milestone: ``done`` or ``failed``, and when."""

    status: str
    at_ns: int


@dataclass(slots=True, kw_only=True)
class Child:
    """
    One transaction of a batch, told inside the story of its parent.

    Attributes:
        rejected: It failed with its failing milestone.
    """

    flow: str
    identifiers: dict[str, str]
    rejected: bool
    milestones: dict[str, Passed] = field(default_factory=dict)
    started_ns: int = 0
