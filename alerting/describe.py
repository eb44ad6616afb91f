"""
What an alert says: labels that identify and route it, texts and links for the person it reaches.

Pure. Labels and links never hold an identifier of a transaction or a person: links lead to a filtered list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from alerting.readings import Reading
from alerting.rules import MEASUREMENT_LOST, ActiveRule
from alerting.templates import fill
from core.clock import rfc3339
from core.units import format_seconds
from runbooks.catalogs import GENERIC_RUNBOOK, Catalog

SEVERAL_FLOWS = "*"
"""Value of the label ``flow`` of an alert that speaks for more than one."""

_STATUSES = {"deadline": "stuck", "stuck": "stuck", "failure_ratio": "failed", "burn_rate": "failed"}
_RUNBOOK_CLASSES = {"failure_ratio": "failed", "burn_rate": "failed", "source_blind": "unknown"}


@dataclass(frozen=True)
class Context:
    """
    What texts and links are made from besides the alert itself.

    Attributes:
        catalog: Names people and runbooks.
        public_url: Address of the pages, absolute, without a trailing slash.
    """

    catalog: Catalog
    public_url: str

    def link(self, path: str, **query: str) -> str:
        """Return an absolute link to a page; empty query values are left out."""
        given = {name: value for name, value in query.items() if value}
        return f"{self.public_url}{path}{'?' + urlencode(given) if given else ''}"


def labels_of(
    context: Context, rule: ActiveRule, dimensions: Mapping[str, str], flows: tuple[str, ...]
) -> dict[str, str]:
    """
    Return the labels of an alert that opens.

    Args:
        context: Catalog and address.
        rule: The rule.
        dimensions: The labels it is grouped by.
        flows: The flows it speaks for.

    Returns:
        At least ``alertname``, ``tier``, ``flow``, ``owner``, ``severity`` and ``kind``; the tier is the highest of
        the flows.
    """
    catalog = context.catalog
    entries = [catalog.flows[name] for name in flows if name in catalog.flows]
    tier = min((entry.tier for entry in entries), default=0)
    severity = rule.spec.severity or (catalog.tiers[tier].policy.severity if tier in catalog.tiers else "ticket")
    labels = {
        "alertname": rule.spec.name,
        "kind": rule.spec.kind,
        "tier": str(tier),
        "flow": flows[0] if len(flows) == 1 else SEVERAL_FLOWS,
        "owner": _owner(catalog, rule, dimensions, [entry.owner for entry in entries]),
        "severity": severity,
    }
    return {**labels, **dimensions, **rule.spec.labels}


def _owner(catalog: Catalog, rule: ActiveRule, dimensions: Mapping[str, str], owners: list[str]) -> str:
    system = catalog.systems.get(dimensions.get("system", ""))
    source = catalog.sources.get(dimensions.get("source", ""))
    if len(set(owners)) == 1 and system is None and source is None:
        return owners[0]
    if source is not None and not source.owner:
        system = next((catalog.systems[name] for name in source.systems if name in catalog.systems), None)
    named = (source.owner if source else "") or (system.owner if system else "") or rule.owner
    return named or (owners[0] if owners else "")


def annotations_of(
    context: Context, rule: ActiveRule, labels: Mapping[str, str], reading: Reading, now: datetime
) -> dict[str, str]:
    """
    Return texts and links as of *now*.

    Returns:
        ``summary, description, runbook_url, transactions_url, affected, oldest_at, business_process, process_owner,
        escalation``, and ``minutes_to_breach`` where a deadline is still ahead; then what the rule itself says.
    """
    catalog = context.catalog
    flow = catalog.flows.get(labels["flow"])
    process = flow.label if flow else ", ".join(catalog.flows[n].label for n in reading.flows if n in catalog.flows)
    runbook = runbook_of(catalog, rule, labels, reading)
    found = {
        "summary": _summary(rule, process or labels.get("source") or labels.get("system", ""), reading),
        "description": "",
        "runbook_url": context.link(f"/runbooks/{quote(runbook, safe='')}"),
        "transactions_url": transactions_url(context, rule, labels),
        "affected": str(reading.affected),
        "oldest_at": rfc3339(reading.oldest_at) if reading.oldest_at else "",
        "business_process": process,
        "process_owner": flow.process_owner if flow else "",
        "escalation": owner.escalation if (owner := catalog.owners.get(labels["owner"])) else "",
    }
    if reading.breach_at:
        found["minutes_to_breach"] = f"{max(0.0, (reading.breach_at - now).total_seconds() / 60):.0f}"
    found["description"] = _description(rule, labels, reading, found, now)
    values = {**found, "count": str(reading.affected), "value": f"{reading.value:g}"}
    return found | {name: fill(text, labels=labels, values=values) for name, text in rule.spec.annotations.items()}


def runbook_of(catalog: Catalog, rule: ActiveRule, labels: Mapping[str, str], reading: Reading) -> str:
    """Return the id of the runbook: the rule's, the flow's for this failure, the alert's, or the last resort."""
    if rule.spec.runbook:
        return rule.spec.runbook
    flow = catalog.flows.get(labels["flow"])
    if flow:
        failure = _RUNBOOK_CLASSES.get(rule.spec.kind, "stuck")
        if rule.spec.kind == "deadline" and "late" in flow.runbooks:
            failure = "late"
        category = reading.categories[0] if len(reading.categories) == 1 else None
        declared = catalog.runbooks_for(flow.name, failure, category)
        if declared:
            return declared[0].id
    return rule.spec.name if rule.spec.name in catalog.runbooks else GENERIC_RUNBOOK


def transactions_url(context: Context, rule: ActiveRule, labels: Mapping[str, str]) -> str:
    """Return the absolute link to the list of the transactions behind an alert."""
    flow = labels["flow"] if labels["flow"] != SEVERAL_FLOWS else ""
    status = "unknown" if rule.spec.kind == "source_blind" else _STATUSES.get(rule.spec.kind, "")
    return context.link("/transactions", flow=flow, status=status, system=labels.get("system", ""))


def _transactions(count: int) -> str:
    return f"{count} transaction" if count == 1 else f"{count} transactions"


def _summary(rule: ActiveRule, subject: str, reading: Reading) -> str:
    window = format_seconds(rule.spec.window.seconds)
    match rule.spec.kind:
        case "deadline":
            what = f"{_transactions(reading.affected)} past the deadline"
        case "stuck":
            steps = ", ".join(reading.steps)
            what = f"{_transactions(reading.affected)} stuck" + (f" before {steps}" if steps else "")
        case "failure_ratio":
            what = f"{reading.value:.1%} failed ({reading.affected} of {reading.total} in {window})"
        case "burn_rate":
            what = f"error budget is spent {reading.value:.1f} times too fast"
        case "absence":
            what = f"{reading.affected} seen in {window}, at least {rule.spec.threshold or 1:g} expected"
        case "source_blind":
            what = f"source is silent, {_transactions(reading.affected)} cannot be judged"
        case _:
            what = rule.spec.title
    return f"{subject}: {what}" if subject else what


def _description(
    rule: ActiveRule, labels: Mapping[str, str], reading: Reading, found: Mapping[str, str], now: datetime
) -> str:
    parts = [f"{rule.spec.title or rule.spec.name}."]
    if reading.oldest_at:
        age_s = round(max(0.0, (now - reading.oldest_at).total_seconds()))
        parts.append(f"The oldest started {found['oldest_at']}, {format_seconds(age_s)} ago.")
    if "minutes_to_breach" in found:
        parts.append(f"The next deadline is missed in {found['minutes_to_breach']} min.")
    if reading.systems:
        parts.append(f"Origin: {', '.join(reading.systems)}.")
    if rule.spec.kind == "source_blind" and reading.flows:
        parts.append(f"Blinded flows: {', '.join(reading.flows)}.")
    owner = f"Owner: {labels['owner']}" if labels["owner"] else "Nobody owns this"
    parts.append(owner + (f", for {found['process_owner']}." if found["process_owner"] else "."))
    return " ".join(parts)


def measurement_lost_annotations(context: Context, detail: str) -> dict[str, str]:
    """Return the texts of the alert that the figures themselves are missing."""
    runbook = "MeasurementLost" if "MeasurementLost" in context.catalog.runbooks else GENERIC_RUNBOOK
    return {
        "summary": "Wayline cannot measure: alerts keep their last state",
        "description": f"No rule could be evaluated. {detail}",
        "runbook_url": context.link(f"/runbooks/{runbook}"),
        "transactions_url": context.link("/transactions"),
        "affected": "0",
        "oldest_at": "",
    }


__all__ = ["MEASUREMENT_LOST", "SEVERAL_FLOWS", "Context", "annotations_of", "labels_of"]
