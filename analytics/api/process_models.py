"""The public shapes of what flows have in common and of predictions, for the OpenAPI document."""

from pydantic import AwareDatetime

from analytics.api.models import RunbookLink, Shape


class Bucket(Shape):
    """A part of a histogram."""

    from_ms: float
    to_ms: float
    count: int


class Latency(Shape):
    """The time between two neighbouring milestones; null names are the start and the end."""

    to: str | None
    clock: str
    count: int
    out_of_order: int
    p50_ms: float | None
    p90_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    buckets: list[Bucket]

    model_config = Shape.model_config | {"extra": "allow"}  # ``from`` is a word of Python


class Latencies(Shape):
    """The times between the milestones of a flow."""

    items: list[Latency]
    next_cursor: str | None = None


class ReworkItem(Shape):
    """A milestone that some transactions passed more than once."""

    milestone: str
    expected: bool
    transactions: int
    share: float | None
    repeats: int
    loops: int
    looped: int
    p50_ms: float | None
    p95_ms: float | None
    total_ms: float | None
    sample_transaction_id: str


class Loop(Shape):
    """A step back in the flow."""

    to: str
    times: int
    transactions: int
    p50_ms: float | None
    p95_ms: float | None

    model_config = Shape.model_config | {"extra": "allow"}  # ``from`` is a word of Python


class Rework(Shape):
    """What was done more than once."""

    transactions: int
    items: list[ReworkItem]
    loops: list[Loop]
    next_cursor: str | None = None


class VariantStep(Shape):
    """A step of a variant: ``name``, ``name:failed`` or ``name:retry``."""

    step: str
    times: int


class VariantFigures(Shape):
    """How the transactions of some variants did."""

    count: int
    share: float | None
    p50_ms: float | None
    p95_ms: float | None
    achieved: float | None
    failed: int
    breaches: int
    open: int


class Variant(VariantFigures):
    """One way through a flow."""

    variant: str
    steps: list[VariantStep]
    sample_transaction_id: str
    transactions_url: str


class OtherVariants(VariantFigures):
    """The ways that are not listed, together."""

    variants: int


class Variants(Shape):
    """The ways through a flow."""

    transactions: int
    variants: int
    items: list[Variant]
    other: OtherVariants | None
    next_cursor: str | None = None


class RiskItem(Shape):
    """An open transaction that will probably miss its deadline."""

    transaction_id: str
    flow: str
    probability: float
    deadline_at: AwareDatetime
    url: str


class Risks(Shape):
    """Open transactions that will probably miss their deadline, the most probable first."""

    threshold: float
    flows: dict[str, int]
    items: list[RiskItem]
    next_cursor: str | None = None


class FailureOrigin(Shape):
    """Where failures of a group begin."""

    category: str
    system: str | None


class FailureGroup(Shape):
    """Failures that look alike."""

    id: str
    flow: str | None
    milestone: str | None
    origin: FailureOrigin
    signature: str
    sample_message: str
    transactions: int
    first_at: AwareDatetime
    last_at: AwareDatetime
    sample_transaction_id: str
    examples: list[str]
    runbooks: list[RunbookLink]
    transactions_url: str


class FailureGroups(Shape):
    """Failures in groups, the largest first."""

    items: list[FailureGroup]
    next_cursor: str | None = None


class Queue(Shape):
    """A queue; null is unknown, not zero."""

    queue: str
    title: str
    owner: str | None
    produced: int | None
    consumed: int | None
    waiting: int | None
    oldest_at: AwareDatetime | None
    oldest_age_ms: float | None
    wait_p50_ms: float | None
    wait_p95_ms: float | None
    last_at: AwareDatetime | None
    depth: float | None
    depth_at: AwareDatetime | None
    consumer_lag: float | None
    consumers: float | None
    destinations: list[str]
    sampled_one_in: int


class Queues(Shape):
    """The queues."""

    items: list[Queue]
    next_cursor: str | None = None
