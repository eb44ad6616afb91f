"""The catalog's flows as ticks judge them: codes for flows and steps, milestones with their limits in microseconds."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.correlate.signatures import STEP_SEPARATOR
from analytics.correlate.watermarks import Watermarks
from analytics.sla.ladders import LadderBook, ladder_book
from core.units import Duration
from runbooks.calendars import Calendar
from runbooks.catalogs import Catalog
from runbooks.flows import Flow, Milestone

US_PER_S = 1_000_000
NONE_US = -1


@dataclass(frozen=True)
class Stage:
    """
    A milestone of a flow.

    Attributes:
        code: Of its step.
        within_us, clock: Its limit and the code of the clock that runs it; `NONE_US` where there is none.
        anchor: Place of the milestone at which the limit begins, None for the start of the transaction.
        choice: A number for the alternatives of which one is enough, 0 for none.
        owner: The system that owes its evidence.
        delay_us: How late that may come.
        heard_us: How far its sources have spoken, see `Watermarks.passed_us`.
        blind: Whether one of them is silent.
        pauses: Codes of the steps between which the clock stands still.
    """

    name: str
    code: int = 0
    within_us: int = NONE_US
    clock: int = 0
    anchor: int | None = None
    required: bool = True
    terminal: bool = False
    failing: bool = False
    choice: int = 0
    owner: str = ""
    delay_us: int = 0
    heard_us: int = -1
    blind: bool = False
    pauses: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Plan:
    """
    A flow as it is to be kept; without a name it is that of transactions without a flow.

    Attributes:
        deadline_us, deadline_clock: As in `Stage.within_us`; nothing is no deadline, too.
        delay_us: How late evidence of any of its systems may come.
        child_ratio: Share of the children that has to complete.
    """

    name: str = ""
    tier: int = 0
    settle_us: int = 0
    deadline_us: int = NONE_US
    deadline_clock: int = 0
    delay_us: int = 0
    child_ratio: float = 1.0
    stages: tuple[Stage, ...] = ()

    @property
    def clocks(self) -> set[int]:
        """Codes of the clocks other than elapsed time that its limits run on."""
        return {self.deadline_clock, *(stage.clock for stage in self.stages)} - {0}


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


class Plans:
    """
    The plans of flows by their codes, 0 being "no flow"; each is made when it is asked for first.

    Args:
        catalog: Catalog of the flows.
        book: Their codes.
        ingest_delay_s: How late the evidence of systems without a declared source usually is.
        watermarks: How far the declared sources have spoken.
    """

    def __init__(self, catalog: Catalog, book: FlowBook, ingest_delay_s: float, watermarks: Watermarks) -> None:
        self._catalog, self._book, self._ingest_delay_s = catalog, book, ingest_delay_s
        self._watermarks, self._known = watermarks, dict(watermarks.known)
        self._made = {0: Plan()}

    def hold_for(self, catalog: Catalog, watermarks: Watermarks) -> bool:
        """Return whether neither the catalog nor a watermark has changed since."""
        return self._catalog is catalog and self._known == watermarks.known

    def __getitem__(self, code: int) -> Plan:
        """Return the plan of the flow of *code*."""
        if code not in self._made:
            self._made[code] = self._plan(code, self._book.flows[code - 1])
        return self._made[code]

    def __len__(self) -> int:
        """Return how many there are, with that of no flow."""
        return len(self._book.flows) + 1

    def _plan(self, code: int, flow: Flow) -> Plan:
        before = self._book.step_flows.index(code)
        stages = tuple(
            _stage(self._catalog, self._book, flow, milestone, before, self._ingest_delay_s, self._watermarks)
            for milestone in flow.milestones
        )
        clock, length = _limit(self._book, self._catalog.deadline_of(flow), self._catalog.calendar_of(flow))
        return Plan(
            name=flow.name,
            tier=flow.tier,
            settle_us=_us(flow.settle),
            deadline_us=length,
            deadline_clock=clock,
            delay_us=max(stage.delay_us for stage in stages),
            child_ratio=_child_ratio(flow),
            stages=stages,
        )


def _stage(
    catalog: Catalog,
    book: FlowBook,
    flow: Flow,
    milestone: Milestone,
    before: int,
    ingest_delay_s: float,
    watermarks: Watermarks,
) -> Stage:
    """Return *milestone* of *flow*, the codes of whose steps begin after *before*."""
    codes = {other.name: code for code, other in enumerate(flow.milestones, start=before + 1)}
    clock, length = _limit(book, milestone.within, catalog.calendar_of(flow, milestone.name))
    anchor = flow.anchor_of(milestone)
    return Stage(
        name=milestone.name,
        code=codes[milestone.name],
        within_us=length,
        clock=clock,
        anchor=codes[anchor] - before - 1 if anchor in codes else None,
        required=milestone.required,
        terminal=milestone.terminal,
        failing=milestone.failing,
        choice=_choice(flow, milestone),
        owner=milestone.system,
        delay_us=_delay_us(catalog, milestone.system, ingest_delay_s),
        heard_us=watermarks.passed_us(catalog, milestone.system),
        blind=watermarks.blind(catalog, milestone.system),
        pauses=tuple((codes[pause.start], codes[pause.end]) for pause in milestone.pause),
    )


def _child_ratio(flow: Flow) -> float:
    """Share of the children that has to complete; the least positive one stands for "any"."""
    if flow.children is None or flow.children.rule == "all":
        return 1.0
    return flow.children.ratio if flow.children.rule == "ratio" else 1e-7


def _us(duration: Duration) -> int:
    return round(duration.seconds * US_PER_S)


def _choice(flow: Flow, milestone: Milestone) -> int:
    groups = list(dict.fromkeys(other.any_of for other in flow.milestones if other.any_of))
    return groups.index(milestone.any_of) + 1 if milestone.any_of else 0


def _delay_us(catalog: Catalog, owner: str, ingest_delay_s: float) -> int:
    sources = catalog.sources_owing(owner)
    seconds = max((source.ingest_delay.seconds for source in sources), default=ingest_delay_s)
    return round(seconds * US_PER_S)


def _limit(book: FlowBook, duration: Duration | None, calendar: Calendar) -> tuple[int, int]:
    """Clock and length of a limit; length `NONE_US` where there is none."""
    return (0, NONE_US) if duration is None else book.ladders.code_and_length(duration, calendar)
