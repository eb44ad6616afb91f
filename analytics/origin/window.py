"""Where trouble starts in a window: every step against its own baseline, summed up per system."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.sqlfiles import load_sql
from storage.store import Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """
    What to compare.

    Attributes:
        since: Start of the time in question, aware.
        until: Its end, exclusive.
        baseline_since: Start of the time taken as normal.
        baseline_until: Its end, exclusive.
        flow: Only transactions of this flow; empty for all.
    """

    since: datetime
    until: datetime
    baseline_since: datetime
    baseline_until: datetime
    flow: str = ""

    def params(self) -> dict[str, Any]:
        """Return the four times as query parameters."""
        return {
            "since": self.since,
            "until": self.until,
            "baseline_since": self.baseline_since,
            "baseline_until": self.baseline_until,
        }


@dataclass(frozen=True)
class Observed:
    """
    What both times hold.

    Attributes:
        steps: One row per step (system, operation).
        logs: One row per log template of a system.
    """

    steps: list[Row]
    logs: list[Row]


def observe(store: Store, window: Window, named: dict[str, list[str]]) -> Observed:
    """
    Return the steps and log templates of *window* and of its baseline.

    Args:
        store: The engine.
        window: What to compare.
        named: ``services`` and the ``systems`` they stand for, parallel.
    """
    params: dict[str, Any] = {**window.params(), **named, "traces": []}
    if window.flow:
        rows = store.rows(load_sql("analytics.origin", "sql/window_traces"), {**window.params(), "flow": window.flow})
        params["traces"] = [row["trace"] for row in rows]
        if not rows:
            return Observed([], [])
    return Observed(
        store.rows(load_sql("analytics.origin", "sql/window_steps"), params),
        store.rows(load_sql("analytics.origin", "sql/window_logs"), params),
    )
