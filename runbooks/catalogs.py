"""The catalog as the rest of Wayline asks it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.units import Duration
from runbooks import builtin
from runbooks.calendars import Calendar
from runbooks.estate import Attributes, Owner, Source, System, Tier
from runbooks.flows import Flow, Identifier
from runbooks.matching import closest
from runbooks.normalisation import is_placeholder, normalise
from runbooks.redactions import Redaction
from runbooks.rules import Channel, RuleSet
from runbooks.runbook_files import Runbook

GENERIC_RUNBOOK = "BusinessTransaction"
"""The runbook of last resort; it is shipped, so that no alert and no page ever links to nothing."""

_CLASSES = {"completed_late": "late"}


@dataclass(frozen=True)
class Catalog:
    """
    What is known about the estate, consistent and complete with defaults.

    Attributes:
        version: Content hash of the files; changes exactly when their content does.
        flows, systems, identifiers, owners, calendars, sources, rule_sets, channels, redactions: By name,
            in the order of the files.
        tiers: By number.
        runbooks: By id.
    """

    version: str = ""
    flows: dict[str, Flow] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    identifiers: dict[str, Identifier] = field(default_factory=dict)
    tiers: dict[int, Tier] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    rule_sets: dict[str, RuleSet] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    redactions: dict[str, Redaction] = field(default_factory=dict)
    attributes: Attributes = field(default_factory=Attributes)
    runbooks: dict[str, Runbook] = field(default_factory=dict)

    def system_of(self, resource_attributes: Mapping[str, str]) -> System | None:
        """Return the system whose match fits these attributes most closely, if any."""
        return closest(((system, system.patterns) for system in self.systems.values()), resource_attributes)

    def system_of_service(self, service_name: str) -> System | None:
        """Return the system a bare ``service.name``, ``peer.service`` or ``server.address`` stands for."""
        return self.system_of({"service.name": service_name})

    def system_named(self, service_name: str) -> tuple[str, str]:
        """Return name and category for a service; one that nothing matches is itself, of unknown category."""
        system = self.system_of_service(service_name) or self.systems.get(service_name)
        return (system.name, system.category) if system else (service_name, "unknown")

    def flow_of(self, attributes: Mapping[str, str]) -> Flow | None:
        """Return the flow whose ``match`` fits these attributes most closely, if any."""
        return closest(((flow, flow.match) for flow in self.flows.values()), attributes)

    def tier_of(self, flow: Flow) -> Tier:
        """Return the tier of *flow*, with default policy where nobody declared it."""
        return self.tiers.get(flow.tier) or Tier(name=flow.tier)

    def owner_named(self, name: str) -> Owner:
        """Return the owner called *name*, a bare one where nobody declared it."""
        return self.owners.get(name) or builtin.owner(name)

    def deadline_of(self, flow: Flow) -> Duration | None:
        """Return the end-to-end deadline: that of *flow*, else that of its tier."""
        return flow.objectives.deadline or self.tier_of(flow).objectives.deadline

    def success_ratio_of(self, flow: Flow) -> float:
        """Return the promised success ratio: that of *flow*, else that of its tier."""
        own = flow.objectives.success_ratio
        return self.tier_of(flow).objectives.success_ratio if own is None else own

    def p95_of(self, flow: Flow) -> Duration | None:
        """Return the promised 95th percentile of the duration, if any."""
        return flow.objectives.p95 or self.tier_of(flow).objectives.p95

    def calendar_of(self, flow: Flow, milestone: str = "") -> Calendar:
        """Return the calendar in which the deadline of *flow* counts, or ``within`` of its *milestone*."""
        step = flow.milestone(milestone) if milestone else None
        name = step.calendar if step else (flow.calendar or self.tier_of(flow).clock)
        return self.calendars.get(name or builtin.CALENDAR.name, builtin.CALENDAR)

    def normalise(self, identifier: str, value: str) -> str:
        """Return *value* in the form in which values of this identifier type are stored and compared."""
        known = self.identifiers.get(identifier)
        return normalise(known, value) if known else value.strip()

    def is_placeholder(self, identifier: str, value: str) -> bool:
        """Return whether a normalised *value* of this identifier type means that there is none."""
        known = self.identifiers.get(identifier)
        return not value if known is None else is_placeholder(known, value)

    def sources_owing(self, system: str) -> tuple[Source, ...]:
        """Return the declared sources that carry the evidence of *system*."""
        return self._sources_by_system.get(system, ())

    @functools.cached_property
    def _sources_by_system(self) -> dict[str, tuple[Source, ...]]:
        found: dict[str, tuple[Source, ...]] = {}
        for source in self.sources.values():
            for system in source.systems:
                found[system] = (*found.get(system, ()), source)
        return found

    def runbooks_for(self, flow: str | None, status: str, category: str | None = None) -> list[Runbook]:
        """
        Return the runbooks for a transaction, the most specific first; never empty when one is shipped.

        Args:
            flow: Flow name; None or empty for an unclassified transaction.
            status: Transaction status, or ``late``.
            category: Category of the origin, if it is known.
        """
        declared = self.flows[flow].runbooks if flow and flow in self.flows else {}
        failure = _CLASSES.get(status, status)
        keys = (f"{failure}@{category}" if category else "", failure, "default")
        ids = dict.fromkeys(declared[key] for key in keys if key in declared)
        found = [self.runbooks[name] for name in ids if name in self.runbooks]
        if not found and GENERIC_RUNBOOK in self.runbooks:
            found = [self.runbooks[GENERIC_RUNBOOK]]
        return found
