"""Why somebody is not told at the moment: silences and maintenance, inhibition, closed hours. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerting.describe import SEVERAL_FLOWS
from alerting.instance import Instance
from alerting.labels import Matcher, match_all
from alerting.windows import may_notify
from runbooks.catalogs import Catalog

_FLOW_KINDS = {"deadline", "stuck", "failure_ratio", "burn_rate", "absence"}


class SilenceKind(StrEnum):
    """Whether somebody muted alerts, or announced work on the systems behind them."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, kw_only=True)
class Silence:
    """
    Alerts that match are not told between two moments; nothing about their state changes.

    Attributes:
        matchers: ANDed; never empty.
        ends_at: Exclusive.
    """

    id: str
    kind: SilenceKind
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str = ""
    comment: str = ""

    def state_at(self, now: datetime) -> str:
        """Return ``pending``, ``active`` or ``expired``."""
        if now < self.starts_at:
            return "pending"
        return "active" if now < self.ends_at else "expired"


def muted(
    instances: Iterable[Instance], silences: Iterable[Silence], catalog: Catalog, now: datetime
) -> list[Instance]:
    """Return *instances*, each saying why nobody is told about it at the moment."""
    present = list(instances)
    active_silences = [silence for silence in silences if silence.state_at(now) == "active"]
    sources = [instance for instance in present if instance.active]
    return [
        replace(
            instance,
            silenced=any(match_all(silence.matchers, instance.labels) for silence in active_silences),
            inhibited=any(inhibits(source, instance, catalog) for source in sources),
            held=not may_notify(catalog, _calendar(instance.labels, catalog), now),
        )
        for instance in present
    ]


def _calendar(labels: Mapping[str, str], catalog: Catalog) -> str:
    tier = catalog.tiers.get(int(labels["tier"]))
    return tier.policy.notify_during if tier else ""


def inhibits(source: Instance, target: Instance, catalog: Catalog) -> bool:
    """
    Return whether *target* says nothing that *source* does not say better.

    - A queue that stalls several flows speaks for each flow whose trouble starts only there.
    - A missed deadline speaks for the overdue steps of the same flow while both are news.
    - A page about a burning budget speaks for the ticket about it.
    - A blind source speaks for what is blamed on, or missing from, its systems; never for tier 1.
    """
    if source.fingerprint == target.fingerprint or target.kind not in _FLOW_KINDS:
        return False
    if source.kind == "source_blind":
        return target.tier != 1 and _behind(source, target, catalog)
    if target.labels["flow"] == SEVERAL_FLOWS:
        return False
    if source.kind == "stuck" and source.labels["flow"] == SEVERAL_FLOWS:
        return bool(source.labels.get("system")) and target.reading.systems == (source.labels["system"],)
    return source.labels["flow"] == target.labels["flow"] and _outranks(source, target)


def _outranks(source: Instance, target: Instance) -> bool:
    """Return whether *source* is the graver alert about the same trouble of one flow."""
    if source.kind == "deadline":
        return target.kind == "stuck" and target.reading.affected <= source.reading.affected
    same_name = source.kind == target.kind == "burn_rate" and source.labels["alertname"] == target.labels["alertname"]
    return same_name and source.labels["severity"] == "page" != target.labels["severity"]


def _behind(source: Instance, target: Instance, catalog: Catalog) -> bool:
    silent = set(source.reading.systems)
    if target.kind == "absence":
        flow = catalog.flows.get(target.labels["flow"])
        return flow is not None and any(step.system in silent for step in flow.milestones)
    blamed = set(target.reading.systems)
    return bool(blamed) and blamed <= silent
