"""Alert rules and the channels they speak through."""

from typing import Any, Literal

from pydantic import Field, JsonValue, model_validator

from core.units import Duration
from runbooks.estate import ALWAYS, Severity
from runbooks.fields import CatalogModel, ElapsedField, Entry, Ratio, Words

RuleKind = Literal[
    "deadline",
    "stuck",
    "failure_ratio",
    "absence",
    "burn_rate",
    "backlog",
    "sync_accuracy",
    "source_blind",
]


class Select(CatalogModel):
    """What a rule looks at; an empty list selects everything. Lists are ANDed, their values ORed."""

    tiers: tuple[int, ...] = ()
    flows: Words = ()
    domains: Words = ()
    systems: Words = ()
    sources: Words = ()


class BurnWindow(CatalogModel):
    """
    One long and short window of a burn-rate rule (SRE Workbook, chapter 5, table 5-8).

    Attributes:
        burn: How many times faster than sustainable the budget is spent; both windows must exceed it.
        severity: Overrides that of the rule.
    """

    long: ElapsedField
    short: ElapsedField
    burn: float = Field(gt=0)
    severity: Severity | None = None


class Rule(CatalogModel):
    """
    One alert.

    Attributes:
        name: The ``alertname``; CamelCase.
        threshold: failure_ratio: share of failed above which it fires; deadline, stuck: transactions from
            which on it fires (default 1); absence: starts expected per *window*; backlog: messages waiting;
            sync_accuracy: least share in agreement.
        objective: Success ratio a burn_rate rule defends; default that of the flow, then of its tier.
        window: How far back a ratio or count looks.
        windows: burn_rate: pairs of windows, ORed.
        min_bad: Fewest bad transactions in the window; keeps a quiet night from paging on one failure.
        for_: How long the condition must hold (``for`` in YAML).
        keep_firing_for: How long it goes on firing after the condition was last true.
        group_by: Labels that make an alert of their own; default ``source`` for source_blind, else ``flow``.
        max_age: backlog: oldest waiting message allowed.
        milestone: absence, sync_accuracy: milestone that is counted; default the start.
        calendar: absence: when starts are expected.
        severity: Overrides the policy of the tier.
        runbook: Overrides the runbooks of the flow.
        channels: Overrides tier and owner.
    """

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    kind: RuleKind
    title: str = ""
    select: Select = Select()
    threshold: float | None = Field(default=None, ge=0)
    objective: Ratio | None = None
    window: ElapsedField = Duration(seconds=900)
    windows: tuple[BurnWindow, ...] = ()
    min_bad: int = Field(default=1, ge=1)
    for_: ElapsedField = Field(default=Duration(), alias="for")
    keep_firing_for: ElapsedField = Duration()
    group_by: Words = ("flow",)
    max_age: ElapsedField | None = None
    milestone: str = ""
    calendar: str = ALWAYS
    severity: Severity | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    runbook: str = ""
    channels: Words = ()
    enabled: bool = True

    @model_validator(mode="before")
    @classmethod
    def _group_blind_sources(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and fields.get("kind") == "source_blind":
            return {"group_by": ("source",), **fields}
        return fields


class RuleSet(Entry):
    """Rules that belong together and are switched together."""

    owner: str = ""
    enabled: bool = True
    rules: tuple[Rule, ...] = Field(min_length=1)


class Channel(Entry):
    """
    A way to reach people or machines.

    Attributes:
        type: ``webhook`` posts the Alertmanager payload, ``log`` writes a line.
        url: webhook: where to.
        headers: webhook: fixed headers; secrets belong into *token_env*.
        token_env: Environment variable holding a bearer token.
        timeout: How long one attempt may take.
        send_resolved: Whether the end of an alert is told as well.
        max_alerts: Most alerts in one message; 0 means all.
    """

    type: Literal["webhook", "log"] = "webhook"
    url: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    token_env: str = ""
    timeout: ElapsedField = Duration(seconds=10)
    send_resolved: bool = True
    max_alerts: int = Field(default=0, ge=0)
    options: dict[str, JsonValue] = Field(default_factory=dict)
