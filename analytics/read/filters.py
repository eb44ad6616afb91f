"""What a caller asks for and what comes back, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

STATUSES = ("completed", "completed_late", "failed", "stuck", "unknown", "in_progress")
UNCLASSIFIED = "unclassified"
MAX_LIMIT = 1_000


@dataclass(frozen=True)
class TransactionFilter:
    """
    Which transactions to list; an empty field does not narrow.

    Attributes:
        flow: Flow names; ``unclassified`` stands for transactions of no flow.
        status: Any of `STATUSES`.
        tier: Tier numbers.
        system: Systems that took part.
        origin: Origin categories or origin systems.
        milestone: ``name`` (reached, well or badly) or ``name:status``.
        parent: Transaction id of the parent.
        variant: Way through the flow, as ``/flows/{flow}/variants`` names it; wants one flow.
        at_risk: Only open ones that will probably miss their deadline.
        since: Earliest start, inclusive, aware.
        until: Latest start, exclusive, aware.
        q: An identifier or its first characters, matched literally and case-sensitively on normalised values.
        sort: A key of `analytics.read.search.SORT_KEYS`; a leading ``-`` turns the order round.
        limit: Rows a page, 1 to `MAX_LIMIT`.
        cursor: ``next_cursor`` of the page before.
    """

    flow: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    tier: tuple[int, ...] = ()
    system: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    milestone: str = ""
    parent: str = ""
    variant: str = ""
    at_risk: bool = False
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    sort: str = "-started_at"
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True)
class Found:
    """
    The answer to a look-up by identifier.

    Attributes:
        kind: ``one`` (body is a transaction in detail), ``many`` (body is ``{"items": [summary]}``) or ``none``
            (body is ``{"searched": [{"type", "value"}]}``).
        body: JSON-able.
    """

    kind: Literal["one", "many", "none"]
    body: dict[str, Any] = field(default_factory=dict)
