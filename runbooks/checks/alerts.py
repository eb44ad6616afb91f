"""Rules can fire, and mean what they say."""

from collections.abc import Iterator

from runbooks.checks.subject import Subject, finding
from runbooks.findings import Finding, nearest
from runbooks.parsing import Declared
from runbooks.rules import Rule

SUPPORTED_KINDS = ("deadline", "stuck", "failure_ratio", "burn_rate", "absence", "source_blind")
"""Kinds that are evaluated; the others of the model are read but refused."""

GROUP_LABELS = ("flow", "tier", "domain", "owner", "process_owner", "system")
"""Labels a rule over transactions may group by."""


def check_alerts(subject: Subject) -> Iterator[Finding]:
    """Yield findings about rules that cannot work, and about names used twice."""
    seen: dict[str, Declared] = {}
    for item in subject.parsed.of_kind("RuleSet"):
        for number, rule in enumerate(item.model.rules):
            if rule.name in seen:
                text = f"rule {rule.name!r} is already in rule set {seen[rule.name].model.name}"
                yield finding(item, "duplicate", text, "rename or remove one", "rules", number, "name")
            seen[rule.name] = item
            yield from _kind(item, number, rule)
            yield from _groups(item, number, rule)
            yield from _burn(subject, item, number, rule)


def _kind(item: Declared, number: int, rule: Rule) -> Iterator[Finding]:
    if rule.kind not in SUPPORTED_KINDS:
        text = f"rule {rule.name!r}: {rule.kind} is not supported yet"
        yield finding(item, "unsupported", text, "remove it for now", "rules", number, "kind")
    if rule.kind in ("failure_ratio", "absence") and rule.threshold is None:
        text = f"rule {rule.name!r}: {rule.kind} needs a threshold"
        yield finding(item, "no-threshold", text, "add threshold:", "rules", number, "kind")
    if rule.kind == "failure_ratio" and rule.threshold is not None and rule.threshold >= 1:
        text = f"rule {rule.name!r}: a ratio can never exceed {rule.threshold:g}"
        yield finding(item, "never-fires", text, "write a share below 1", "rules", number, "threshold")
    if rule.kind == "burn_rate" and not rule.windows:
        text = f"rule {rule.name!r}: burn_rate needs windows"
        yield finding(item, "no-windows", text, "add windows: [{long, short, burn}]", "rules", number, "kind")


def _groups(item: Declared, number: int, rule: Rule) -> Iterator[Finding]:
    allowed = ("source",) if rule.kind == "source_blind" else GROUP_LABELS
    for index, label in enumerate(rule.group_by):
        if label not in allowed:
            text = f"rule {rule.name!r} cannot group by {label!r}"
            yield finding(item, "bad-group", text, nearest(label, allowed), "rules", number, "group_by", index)


def _burn(subject: Subject, item: Declared, number: int, rule: Rule) -> Iterator[Finding]:
    if rule.kind != "burn_rate":
        return
    objectives = _objectives(subject, rule)
    for index, window in enumerate(rule.windows):
        at = ("rules", number, "windows", index)
        if window.short.seconds >= window.long.seconds:
            text = f"rule {rule.name!r}: the short window is not shorter than the long one"
            yield finding(item, "bad-windows", text, "usual is a twelfth of it", *at, "short")
        for name, objective in objectives.items():
            if window.burn * (1 - objective) >= 1:
                text = (
                    f"rule {rule.name!r} can never fire for {name}: burning {window.burn:g} times too fast"
                    f" at an objective of {objective:g} takes more failures than there are transactions"
                )
                remedy = f"write a burn below {1 / (1 - objective):.3g}"
                yield finding(item, "never-fires", text, remedy, *at, "burn")


def _objectives(subject: Subject, rule: Rule) -> dict[str, float]:
    if rule.objective is not None:
        return {"any flow": rule.objective}
    catalog = subject.catalog
    select = rule.select
    return {
        flow.name: catalog.success_ratio_of(flow)
        for flow in catalog.flows.values()
        if (not select.flows or flow.name in select.flows)
        and (not select.tiers or flow.tier in select.tiers)
        and (not select.domains or flow.domain in select.domains)
    }
