"""Flows, their milestones, and the identifiers that hold a transaction together."""

from typing import Literal

from pydantic import Field, model_validator

from core.units import Duration
from runbooks.fields import CatalogModel, DurationField, ElapsedField, Entry, Match, PatternField, Ratio, Text, Words

DEFAULT_PLACEHOLDERS = ("", "UNKNOWN", "NULL", "NONE", "N/A")
"""Values that mean "no value", compared after normalisation and without case; all zeros always counts."""


class Replace(CatalogModel):
    r"""
    Replace what a pattern finds.

    Attributes:
        regex: Pattern both Python and RE2 understand.
        replace: Text put in its place; ``\1`` is the first group.
    """

    regex: PatternField
    replace: str = ""


NormalizeStep = Literal["trim", "upper", "lower", "strip_zeros"] | Replace


class Identifier(Entry):
    """
    A type of business key.

    Attributes:
        role: ``identity`` merges observations into one transaction; ``reference`` is searched only.
        attributes: Attribute names it is found under, in telemetry and in events.
        placeholders: Values that mean "no value"; added to all zeros.
        max_transactions: A value joining more separate transactions than this is quarantined.
        normalize: Steps applied in order to every value, and to what a person searches for.
    """

    role: Literal["identity", "reference"] = "identity"
    attributes: Words = ()
    placeholders: tuple[Text, ...] = DEFAULT_PLACEHOLDERS
    max_transactions: int = Field(default=200, ge=1)
    normalize: tuple[NormalizeStep, ...] = ("trim",)


class Pause(CatalogModel):
    """The clock of a milestone stands still between two others, e.g. ``on_hold`` and ``released``."""

    start: str
    end: str


class Milestone(CatalogModel):
    """
    A point a transaction passes.

    Attributes:
        match: How it is recognised besides its name as the milestone value.
        within: Latest time after its anchor; the transaction is stuck once a required one is overdue.
        after: Anchor of *within*; default the nearest required milestone before it, else the start.
        calendar: Calendar in which *within* counts; default 24x7.
        optional: Its absence is never missed.
        repeat: May happen several times.
        terminal: The transaction is complete with it.
        failing: The transaction has failed with it; its absence is never missed.
        any_of: Name of a group of alternatives: one of the milestones of the group is enough.
        system: System that owes it.
        pause: Spans during which the clock of *within* stands still.
    """

    name: str = Field(min_length=1, max_length=100)
    title: str = ""
    description: str = ""
    match: Match = Field(default_factory=dict)
    within: DurationField | None = None
    after: str = ""
    calendar: str = ""
    optional: bool = False
    repeat: bool = False
    terminal: bool = False
    failing: bool = False
    any_of: str = ""
    system: str = ""
    pause: tuple[Pause, ...] = ()

    @property
    def required(self) -> bool:
        """Whether its absence is missed, be it of the milestone alone or of all of its alternatives."""
        return not (self.optional or self.failing)

    @property
    def label(self) -> str:
        """The title, or the name where there is none."""
        return self.title or self.name


class FlowObjectives(CatalogModel):
    """Promises of the flow; what it leaves open its tier says."""

    deadline: DurationField | None = None
    success_ratio: Ratio | None = None
    p95: ElapsedField | None = None


class Children(CatalogModel):
    """
    How children decide on their parent.

    Attributes:
        rule: ``all`` must complete, ``any`` one is enough, ``ratio``: at least that share.
        ratio: Share of completed children for ``ratio``.
        flow: Flow of the children, where it is not the flow of the parent.
    """

    rule: Literal["all", "any", "ratio"] = "all"
    ratio: Ratio = 1.0
    flow: str = ""


class Flow(Entry):
    """
    A business process that runs across systems.

    Attributes:
        identifiers: Identifier types its transactions carry.
        max_duration: A gap between observations sharing a value beyond which the value is taken as reused.
        settle: How long an error may wait for a later success to repair it.
        calendar: Calendar of the deadline; default that of the tier.
        runbooks: ``failed@<category>``, ``failed``, ``stuck``, ``late``, ``unknown``, ``default`` -> runbook id.
        match: Attributes by which an observation is known to belong to the flow though it does not name it.
    """

    domain: str = ""
    tier: int
    owner: str
    process_owner: str = ""
    identifiers: Words = ("correlation",)
    max_duration: ElapsedField = Duration(seconds=30 * 86_400)
    settle: ElapsedField = Duration(seconds=30)
    calendar: str = ""
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    objectives: FlowObjectives = FlowObjectives()
    runbooks: dict[str, str] = Field(default_factory=dict)
    children: Children | None = None
    match: Match = Field(default_factory=dict)

    @model_validator(mode="after")
    def _milestones_are_distinct(self) -> "Flow":
        seen: set[str] = set()
        for milestone in self.milestones:
            if milestone.name in seen:
                raise ValueError(f"milestone {milestone.name!r} is declared twice; rename or remove one")
            seen.add(milestone.name)
        return self

    def milestone(self, name: str) -> Milestone | None:
        """Return the milestone called *name*, if any."""
        return next((milestone for milestone in self.milestones if milestone.name == name), None)

    def anchor_of(self, milestone: Milestone) -> str:
        """Return the milestone from which *within* counts; empty for the start of the transaction."""
        if milestone.after:
            return milestone.after
        anchor = ""
        for earlier in self.milestones:
            if earlier.name == milestone.name:
                return anchor
            same_choice = bool(milestone.any_of) and earlier.any_of == milestone.any_of
            if earlier.required and not same_choice:
                anchor = earlier.name
        return anchor
