"""Every name that is used is declared."""

from collections.abc import Callable, Iterator

from runbooks.checks.subject import Subject, finding
from runbooks.fields import CATEGORIES
from runbooks.findings import Finding, nearest
from runbooks.flows import Flow
from runbooks.parsing import Declared

FAILURE_CLASSES = ("failed", "stuck", "late", "unknown", "default")
"""Keys of a flow's runbooks; ``failed@<category>`` besides."""


def check_references(subject: Subject) -> Iterator[Finding]:
    """Yield a finding for every name that leads nowhere."""
    for item in subject.parsed.declared:
        check = _CHECKS.get(item.kind)
        if check:
            yield from check(subject, item)


def _flow(subject: Subject, item: Declared) -> Iterator[Finding]:
    flow: Flow = item.model
    yield from subject.unknown(item, "Tier", flow.tier, "tier")
    yield from subject.unknown(item, "Owner", flow.owner, "owner")
    if flow.children:
        yield from subject.unknown(item, "Flow", flow.children.flow, "children", "flow")
    for index, milestone in enumerate(flow.milestones):
        yield from subject.unknown(item, "System", milestone.system, "milestones", index, "system")
    for key, name in flow.runbooks.items():
        yield from _runbook_key(item, key)
        yield from subject.unknown(item, "Runbook", name, "runbooks", key)


def _runbook_key(item: Declared, key: str) -> Iterator[Finding]:
    failure, at, category = key.partition("@")
    if failure not in FAILURE_CLASSES:
        remedy = nearest(failure, FAILURE_CLASSES)
        yield finding(item, "runbook-key", f"unknown failure class {key!r}", remedy, "runbooks", key)
    elif at and category not in CATEGORIES:
        remedy = nearest(category, CATEGORIES)
        yield finding(item, "runbook-key", f"unknown category in {key!r}", remedy, "runbooks", key)


def _tier(subject: Subject, item: Declared) -> Iterator[Finding]:
    yield from subject.unknown(item, "Calendar", item.model.clock, "clock")
    yield from subject.unknown(item, "Calendar", item.model.policy.notify_during, "policy", "notify_during")
    for index, name in enumerate(item.model.policy.channels):
        yield from subject.unknown(item, "Channel", name, "policy", "channels", index)


def _owner(subject: Subject, item: Declared) -> Iterator[Finding]:
    for index, name in enumerate(item.model.contacts):
        yield from subject.unknown(item, "Channel", name, "contacts", index)


def _owned(subject: Subject, item: Declared) -> Iterator[Finding]:
    yield from subject.unknown(item, "Owner", item.model.owner, "owner")


def _source(subject: Subject, item: Declared) -> Iterator[Finding]:
    yield from _owned(subject, item)
    yield from _systems(subject, item)
    yield from subject.unknown(item, "Calendar", item.model.calendar, "calendar")


def _systems(subject: Subject, item: Declared) -> Iterator[Finding]:
    for index, name in enumerate(item.model.systems):
        yield from subject.unknown(item, "System", name, "systems", index)


def _rule_set(subject: Subject, item: Declared) -> Iterator[Finding]:
    yield from _owned(subject, item)
    for number, rule in enumerate(item.model.rules):
        at: tuple[str | int, ...] = ("rules", number)
        yield from subject.unknown(item, "Runbook", rule.runbook, *at, "runbook")
        yield from subject.unknown(item, "Calendar", rule.calendar, *at, "calendar")
        for index, name in enumerate(rule.channels):
            yield from subject.unknown(item, "Channel", name, *at, "channels", index)
        for field, kind in (("flows", "Flow"), ("systems", "System"), ("sources", "Source"), ("tiers", "Tier")):
            for index, name in enumerate(getattr(rule.select, field)):
                yield from subject.unknown(item, kind, name, *at, "select", field, index)


def _runbook(subject: Subject, item: Declared) -> Iterator[Finding]:
    yield from _owned(subject, item)
    yield from _systems(subject, item)
    yield from subject.unknown(item, "Tier", item.model.tier, "tier")
    yield from subject.unknown(item, "Flow", item.model.flow, "flow")


_CHECKS: dict[str, Callable[[Subject, Declared], Iterator[Finding]]] = {
    "Flow": _flow,
    "Tier": _tier,
    "Owner": _owner,
    "System": _owned,
    "Source": _source,
    "RuleSet": _rule_set,
    "Runbook": _runbook,
    "Redaction": _systems,
}
