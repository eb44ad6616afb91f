"""One evaluation of one rule: rows become groups, groups become alerts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from alerting.conditions import judge
from alerting.describe import Context, annotations_of, labels_of
from alerting.instance import Instance, ResolveReason, State, Timing, advance, open_instance, resolve
from alerting.labels import fingerprint
from alerting.measure import MeasurementError, Row
from alerting.readings import Reading, fold
from alerting.rules import ActiveRule
from runbooks.catalogs import Catalog

GROUPABLE = ("flow", "tier", "domain", "owner", "process_owner", "system", "source")
"""Labels a rule may group by."""

_QUEUE = "queue"
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Evaluation:
    """
    What one evaluation made of the alerts of a rule.

    Attributes:
        instances: The alerts that exist now, resolved ones included.
        vanished: Alerts that existed before and are gone without having fired, or after having been resolved.
    """

    instances: tuple[Instance, ...]
    vanished: tuple[Instance, ...] = ()


def evaluate(
    rule: ActiveRule,
    rows: Iterable[Row] | None,
    existing: Mapping[str, Instance],
    now: datetime,
    *,
    context: Context,
    max_gap_s: float,
    max_alerts: int,
) -> Evaluation:
    """
    Take the alerts of *rule* one evaluation further.

    Args:
        rule: The rule.
        rows: What was measured; None when nothing could be, which freezes every alert.
        existing: The rule's alerts so far, by fingerprint.
        now: Time of the evaluation.
        context: Catalog and address, for labels and texts.
        max_gap_s: See `Timing`.
        max_alerts: More groups than this are refused.

    Raises:
        MeasurementError: The rule yields more than *max_alerts* groups; nothing has changed.
    """
    timing = Timing(rule.spec.for_.seconds, rule.spec.keep_firing_for.seconds, max_gap_s)
    if rows is None:
        frozen = [advance(instance, None, now, timing) for instance in existing.values()]
        return Evaluation(tuple(instance for instance in frozen if instance is not None))
    groups = _grouped(rule, rows, context.catalog)
    instances: list[Instance] = []
    vanished: list[Instance] = []
    unseen = dict(existing)
    for dimensions, reading in groups.items():
        breached, judged = judge(rule, reading, objective_of(context.catalog, reading, dimensions))
        name = fingerprint(rule.key, dict(dimensions))
        before = unseen.pop(name, None)
        after = _next(rule, before, name, dimensions, (breached, judged), now, timing, context)
        if after is not None:
            instances.append(after)
        elif before is not None:
            vanished.append(before)
    for before in unseen.values():
        after = advance(before, False, now, timing)
        (vanished.append(before) if after is None else instances.append(after))
    if len(instances) > max_alerts:
        raise MeasurementError(
            f"rule {rule.key} yields {len(instances)} alerts, more than {max_alerts}",
            remedy="group it by fewer labels, or raise alerting.max_alerts_per_rule",
        )
    return Evaluation(tuple(instances), tuple(vanished))


def _next(
    rule: ActiveRule,
    before: Instance | None,
    name: str,
    dimensions: Dimensions,
    judged: tuple[bool, Reading],
    now: datetime,
    timing: Timing,
    context: Context,
) -> Instance | None:
    breached, reading = judged
    after = advance(before, breached, now, timing) if before is not None else None
    if after is None and not breached:
        return None
    if after is None:
        flows = _flows(context.catalog, dict(dimensions), reading)
        labels = labels_of(context, rule, dict(dimensions), flows)
        opened = open_instance(
            fingerprint=name,
            rule=rule.key,
            kind=rule.spec.kind,
            tier=int(labels["tier"]),
            labels=labels,
            reading=reading,
            now=now,
        )
        after = advance(opened, True, now, timing)
    if after is None or after.state is State.RESOLVED:
        return after
    # While recovering, the figures stay those of the trouble that is ending.
    shown = reading if breached else after.reading
    return replace(after, reading=shown, annotations=annotations_of(context, rule, after.labels, shown, now))


def _grouped(rule: ActiveRule, rows: Iterable[Row], catalog: Catalog) -> dict[Dimensions, Reading]:
    parts: dict[Dimensions, list[Reading]] = {}
    for row in rows:
        if rule.queue_wide and (_QUEUE not in row.reading.categories or not row.system):
            continue
        parts.setdefault(dimensions_of(rule, row, catalog), []).append(row.reading)
    return {dimensions: fold(readings) for dimensions, readings in parts.items()}


def dimensions_of(rule: ActiveRule, row: Row, catalog: Catalog) -> Dimensions:
    """Return the values of the labels by which *rule* groups, for one row."""
    flow = catalog.flows.get(row.flow)
    known = {
        "flow": row.flow,
        "tier": str(flow.tier) if flow else "0",
        "domain": flow.domain if flow else "",
        "owner": flow.owner if flow else "",
        "process_owner": flow.process_owner if flow else "",
        "system": row.system,
        "source": row.source,
    }
    return tuple((name, known[name]) for name in sorted(rule.spec.group_by) if name in known)


def _flows(catalog: Catalog, dimensions: Mapping[str, str], reading: Reading) -> tuple[str, ...]:
    if "flow" in dimensions:
        return (dimensions["flow"],)
    source = catalog.sources.get(dimensions.get("source", ""))
    if source is None:
        return reading.flows
    owed = (
        name for name, flow in catalog.flows.items() if any(step.system in source.systems for step in flow.milestones)
    )
    return tuple(sorted({*reading.flows, *owed}))


def objective_of(catalog: Catalog, reading: Reading, dimensions: Dimensions) -> float:
    """Return the strictest promise among the flows of a group."""
    names = _flows(catalog, dict(dimensions), reading)
    return max((catalog.success_ratio_of(catalog.flows[n]) for n in names if n in catalog.flows), default=0.99)


def close_orphans(instances: Iterable[Instance], keys: set[str], now: datetime) -> list[Instance]:
    """Return the alerts whose rule is no longer in force, resolved; pending ones just end."""
    return [
        resolve(instance, now, ResolveReason.RULE_GONE)
        for instance in instances
        if instance.rule not in keys and instance.state is not State.RESOLVED
    ]
