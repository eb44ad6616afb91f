"""Who and what the estate consists of: tiers, owners, systems, sources."""

from collections.abc import Mapping
from typing import Literal

from pydantic import AliasChoices, Field, JsonValue, field_validator

from core.units import Duration
from runbooks.fields import CatalogModel, Category, DurationField, ElapsedField, Entry, Match, Ratio, Words
from runbooks.matching import matches

ALWAYS = "24x7"
"""The calendar that never closes; it exists without being declared."""

Severity = Literal["page", "ticket", "digest"]


class TierObjectives(CatalogModel):
    """What a flow of the tier promises unless it says otherwise itself."""

    success_ratio: Ratio = 0.99
    deadline: DurationField | None = None
    p95: ElapsedField | None = None


class Recovery(CatalogModel):
    """Recovery time objective and recovery point objective."""

    rto: ElapsedField | None = None
    rpo: ElapsedField | None = None


class TierPolicy(CatalogModel):
    """
    How trouble of the tier reaches people.

    Attributes:
        severity: ``page`` wakes somebody, ``ticket`` waits for the desk, ``digest`` is a line in a summary.
        notify_during: Calendar in which messages leave; held ones go out when it opens.
        group_wait: Wait before the first message of a group, so that its members come together.
        group_interval: Least time between messages about changes of a group.
        repeat_interval: How often an unchanged firing alert is told again.
        ack_within: Unacknowledged for so long: the escalation of the owner is told.
        channels: Channels besides those of the owner.
    """

    severity: Severity = "ticket"
    notify_during: str = ALWAYS
    group_wait: ElapsedField = Duration(seconds=30)
    group_interval: ElapsedField = Duration(seconds=300)
    repeat_interval: ElapsedField = Duration(seconds=4 * 3600)
    ack_within: ElapsedField | None = None
    channels: Words = ()


class Tier(CatalogModel):
    """
    A class of importance; 1 is the highest.

    Attributes:
        name: The number of the tier.
        clock: Calendar in which deadlines of the tier count unless the flow names one.
    """

    name: int = Field(ge=1, le=9)
    title: str = ""
    description: str = ""
    objectives: TierObjectives = TierObjectives()
    recovery: Recovery = Recovery()
    policy: TierPolicy = TierPolicy()
    clock: str = ALWAYS

    @property
    def label(self) -> str:
        """The title, or ``Tier n`` where there is none."""
        return self.title or f"Tier {self.name}"


class Owner(Entry):
    """
    A team.

    Attributes:
        escalation: Who is told when nobody acknowledges, e.g. an on-call rota.
        contacts: Channel names.
    """

    escalation: str = ""
    contacts: Words = ()


class System(Entry):
    """
    Something that takes part in transactions.

    Attributes:
        match: Resource attributes by which its telemetry is known; without, ``service.name`` is its name.
        data_class: For redaction rules, e.g. ``phi``, ``pii``, ``financial``.
        vendor_support: How to open a case with the vendor.
    """

    category: Category
    match: Match = Field(default_factory=dict)
    owner: str = ""
    vendor: str = ""
    vendor_support: str = ""
    data_class: str = ""
    criticality: int | None = Field(default=None, ge=1, le=9)

    @property
    def patterns(self) -> Match:
        """The match, or the name as the service name where none is declared."""
        return self.match or {"service.name": (self.name,)}


SourceType = Literal["otlp", "cloudevents", "webhook", "rabbitmq", "kafka", "http", "file", "import"]


class Source(Entry):
    """
    A stream of evidence with a watermark.

    Attributes:
        type: Door by which it comes in.
        systems: Systems whose evidence it carries (``system`` where it is one); blind, it makes their missing
            milestones ``unknown``.
        expect_every: Silent for longer than this (plus *ingest_delay*): blind. None: never called blind.
        ingest_delay: How late evidence usually is.
        calendar: When the source is expected to speak.
        match: Narrows which telemetry counts as this source; default: that of its systems.
        mapping: Business-event field -> JMESPath, for webhook, rabbitmq, kafka, http and file.
        options: What the connector of this type needs (addresses, queue names); never secrets.
    """

    type: SourceType = "otlp"
    systems: Words = Field(default=(), validation_alias=AliasChoices("systems", "system"))
    expect_every: ElapsedField | None = None
    ingest_delay: ElapsedField = Duration(seconds=30)
    calendar: str = ALWAYS
    match: Match = Field(default_factory=dict)
    owner: str = ""
    mapping: dict[str, str] = Field(default_factory=dict)
    options: dict[str, JsonValue] = Field(default_factory=dict)

    def counts(self, system: str, attributes: Mapping[str, str]) -> bool:
        """Return whether evidence of *system* with *attributes* (of its signature) comes from this source."""
        if self.match:
            return matches(self.match, attributes) and (not self.systems or system in self.systems)
        return system in self.systems


class Attributes(Entry):
    """
    Attribute names under which telemetry carries the conventions; first present wins.

    One document of this kind replaces the defaults of the fields it names.
    """

    name: str = "default"
    correlation: Words = (
        "correlation.id",
        "correlation_id",
        "x-correlation-id",
        "messaging.message.conversation_id",
        "correlationid",
    )
    message_id: Words = ("messaging.message.id",)
    flow: Words = ("business.flow", "flow")
    milestone: Words = ("business.milestone", "milestone")
    outcome: Words = ("business.outcome", "outcome")
    system: Words = ("business.system",)
    parent: Words = ("business.parent_id",)
    parent_type: Words = ("business.parent_type",)

    @field_validator("correlation", "flow", "milestone")
    @classmethod
    def _not_empty(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("at least one attribute name is needed")
        return names


__all__ = [
    "ALWAYS",
    "Attributes",
    "Owner",
    "Recovery",
    "Severity",
    "Source",
    "SourceType",
    "System",
    "Tier",
    "TierObjectives",
    "TierPolicy",
]
