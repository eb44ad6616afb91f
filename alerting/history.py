"""The stored past of one group of a rule, from which the reading at any moment of it can be told. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerting.readings import Reading
from alerting.rules import ActiveRule


@dataclass
class History:
    """
    What happened in one group, in Unix seconds.

    Attributes:
        begins, ends: Beginnings and ends of trouble, each sorted; for rules that count what is open.
        finished, failed: When transactions finished and when they failed, sorted; for ratios.
        spans: The trouble itself, (begin, end) in seconds; what an alert would have caught or missed.
        flows: Flows seen.
    """

    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)
    flows: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)

    def add_span(self, begin_s: float, end_s: float) -> None:
        """Add trouble that lasted from *begin_s* to *end_s*."""
        self.begins.append(begin_s)
        self.ends.append(end_s)
        self.spans.append((begin_s, end_s))

    def add_finish(self, at_s: float, window_s: float, *, bad: bool) -> None:
        """Add a finished transaction; a failed one counts as caught by an alert within *window_s*."""
        self.finished.append(at_s)
        if bad:
            self.failed.append(at_s)
            self.spans.append((at_s, at_s + window_s))

    def sort(self) -> None:
        """Order what was added; needed before the first reading."""
        for moments in (self.begins, self.ends, self.finished, self.failed):
            moments.sort()

    def reading_at(self, rule: ActiveRule, at_s: float) -> Reading:
        """Return what the store would have said at *at_s*."""
        flows = tuple(sorted(self.flows))
        window_s = rule.spec.window.seconds
        match rule.spec.kind:
            case "failure_ratio":
                return Reading(
                    affected=_within(self.failed, at_s, window_s),
                    total=_within(self.finished, at_s, window_s),
                    flows=flows,
                )
            case "burn_rate":
                widths = [span.seconds for pair in rule.windows for span in (pair.long, pair.short)]
                return Reading(
                    bad_counts=tuple(_within(self.failed, at_s, width) for width in widths),
                    total_counts=tuple(_within(self.finished, at_s, width) for width in widths),
                    flows=flows,
                )
            case "absence":
                armed = bool(self.begins) and self.begins[0] <= at_s - window_s
                return Reading(affected=_within(self.begins, at_s, window_s), armed=armed, flows=flows)
            case _:
                open_now = bisect_right(self.begins, at_s) - bisect_right(self.ends, at_s)
                return Reading(affected=open_now, flows=flows, categories=tuple(sorted(self.categories)))


def _within(moments: Sequence[float], at_s: float, width_s: float) -> int:
    """Return how many of the sorted *moments* lie in the window (at - width, at]."""
    return bisect_right(moments, at_s) - bisect_right(moments, at_s - width_s)


def unix_seconds(moment: datetime) -> float:
    """Return Unix seconds of an aware *moment*."""
    return moment.timestamp()
