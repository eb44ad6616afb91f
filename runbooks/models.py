"""Every kind of catalog entry, by the name it has in ``kind:``."""

from runbooks.calendars import Calendar
from runbooks.estate import Attributes, Owner, Source, System, Tier, TierPolicy
from runbooks.fields import CatalogModel, Category, Match
from runbooks.flows import Children, Flow, FlowObjectives, Identifier, Milestone, Pause
from runbooks.redactions import Redaction
from runbooks.rules import BurnWindow, Channel, Rule, RuleSet, Select

KINDS: dict[str, type[CatalogModel]] = {
    "Tier": Tier,
    "Owner": Owner,
    "System": System,
    "Identifier": Identifier,
    "Flow": Flow,
    "Calendar": Calendar,
    "Source": Source,
    "RuleSet": RuleSet,
    "Channel": Channel,
    "Redaction": Redaction,
    "Attributes": Attributes,
}

__all__ = [
    "KINDS",
    "Attributes",
    "BurnWindow",
    "Calendar",
    "CatalogModel",
    "Category",
    "Channel",
    "Children",
    "Flow",
    "FlowObjectives",
    "Identifier",
    "Match",
    "Milestone",
    "Owner",
    "Pause",
    "Redaction",
    "Rule",
    "RuleSet",
    "Select",
    "Source",
    "System",
    "Tier",
    "TierPolicy",
]
