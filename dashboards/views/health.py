"""
How a flow is, judged from its figures, and what is wrong now in one sentence.

The order of the states is the order in which a person should look at them. What cannot be judged is ``unknown``
and what sent nothing is ``quiet``: neither is ever shown as good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.formats import count, duration, plural, ratio_beside

Row = Mapping[str, Any]
STATES = ("failing", "stuck", "late", "slow", "unknown", "quiet", "ok")
_TROUBLE = ("failing", "stuck", "late")
STATE_WORDS = {
    "failing": "Failing",
    "stuck": "Stuck",
    "late": "Late",
    "slow": "Slow",
    "unknown": "Unknown",
    "quiet": "No data",
    "ok": "In order",
}
_UNNAMED_TIER = 99
_BEHIND_MS = 15_000.0


@dataclass(frozen=True)
class FlowHealth:
    """
    One flow's state.

    Attributes:
        flow: Name in addresses.
        title: Name for people.
        tier: Tier, or None when the flow is in no catalog.
        state: One of `STATES`.
        reason: Why, as a phrase: ``4.2 % fail, 1 % is allowed``.
        status: Transaction status that shows the trouble in the list; empty when none does.
    """

    flow: str
    title: str
    tier: int | None
    state: str
    reason: str
    status: str = ""


@dataclass(frozen=True)
class Verdict:
    """
    What is wrong now.

    Attributes:
        level: ``bad``, ``warn``, ``unknown`` or ``good``.
        headline: One sentence.
        flows: Flows that need a person, worst first.
        unsure: What cannot be judged, one phrase each.
    """

    level: str
    headline: str
    flows: tuple[FlowHealth, ...]
    unsure: tuple[str, ...]


def flow_key(entry: Row) -> str:
    """Return the flow's name in addresses; transactions of no flow are ``unclassified``."""
    return entry.get("flow") or "unclassified"


def flow_health(entry: Row) -> FlowHealth:
    """Judge one entry of the overview."""
    state, reason, status = _judge(entry)
    return FlowHealth(flow_key(entry), entry.get("title") or flow_key(entry), entry.get("tier"), state, reason, status)


def _judge(entry: Row) -> tuple[str, str, str]:
    return _trouble(entry) or _doubt(entry) or ("ok", "", "")


def _trouble(entry: Row) -> tuple[str, str, str] | None:
    allowed = _allowed_failures(entry)
    failing = entry.get("failure_ratio")
    if failing and failing > allowed:
        shown, bound = ratio_beside(failing, allowed)
        promise = f", {bound} is allowed" if allowed else ""
        return "failing", f"{shown} of {_judged(entry)} fail{promise}{_unjudged(entry)}", "failed"
    if entry.get("stuck"):
        return "stuck", f"{plural(entry['stuck'], 'transaction')} stuck", "stuck"
    if entry.get("open_breaches"):
        return "late", f"{plural(entry['open_breaches'], 'open transaction')} past the deadline", "in_progress"
    return None


def _judged(entry: Row) -> str:
    """Return of what a share is, with its number where many cannot be judged: a few of them are not the flow."""
    if not entry.get("unknown"):
        return "transactions"
    return f"the {plural(entry['failed'] + entry['completed'], 'transaction')} that ended"


def _unjudged(entry: Row) -> str:
    return f"; {entry['unknown']} cannot be judged" if entry.get("unknown") else ""


def _doubt(entry: Row) -> tuple[str, str, str] | None:
    if entry.get("unknown"):
        return "unknown", f"{plural(entry['unknown'], 'transaction')} cannot be judged, a source is silent", "unknown"
    if _slow(entry):
        return "slow", f"p95 is {duration(entry['p95_ms'])}, the objective {duration(entry['objective_ms'])}", ""
    if not entry.get("started") and not entry.get("in_progress"):
        return "quiet", "nothing arrived in this time range", ""
    if entry.get("achieved") is None and not entry.get("completed"):
        return "unknown", f"{plural(entry.get('in_progress') or 0, 'transaction')} under way, none ended yet", ""
    return None


def _allowed_failures(entry: Row) -> float:
    objective = entry.get("success_objective")
    return 0.0 if objective is None else round(1.0 - objective, 9)


def _slow(entry: Row) -> bool:
    return bool(entry.get("p95_ms") and entry.get("objective_ms") and entry["p95_ms"] > entry["objective_ms"])


def urgency(health: FlowHealth) -> tuple[int, int, str]:
    """Return a sort key: tier, then state, then title."""
    return (health.tier or _UNNAMED_TIER, STATES.index(health.state), health.title)


def verdict(
    entries: Sequence[Row], open_alerts: Sequence[Row], blind_sources: Sequence[str], behind_ms: float = 0.0
) -> Verdict:
    """
    Say what is wrong now.

    Args:
        entries: Overview entries.
        open_alerts: Alerts that fire.
        blind_sources: Sources that should have sent and did not.
        behind_ms: How far correlation is behind what is stored.
    """
    judged = sorted((flow_health(entry) for entry in entries), key=urgency)
    trouble = tuple(health for health in judged if health.state in _TROUBLE)
    unsure = _unsure(judged, blind_sources, behind_ms)
    if trouble:
        worst = trouble[0].tier
        level = "bad" if worst == 1 or any(alert.get("severity") == "page" for alert in open_alerts) else "warn"
        return Verdict(level, _trouble_headline(trouble), trouble, unsure)
    if open_alerts:
        return Verdict("warn", f"{plural(len(open_alerts), 'alert is', 'alerts are')} open.", (), unsure)
    if not any(entry.get("started") or entry.get("in_progress") for entry in entries):
        return Verdict("unknown", "No transaction arrived in this time range: nothing can be said.", (), unsure)
    if unsure:
        return Verdict("unknown", "Nothing known to be wrong, but not everything can be judged.", (), unsure)
    return Verdict("good", "Every flow that sent something is in order.", (), ())


def _trouble_headline(trouble: Sequence[FlowHealth]) -> str:
    tier = trouble[0].tier
    same_tier = [health for health in trouble if health.tier == tier]
    first = same_tier[0]
    scope = f"tier {tier} flow" if tier else "flow"
    more = len(trouble) - 1
    others = f", and {plural(more, 'other flow needs', 'other flows need')} attention" if more else ""
    return f"{first.title} ({scope}) is {STATE_WORDS[first.state].lower()}: {first.reason}{others}."


def _unsure(judged: Sequence[FlowHealth], blind_sources: Sequence[str], behind_ms: float) -> tuple[str, ...]:
    found = [f"correlation is {duration(behind_ms)} behind what is stored"] if behind_ms > _BEHIND_MS else []
    found += [f"source {name} is silent" for name in blind_sources]
    found += [f"{health.title}: {health.reason}" for health in judged if health.state == "unknown" and health.status]
    quiet = [health.title for health in judged if health.state == "quiet" and health.tier]
    if quiet:
        found.append(
            f"no data from {', '.join(quiet[:4])}" + (f" and {count(len(quiet) - 4)} more" if quiet[4:] else "")
        )
    return tuple(found)
