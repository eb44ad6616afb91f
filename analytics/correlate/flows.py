"""The catalog's flows as rows of ``tick_flows``: milestones as parallel arrays, durations in microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.correlate.signatures import STEP_SEPARATOR
from core.units import Duration
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
    "blind_since_us",
)


@dataclass(frozen=True)
class FlowBook:
    """
    Flows with their codes. Codes run by importance, then name, so that the smaller wins where evidence is even.

    Attributes:
        flows: In the order of their codes, which begin at 1; 0 is "no flow".
        steps: ``flow<TAB>milestone`` in the order of their codes, which begin at 1.
    """

    flows: list[Flow]
    steps: list[str]
    step_flows: list[int]


def flow_book(catalog: Catalog) -> FlowBook:
    """Return the flows of *catalog* with their codes."""
    flows = sorted(catalog.flows.values(), key=lambda flow: (flow.tier, flow.name))
    steps: list[str] = []
    step_flows: list[int] = []
    for code, flow in enumerate(flows, start=1):
        for milestone in flow.milestones:
            steps.append(f"{flow.name}{STEP_SEPARATOR}{milestone.name}")
            step_flows.append(code)
    return FlowBook(flows, steps, step_flows)


def flow_rows(
    catalog: Catalog, book: FlowBook, *, ingest_delay_s: float, blind_us: Mapping[str, int]
) -> list[list[Any]]:
    """
    Return the rows of ``tick_flows`` in the order of `COLUMNS`, the first being "no flow".

    Args:
        catalog: Catalog of the flows.
        book: Their codes.
        ingest_delay_s: How late the evidence of systems without a declared source usually is.
        blind_us: Blind source -> its watermark in Unix microseconds.
    """
    nothing: list[Any] = [0, "", 0, 0, 0, 0, 0, 1.0, *([] for _ in range(11))]
    rows = [nothing]
    step = 0
    for code, flow in enumerate(book.flows, start=1):
        owners = [_owner(milestone) for milestone in flow.milestones]
        delays = [_delay_us(catalog, owner, ingest_delay_s) for owner in owners]
        rows.append(
            [
                code,
                flow.name,
                flow.tier,
                _us(flow.settle),
                max(0, _us(catalog.deadline_of(flow))),
                max(delays),
                any(milestone.terminal for milestone in flow.milestones),
                _child_ratio(flow),
                [milestone.name for milestone in flow.milestones],
                list(range(step + 1, step + 1 + len(flow.milestones))),
                [_us(milestone.within) for milestone in flow.milestones],
                [_anchor(flow, milestone) for milestone in flow.milestones],
                [milestone.required for milestone in flow.milestones],
                [milestone.terminal for milestone in flow.milestones],
                [milestone.failing for milestone in flow.milestones],
                _choices(flow),
                owners,
                delays,
                [_blind_us(catalog, owner, blind_us) for owner in owners],
            ]
        )
        step += len(flow.milestones)
    return rows


def _child_ratio(flow: Flow) -> float:
    """Share of the children that has to complete; the least positive one stands for "any"."""
    if flow.children is None or flow.children.rule == "all":
        return 1.0
    return flow.children.ratio if flow.children.rule == "ratio" else 1e-9


def _us(duration: Duration | None) -> int:
    """Elapsed microseconds; a business day counts as a day until a calendar says more."""
    if duration is None:
        return NONE_US
    return round((duration.seconds + duration.business_days * 86_400) * US_PER_S)


def _owner(milestone: Milestone) -> str:
    return milestone.system


def _anchor(flow: Flow, milestone: Milestone) -> int:
    names = [other.name for other in flow.milestones]
    anchor = flow.anchor_of(milestone)
    return names.index(anchor) + 1 if anchor in names else 0


def _choices(flow: Flow) -> list[int]:
    groups = list(dict.fromkeys(milestone.any_of for milestone in flow.milestones if milestone.any_of))
    return [groups.index(milestone.any_of) + 1 if milestone.any_of else 0 for milestone in flow.milestones]


def _delay_us(catalog: Catalog, owner: str, ingest_delay_s: float) -> int:
    sources = catalog.sources_owing(owner)
    seconds = max((source.ingest_delay.seconds for source in sources), default=ingest_delay_s)
    return round(seconds * US_PER_S)


def _blind_us(catalog: Catalog, owner: str, blind_us: Mapping[str, int]) -> int:
    return max((blind_us[source.name] for source in catalog.sources_owing(owner) if source.name in blind_us), default=0)
