"""
The public shapes, for the OpenAPI document.

Answers are not passed through these models on the way out (the reads give the shapes already, and copying ten
thousand spans costs more than reading them); a test holds every answer against its model.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Status = Literal["completed", "completed_late", "failed", "stuck", "unknown", "in_progress"]
Category = Literal["erp", "middleware", "identity", "queue", "saas", "gateway", "database", "network", "unknown"]


class Shape(BaseModel):
    """A public shape: every field is named here."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """An error (RFC 9457); further members depend on the problem."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None


class Identifier(Shape):
    """A typed identifier."""

    type: str
    value: str
    role: Literal["identity", "reference"]


class Milestone(Shape):
    """A milestone; what is not known of it is left out."""

    name: str
    status: Literal["done", "failed", "pending", "missing", "skipped"]
    at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    system: str | None = None
    elapsed_ms: float | None = None
    attempts: int | None = None


class Origin(Shape):
    """Where the trouble started."""

    category: Category
    system: str | None
    confidence: float
    evidence: list[dict[str, Any]]


class SlaClock(Shape):
    """The deadline; ``judged`` is false while the sources have not passed it."""

    deadline_at: AwareDatetime | None
    breached: bool
    breached_at: AwareDatetime | None
    late_by_ms: float | None
    judged: bool


class TransactionSummary(Shape):
    """One line of a list."""

    transaction_id: str
    flow: str | None
    tier: int | None
    status: Status
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    duration_ms: float | None
    identifiers: list[Identifier]
    milestones: list[Milestone]
    origin: Origin | None
    sla: SlaClock
    url: str


class TransactionList(Shape):
    """A page of transactions."""

    items: list[TransactionSummary]
    next_cursor: str | None = None


class TimeShares(Shape):
    """Where the time went; the parts sum to what elapsed."""

    work_ms: float
    queue_ms: float
    retry_ms: float
    unexplained_ms: float


class Owner(Shape):
    """Who is responsible."""

    team: str | None
    process_owner: str | None
    escalation: str | None


class RunbookLink(Shape):
    """A runbook, linked filled with the transaction's values."""

    id: str
    title: str
    url: str


class Children(Shape):
    """Counts of child transactions; items and url where there are any."""

    total: int
    completed: int
    failed: int
    items: list[TransactionSummary] = Field(default_factory=list)
    url: str | None = None


class Evidence(Shape):
    """What every piece of evidence says."""

    system: str | None
    category: str | None
    milestone: str | None
    outcome: str | None
    is_error: bool


class SpanEvent(Shape):
    """An event within a span."""

    at: AwareDatetime
    name: str
    attributes: dict[str, str]


class SpanLink(Shape):
    """A link to another span."""

    trace_id: str
    span_id: str
    trace_state: str | None
    attributes: dict[str, str]


class Span(Evidence):
    """A span; what a client dropped for its own limits is counted."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: Literal["unspecified", "internal", "server", "client", "producer", "consumer"]
    service: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    duration_ms: float
    status: Literal["unset", "ok", "error"]
    status_message: str
    attributes: dict[str, str]
    resource_attributes: dict[str, str]
    events: list[SpanEvent]
    links: list[SpanLink]
    trace_state: str | None
    flags: int
    scope_name: str | None
    scope_version: str | None
    scope_schema_url: str | None
    resource_schema_url: str | None
    dropped_attributes_count: int
    dropped_events_count: int
    dropped_links_count: int


class Event(Evidence):
    """A business event."""

    source: str
    id: str
    type: str
    subject: str | None
    at: AwareDatetime
    correlation_id: str | None
    attributes: dict[str, str]
    data: Any


class Log(Evidence):
    """A log record."""

    at: AwareDatetime
    trace_id: str | None
    span_id: str | None
    severity: str | None
    severity_number: int
    service: str
    body: str
    attributes: dict[str, str]


class Verdict(Shape):
    """A decision; later ones amend earlier ones."""

    rule: str
    verdict: str
    event_at: AwareDatetime
    decided_at: AwareDatetime
    revision: int


class Edge(Shape):
    """An identifier that holds the transaction together."""

    type: str
    value: str
    units: int
    observations: int


class Breach(Shape):
    """How probably a deadline will be missed, by lateness or failure."""

    probability: float
    deadline_at: AwareDatetime
    in_ms: float
    at_risk: bool


class Prediction(Shape):
    """
    What earlier transactions say about the rest of this one; an estimate, never a fact.

    ``judged`` is false, with ``why``, where too few are comparable. ``remaining_ms`` holds quantiles of the time left,
    null where not so many complete at all; ``completes`` is the share that does.
    """

    judged: bool
    why: str | None
    basis: Literal["milestone and hour", "milestone", "longest waits", "flow"] | None
    samples: int | None
    remaining_ms: dict[str, float | None] | None
    expected_end_at: AwareDatetime | None
    completes: float | None
    breach: Breach | None
    milestone: str | None
    since: AwareDatetime | None
    learned_from: int | None


class TransactionDetail(TransactionSummary):
    """A transaction with its evidence, up to 10,000 spans, events and logs each."""

    revision: int
    last_at: AwareDatetime
    parent_id: str | None
    time: TimeShares
    children: Children
    systems: list[str]
    current_milestone: str | None
    next_milestone: str | None
    failed_milestone: str | None
    missing_milestone: str | None
    next_due_at: AwareDatetime | None
    owner: Owner
    runbooks: list[RunbookLink]
    spans: list[Span]
    events: list[Event]
    logs: list[Log]
    verdicts: list[Verdict]
    edges: list[Edge]
    prediction: Prediction | None = None
    truncated: bool = False
    untimely: Annotated[
        bool, Field(description="some of its evidence is dated before 1970 or a day ahead: deadlines are not judged")
    ] = False
