"""What a told transaction truly is at a moment, judged by the catalog's own terms (CONTRACT section 6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.units import Duration
from runbooks.models import Flow, Milestone
from wayline.estate.passages import Passed
from wayline.estate.telemetry import NS_PER_S, EventItem, Item
from wayline.estate.truth import Origin, Truth


class Ending(StrEnum):
    """How the telling of a transaction ended."""

    FINISHED = "finished"
    FAILED = "failed"
    STALLED = "stalled"
    UNHEARD = "unheard"


@dataclass(slots=True, kw_only=True)
class Told:
    """
    One transaction, told to its end.

    Attributes:
        deadline: Promise of its flow, or of the tier; None for none.
        origin: Where the trouble began that ended or delayed it.
        fault: The fault at work, also when it was repaired.
        children: Transactions of the same batch; their items are among *items*.
    """

    flow: Flow
    deadline: Duration | None
    identifiers: dict[str, str]
    items: list[Item]
    milestones: dict[str, Passed]
    ending: Ending
    started_ns: int
    origin: Origin | None = None
    fault: str | None = None
    children: list["Told"] = field(default_factory=list)

    @property
    def last_at_ns(self) -> int:
        """Event time of the last milestone, or the start when none was passed."""
        return max((passed.at_ns for passed in self.milestones.values()), default=self.started_ns)

    @property
    def last_send_at_ns(self) -> int:
        """When the last evidence is sent; 0 when all of it is in the items of the parent."""
        return max((item.send_at_ns for item in self.items), default=0)


def next_due_ns(flow: Flow, milestones: Mapping[str, Passed], started_ns: int) -> int | None:
    """Return when the earliest milestone still owed is due, Unix nanoseconds; None when none is."""
    dues = [
        anchor_ns + round(milestone.within.seconds * NS_PER_S)
        for milestone in flow.milestones
        if milestone.within and milestone.within.seconds and _owed(flow, milestone, milestones)
        if (anchor_ns := _anchor_ns(flow, milestone, milestones, started_ns)) is not None
    ]
    return min(dues, default=None)


def _owed(flow: Flow, milestone: Milestone, milestones: Mapping[str, Passed]) -> bool:
    if milestone.optional or milestone.failing:
        return False
    choices = [other.name for other in flow.milestones if milestone.any_of and other.any_of == milestone.any_of] or [
        milestone.name
    ]
    return not any(name in milestones and milestones[name].status == "done" for name in choices)


def _anchor_ns(flow: Flow, milestone: Milestone, milestones: Mapping[str, Passed], started_ns: int) -> int | None:
    anchor = flow.anchor_of(milestone)
    if not anchor:
        return started_ns
    passed = milestones.get(anchor)
    return passed.at_ns if passed and passed.status == "done" else None


def judge(told: Told, now_ns: int) -> Truth:
    """Return what *told* truly is at *now_ns*, with everything about it sent."""
    status = _status(told, now_ns)
    troubled = status in {"failed", "stuck", "completed_late"}
    end_ns = told.last_at_ns if told.ending in {Ending.FINISHED, Ending.FAILED} else now_ns
    return Truth(
        flow=told.flow.name,
        identifiers=told.identifiers,
        status=status,
        origin=told.origin if troubled else None,
        fault=told.fault,
        started_at_ns=told.started_ns,
        milestones={name: passed.status for name, passed in told.milestones.items()},
        breached=_late(told, end_ns),
        children=len(told.children),
    )


def _status(told: Told, now_ns: int) -> str:
    if told.ending is Ending.FAILED:
        return "failed"
    if told.ending is Ending.FINISHED:
        return "completed_late" if _late(told, told.last_at_ns) else "completed"
    due_ns = next_due_ns(told.flow, told.milestones, told.started_ns)
    if not _late(told, now_ns) and (due_ns is None or due_ns > now_ns):
        return "in_progress"
    return "unknown" if told.ending is Ending.UNHEARD else "stuck"


def _late(told: Told, at_ns: int) -> bool:
    # A deadline in business days needs a calendar; the estate tells nothing that comes near one.
    if told.deadline is None or not told.deadline.seconds:
        return False
    return at_ns - told.started_ns > told.deadline.seconds * NS_PER_S


def carried(identifiers: Mapping[str, str], items: Iterable[Item]) -> dict[str, str]:
    """Return those of *identifiers* that some evidence carries: a number nobody told yet finds no transaction."""
    told: set[object] = set()
    for item in items:
        told.update(item.data.values() if isinstance(item, EventItem) else item.attributes.values())
    return {kind: value for kind, value in identifiers.items() if value in told}


def cut_off(told: Told, sent: list[Item]) -> Told:
    """Return *told* as far as the *sent* evidence tells it: what a run that was stopped leaves behind."""
    heard = {milestone for item in sent for milestone in _milestones_of(item)}
    known = {name: passed for name, passed in told.milestones.items() if name in heard}
    complete = len(known) == len(told.milestones)
    identifiers = carried(told.identifiers, sent)
    return replace(
        told, identifiers=identifiers, items=sent, milestones=known, ending=told.ending if complete else Ending.STALLED
    )


def _milestones_of(item: Item) -> tuple[str, ...]:
    said = (
        item.extensions.get("milestone") if isinstance(item, EventItem) else item.attributes.get("business.milestone")
    )
    return (str(said).removeprefix("po_"), str(said)) if said else ()
