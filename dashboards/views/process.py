"""How a flow runs as a process, in words and shares: pairs of milestones, variants, rework, drop-off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.formats import label, plural

Row = Mapping[str, Any]
OUTCOMES = {"failed": "failed", "retry": "to be tried again"}


def pair_name(pair: Row) -> tuple[str, str]:
    """Return both ends of a pair of milestones for people."""
    if pair["from"] is None and pair["to"] is None:
        return "Start", "End (whole transaction)"
    return label(pair["from"]) if pair["from"] else "Start", label(pair["to"]) if pair["to"] else "End"


def step_name(step: Row) -> tuple[str, str, int]:
    """Return (title, outcome in words or nothing, how often in a row) of a step of a variant."""
    name, colon, outcome = step["step"].rpartition(":")
    if colon and outcome in OUTCOMES:
        return label(name), OUTCOMES[outcome], step["times"]
    return label(step["step"]), "", step["times"]


@dataclass(frozen=True)
class DropOff:
    """Transactions that ended without a milestone, and their share of those that were to pass it."""

    count: int
    share: float


def drop_offs(funnel: Sequence[Row]) -> list[DropOff | None]:
    """
    Return per milestone the transactions that are lost there: failed at it, or ended without it.

    Those that still may come count nowhere; None where nobody was to pass yet.
    """
    found: list[DropOff | None] = []
    for step in funnel:
        lost = int(step.get("failed") or 0) + int(step.get("missing") or 0)
        whole = int(step["reached"]) + lost
        found.append(DropOff(lost, lost / whole) if whole else None)
    return found


def rework_sentence(rework: Row) -> str:
    """Return how much is done more than once, in one sentence."""
    unexpected = [item for item in rework["items"] if not item["expected"]]
    if not rework["transactions"]:
        return "No transaction started in this time range."
    if not unexpected:
        return "No milestone was passed more than once where the catalog expects it once."
    worst = unexpected[0]
    return (
        f"{label(worst['milestone'])} costs most: {plural(worst['transactions'], 'transaction')} passed it more than"
        f" once, {plural(worst['repeats'], 'time')} more than needed."
    )
