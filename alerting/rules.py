"""Rules in force: those of the catalog, and the defaults for every flow that none of them covers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from alerting.config import AlertingConfig
from core.units import Duration
from runbooks import builtin
from runbooks.catalogs import Catalog
from runbooks.models import BurnWindow, Flow, Rule, Select

SUPPORTED_KINDS = ("deadline", "stuck", "failure_ratio", "burn_rate", "absence", "source_blind")
"""Kinds that are evaluated; the linter rejects the others."""

MEASUREMENT_LOST = "measurement_lost"
"""Kind of the one alert that is not about transactions: the figures themselves are missing."""

QUEUE_STALLED = Rule(
    name="QueueStalled",
    kind="stuck",
    title="Several flows wait behind one queue",
    threshold=2,
    group_by=("system",),
)
"""Speaks for all flows behind a queue, and inhibits their own alerts."""

GOOGLE_30D = (
    BurnWindow(long=Duration(seconds=3_600), short=Duration(seconds=300), burn=14.4, severity="page"),
    BurnWindow(long=Duration(seconds=21_600), short=Duration(seconds=1_800), burn=6.0, severity="page"),
    BurnWindow(long=Duration(seconds=86_400), short=Duration(seconds=7_200), burn=3.0, severity="ticket"),
    BurnWindow(long=Duration(seconds=259_200), short=Duration(seconds=21_600), burn=1.0, severity="ticket"),
)
"""Windows of a burn_rate rule that names none: SRE Workbook, chapter 5, for an objective over 30 days."""

_SLOW_KINDS = {"failure_ratio": 2.0, "absence": 30.0, "burn_rate": 15.0, "source_blind": 5.0}


@dataclass(frozen=True)
class ActiveRule:
    """
    A rule with everything it selects spelt out.

    Attributes:
        key: Unique among the rules in force; the name unless several rules share it.
        spec: What the catalog says.
        flows: Names of the flows it looks at.
        sources: source_blind: names of the sources it looks at.
        interval_s: Seconds between evaluations.
        owner: Owner of its rule set; empty for that of the flow.
        queue_wide: Looks only at trouble in queues, and only where it stops several flows.
    """

    key: str
    spec: Rule
    flows: tuple[str, ...]
    sources: tuple[str, ...]
    interval_s: float
    owner: str = ""
    queue_wide: bool = False

    @property
    def windows(self) -> tuple[BurnWindow, ...]:
        """Pairs of windows of a burn_rate rule."""
        return self.spec.windows


def active_rules(catalog: Catalog, config: AlertingConfig) -> list[ActiveRule]:
    """
    Return the rules in force, each key once.

    A flow that a rule set of the catalog covers with some kind, enabled or not, gets no default of that kind.
    """
    found: list[ActiveRule] = []
    covered: dict[str, set[str]] = {}
    for rule_set in catalog.rule_sets.values():
        for spec in rule_set.rules:
            rule = _spelt_out(spec, catalog, config, rule_set.owner)
            covered.setdefault(spec.kind, set()).update(rule.flows, rule.sources)
            if rule_set.enabled and spec.enabled and spec.kind in SUPPORTED_KINDS:
                found.append(rule)
    for spec in builtin.RULES.rules:
        rule = _spelt_out(spec, catalog, config, "")
        known = covered.get(spec.kind, set())
        found.append(
            replace(
                rule,
                flows=tuple(name for name in rule.flows if name not in known),
                sources=tuple(name for name in rule.sources if name not in known),
            )
        )
    found.append(replace(_spelt_out(QUEUE_STALLED, catalog, config, ""), queue_wide=True))
    return list(
        _with_unique_keys(split for rule in found if rule.flows or rule.sources for split in _by_severity(rule))
    )


def _spelt_out(spec: Rule, catalog: Catalog, config: AlertingConfig, owner: str) -> ActiveRule:
    by_source = spec.kind == "source_blind"
    flows = () if by_source else tuple(name for name, flow in catalog.flows.items() if _selects(spec.select, flow))
    tiers = {catalog.flows[name].tier for name in flows}
    tier_interval_s = config.interval_s if 1 in tiers or by_source else config.lower_tier_interval_s
    return ActiveRule(
        key=spec.name,
        spec=spec,
        flows=flows,
        sources=_selected_sources(spec.select, catalog) if by_source else (),
        interval_s=max(tier_interval_s, _SLOW_KINDS.get(spec.kind, 0.0)),
        owner=owner,
    )


def _selects(select: Select, flow: Flow) -> bool:
    return (
        (not select.tiers or flow.tier in select.tiers)
        and (not select.flows or flow.name in select.flows)
        and (not select.domains or flow.domain in select.domains)
    )


def _selected_sources(select: Select, catalog: Catalog) -> tuple[str, ...]:
    return tuple(
        name
        for name, source in catalog.sources.items()
        if source.expect_every is not None
        and (not select.sources or name in select.sources)
        and (not select.systems or set(select.systems) & set(source.systems))
    )


def _by_severity(rule: ActiveRule) -> Iterator[ActiveRule]:
    """Split a burn_rate rule into one alert per severity of its windows; pages and tickets live apart."""
    if rule.spec.kind != "burn_rate":
        yield rule
        return
    windows = rule.spec.windows or GOOGLE_30D
    severities = dict.fromkeys(window.severity or rule.spec.severity for window in windows)
    for severity in severities:
        own = tuple(window for window in windows if (window.severity or rule.spec.severity) == severity)
        spec = rule.spec.model_copy(update={"windows": own, "severity": severity})
        yield replace(rule, key=f"{rule.key}:{severity}" if len(severities) > 1 else rule.key, spec=spec)


def _with_unique_keys(rules: Iterable[ActiveRule]) -> Iterator[ActiveRule]:
    seen: dict[str, int] = {}
    for rule in rules:
        seen[rule.key] = seen.get(rule.key, 0) + 1
        yield rule if seen[rule.key] == 1 else replace(rule, key=f"{rule.key}#{seen[rule.key]}")
