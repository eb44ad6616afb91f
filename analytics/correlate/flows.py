"""The catalog's flows as rows of ``tick_flows``: milestones as parallel arrays, durations in microseconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analytics.correlate.signatures import STEP_SEPARATOR
from analytics.correlate.watermarks import Watermarks
from analytics.sla.ladder_sql import LadderBook, ladder_book
from core.units import Duration
from runbooks.calendars import Calendar
from runbooks.catalogs import Catalog
from runbooks.flows import Flow, Milestone

US_PER_S = 1_000_000
NONE_US = -1
COLUMNS = (
    "code",
    "flow",
    "tier",
    "settle_us",
    "deadline_us",
    "delay_us",
    "has_terminal",
    "child_ratio",
    "names",
    "codes",
    "within_us",
    "anchors",
    "required",
    "terminal",
    "failing",
    "choices",
    "owners",
    "delays_us",
    "heard_us",
    "blind",
    "clocks",
    "pauses",
    "deadline_clock",
)


@dataclass(frozen=True)
class FlowBook:
    """
    Flows with their codes. Codes run by importance, then name, so that the smaller wins where evidence is even.

    Attributes:
        flows: In the order of their codes, which begin at 1; 0 is "no flow".
        steps: ``flow<TAB>milestone`` in the order of their codes, which begin at 1; *step_flows* and *step_settles_us*
            go with them.
        paused: Codes of the steps that begin or end a pause.
    """

    flows: list[Flow]
    steps: list[str]
    step_flows: list[int]
    step_settles_us: list[int]
    paused: list[int]
    ladders: LadderBook


def flow_book(catalog: Catalog) -> FlowBook:
    """Return the flows of *catalog* with their codes."""
    flows = sorted(catalog.flows.values(), key=lambda flow: (flow.tier, flow.name))
    steps: list[str] = []
    step_flows: list[int] = []
    for code, flow in enumerate(flows, start=1):
        for milestone in flow.milestones:
            steps.append(f"{flow.name}{STEP_SEPARATOR}{milestone.name}")
            step_flows.append(code)
    settles_us = [_us(flow.settle) for flow in flows for _ in flow.milestones]
    held = {
        f"{flow.name}{STEP_SEPARATOR}{name}"
        for flow in flows
        for milestone in flow.milestones
        for pause in milestone.pause
        for name in (pause.start, pause.end)
    }
    paused = [code for code, step in enumerate(steps, start=1) if step in held]
    return FlowBook(flows, steps, step_flows, settles_us, paused, ladder_book(_uses(catalog)))


def _uses(catalog: Catalog) -> Iterator[tuple[Duration, Calendar]]:
    for flow in catalog.flows.values():
        deadline = catalog.deadline_of(flow)
        if deadline:
            yield deadline, catalog.calendar_of(flow)
        for milestone in flow.milestones:
            if milestone.within:
                yield milestone.within, catalog.calendar_of(flow, milestone.name)


def flow_rows(catalog: Catalog, book: FlowBook, *, ingest_delay_s: float, watermarks: Watermarks) -> list[list[Any]]:
    """
    Return the rows of ``tick_flows`` in the order of `COLUMNS`, the first being "no flow".

    Args:
        catalog: Catalog of the flows.
        book: Their codes.
        ingest_delay_s: How late the evidence of systems without a declared source usually is.
        watermarks: How far the declared sources have spoken.
    """
    nothing: list[Any] = [0, "", 0, 0, 0, 0, 0, 1.0, *([] for _ in range(14)), 0]
    rows = [nothing]
    step = 0
    for code, flow in enumerate(book.flows, start=1):
        owners = [_owner(milestone) for milestone in flow.milestones]
        limits = [
            _limit(book, milestone.within, catalog.calendar_of(flow, milestone.name)) for milestone in flow.milestones
        ]
        deadline = _limit(book, catalog.deadline_of(flow), catalog.calendar_of(flow))
        delays = [_delay_us(catalog, owner, ingest_delay_s) for owner in owners]
        rows.append(
            [
                code,
                flow.name,
                flow.tier,
                _us(flow.settle),
                deadline[1],
                max(delays),
                any(milestone.terminal for milestone in flow.milestones),
                _child_ratio(flow),
                [milestone.name for milestone in flow.milestones],
                list(range(step + 1, step + 1 + len(flow.milestones))),
                [length for _, length in limits],
                [_anchor(flow, milestone) for milestone in flow.milestones],
                [milestone.required for milestone in flow.milestones],
                [milestone.terminal for milestone in flow.milestones],
                [milestone.failing for milestone in flow.milestones],
                _choices(flow),
                owners,
                delays,
                [watermarks.passed_us(catalog, owner) for owner in owners],
                [watermarks.blind(catalog, owner) for owner in owners],
                [clock for clock, _ in limits],
                [_pauses(flow, milestone, step) for milestone in flow.milestones],
                deadline[0],
            ]
        )
        step += len(flow.milestones)
    return rows


def _child_ratio(flow: Flow) -> float:
    """Share of the children that has to complete; the least positive one stands for "any"."""
    if flow.children is None or flow.children.rule == "all":
        return 1.0
    return flow.children.ratio if flow.children.rule == "ratio" else 1e-7


def _us(duration: Duration) -> int:
    return round(duration.seconds * US_PER_S)


def _owner(milestone: Milestone) -> str:
    return milestone.system


def _anchor(flow: Flow, milestone: Milestone) -> int:
    names = [other.name for other in flow.milestones]
    anchor = flow.anchor_of(milestone)
    return names.index(anchor) + 1 if anchor in names else 0


def _choices(flow: Flow) -> list[int]:
    groups = list(dict.fromkeys(milestone.any_of for milestone in flow.milestones if milestone.any_of))
    return [groups.index(milestone.any_of) + 1 if milestone.any_of else 0 for milestone in flow.milestones]


def _pauses(flow: Flow, milestone: Milestone, before: int) -> list[tuple[int, int]]:
    """Codes of the steps between which the clock of *milestone* stands still; *before* is the one before the flow's."""
    names = [other.name for other in flow.milestones]
    return [(before + 1 + names.index(pause.start), before + 1 + names.index(pause.end)) for pause in milestone.pause]


def _delay_us(catalog: Catalog, owner: str, ingest_delay_s: float) -> int:
    sources = catalog.sources_owing(owner)
    seconds = max((source.ingest_delay.seconds for source in sources), default=ingest_delay_s)
    return round(seconds * US_PER_S)


def _limit(book: FlowBook, duration: Duration | None, calendar: Calendar) -> tuple[int, int]:
    """Clock and length of a limit; length `NONE_US` where there is none."""
    return (0, NONE_US) if duration is None else book.ladders.code_and_length(duration, calendar)
