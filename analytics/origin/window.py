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


def step_rows(store: Store, window: Window) -> list[Row]:
    """Return one row per step (system, operation) seen in either time."""
    return store.rows(
        load_sql("analytics.origin", "sql/window_steps"),
        {
            "since": window.since,
            "until": window.until,
            "baseline_since": window.baseline_since,
            "baseline_until": window.baseline_until,
            "flow": window.flow,
        },
    )
