"""Tiers, flows and sources keep what they promise: clocks, deadlines, people to call."""

from collections.abc import Iterator

import jmespath
import jmespath.exceptions

from core.units import Duration
from runbooks.calendars import Calendar
from runbooks.checks.subject import Subject, finding
from runbooks.estate import Source, Tier
from runbooks.findings import Finding
from runbooks.flows import Flow, Identifier
from runbooks.parsing import Declared

ALWAYS_ON_CALL_TIER = 1
ATTENDED_TIERS = (1, 2)
_MAPPED_TYPES = ("webhook", "rabbitmq", "kafka", "http", "file")


def check_promises(subject: Subject) -> Iterator[Finding]:
    """Yield findings about promises that cannot be kept or judged."""
    for item in subject.parsed.of_kind("Tier"):
        yield from _clock_of_tier(subject, item)
    for item in subject.parsed.of_kind("Flow"):
        yield from _people(subject, item)
        yield from _limits(subject, item)
        yield from _completion(item)
        yield from _children(subject, item)
    for item in subject.parsed.of_kind("Identifier"):
        yield from _identifier(item)
    for item in subject.parsed.of_kind("Source"):
        yield from _source(item)
    for item in subject.parsed.of_kind("Channel"):
        if item.model.type == "webhook" and not item.model.url:
            yield finding(item, "no-url", "a webhook channel needs a url", "add url:", "type")


def _clock_of_tier(subject: Subject, item: Declared) -> Iterator[Finding]:
    tier: Tier = item.model
    if tier.name != ALWAYS_ON_CALL_TIER:
        return
    for name, path in ((tier.clock, ("clock",)), (tier.policy.notify_during, ("policy", "notify_during"))):
        calendar = subject.catalog.calendars.get(name)
        if calendar and not calendar.always_open:
            text = f"tier 1 never sleeps, but its {path[-1]} is {name!r}"
            yield finding(item, "tier-1-clock", text, "use 24x7", *path)


def _people(subject: Subject, item: Declared) -> Iterator[Finding]:
    flow: Flow = item.model
    if not flow.runbooks:
        text = "has no runbook"
        remedy = "add runbooks: with at least default:"
        yield finding(item, "no-runbook", text, remedy, "runbooks", severity="warning")
    owner = subject.catalog.owners.get(flow.owner)
    if flow.tier in ATTENDED_TIERS and owner and not owner.escalation:
        text = f"is tier {flow.tier}, but its owner {owner.name} has no escalation"
        yield finding(item, "no-escalation", text, "add escalation: to the owner", "owner", severity="warning")
    calendar = subject.catalog.calendars.get(flow.calendar)
    if flow.tier == ALWAYS_ON_CALL_TIER and calendar and not calendar.always_open:
        text = f"is tier 1, but its deadline counts in {flow.calendar!r}"
        yield finding(item, "tier-1-clock", text, "use 24x7, or a lower tier", "calendar")


def _limits(subject: Subject, item: Declared) -> Iterator[Finding]:
    flow: Flow = item.model
    deadline = subject.catalog.deadline_of(flow)
    if deadline is None:
        text = "has no deadline, neither of its own nor of its tier"
        yield finding(item, "no-deadline", text, "add objectives: {deadline: …}", "tier", severity="warning")
        return
    for index, milestone in enumerate(flow.milestones):
        clocks = (subject.catalog.calendar_of(flow, milestone.name), subject.catalog.calendar_of(flow))
        if milestone.required and milestone.within and _not_shorter(milestone.within, deadline, clocks):
            text = f"milestone {milestone.name!r} is stuck after {milestone.within} only, the deadline is {deadline}"
            remedy = "make within shorter than the deadline, or the deadline longer"
            yield finding(item, "stuck-after-deadline", text, remedy, "milestones", index, "within")


def _not_shorter(within: Duration, deadline: Duration, clocks: tuple[Calendar, Calendar]) -> bool:
    """Compare what can be compared: two counts of the same clock."""
    same_clock = clocks[0].name == clocks[1].name or all(clock.always_open for clock in clocks)
    if not same_clock or bool(within.business_days) != bool(deadline.business_days):
        return False
    return (within.business_days, within.seconds) >= (deadline.business_days, deadline.seconds)


def _completion(item: Declared) -> Iterator[Finding]:
    flow: Flow = item.model
    if not any(milestone.terminal or milestone.required for milestone in flow.milestones):
        text = "can never complete: no milestone is terminal or required"
        yield finding(item, "never-completes", text, "mark the last one terminal: true", "milestones")
    for index, milestone in enumerate(flow.milestones):
        choices = [other for other in flow.milestones if milestone.any_of and other.any_of == milestone.any_of]
        if len(choices) == 1:
            text = f"milestone {milestone.name!r} is the only alternative of {milestone.any_of!r}"
            path = ("milestones", index, "any_of")
            yield finding(item, "lone-alternative", text, "add the others, or remove any_of", *path, severity="warning")


def _children(subject: Subject, item: Declared) -> Iterator[Finding]:
    start: Flow = item.model
    seen = [start.name]
    flow: Flow | None = start
    while flow and flow.children and flow.children.flow:
        name = flow.children.flow
        if name == flow.name:
            return
        if name == start.name:
            text = f"is a child of itself: {' -> '.join([*seen, name])}"
            yield finding(item, "children-cycle", text, "break the circle", "children", "flow")
            return
        if name in seen:
            return
        seen.append(name)
        flow = subject.catalog.flows.get(name)


def _identifier(item: Declared) -> Iterator[Finding]:
    identifier: Identifier = item.model
    if not identifier.attributes:
        text = "is found under no attribute"
        yield finding(item, "no-attributes", text, "add attributes: [name, …]", "name")


def _source(item: Declared) -> Iterator[Finding]:
    source: Source = item.model
    if source.type in _MAPPED_TYPES and not source.mapping:
        text = f"a {source.type} source needs a mapping to a business event"
        yield finding(item, "no-mapping", text, "add mapping: {time: …, milestone: …}", "type")
    for key, expression in source.mapping.items():
        try:
            jmespath.compile(expression)
        except jmespath.exceptions.JMESPathError as error:
            text = f"mapping of {key!r} is not JMESPath: {str(error).splitlines()[0]}"
            yield finding(item, "bad-mapping", text, "see jmespath.org", "mapping", key)
