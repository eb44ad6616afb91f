"""
Service levels from verdicts, as they were known then or as they are known now.

Verdicts are appended and never changed, so a report drawn for a past moment is reproducible: it takes, per
transaction and rule, the last verdict decided by then.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from storage.sqlfiles import load_sql
from storage.store import Store

Row = dict[str, Any]
Knowledge = Literal["known", "corrected"]
_COUNTS = ("good", "bad", "failed", "late", "unknown", "open", "breaches", "breach_ms")


def sla_rows(store: Store, since: datetime, until: datetime, knowledge: Knowledge, now: datetime) -> list[Row]:
    """
    Return per (tier, flow) the counts of transactions that started in [since, until).

    Args:
        store: The engine.
        since: Start of the window, aware.
        until: End of the window, aware.
        knowledge: ``known`` judges with what was decided before *until*, ``corrected`` with what is known now.
        now: The present, up to which open breaches run.
    """
    # What is known at the end of a window that has not ended is what is known now.
    name, as_of = ("sla", until) if knowledge == "known" and until < now else ("sla_corrected", now)
    return store.rows(load_sql("analytics.sla", f"sql/{name}"), {"since": since, "until": until, "as_of": as_of})


def budget(objective: float | None, good: int, bad: int) -> dict[str, float | None]:
    """
    Return what is achieved and left of the error budget.

    ``achieved`` is good/(good+bad), None while nothing is judged. ``budget_left`` is the share of the allowed bad
    ones that is left: 1 untouched, 0 used up, negative overdrawn; None without an objective or judged transactions.
    """
    judged = good + bad
    if not judged:
        return {"achieved": None, "budget_left": None}
    achieved = good / judged
    if objective is None:
        return {"achieved": achieved, "budget_left": None}
    allowed = (1 - objective) * judged
    if allowed <= 0:
        return {"achieved": achieved, "budget_left": 0.0 if not bad else None}
    return {"achieved": achieved, "budget_left": 1 - bad / allowed}


def by_tier(rows: Iterable[Row]) -> dict[int, Row]:
    """Return the sums of *rows* per tier; transactions of no tier are left out."""
    sums: dict[int, Row] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0))
    for row in rows:
        if row["tier"]:
            for name in _COUNTS:
                sums[row["tier"]][name] += row[name]
    return dict(sums)
