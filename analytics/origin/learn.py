"""What is normal: of a step its durations in past hours, of transactions completed in time; of a queue its backlog."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from analytics.origin.templates import PARAMS as TEMPLATE_PARAMS
from analytics.origin.templates import with_templates
from storage.sqlfiles import load_sql
from storage.store import Store

log = structlog.get_logger("wayline.origin")
MEMORY = timedelta(days=14)
"""How far back what is normal reaches."""
_EVERY = timedelta(minutes=5)
_AGAIN_AFTER = timedelta(hours=1)
_HOURS_AT_ONCE = 6
_TRANSACTIONS_OF_A_FLOW = 2_000
_ENOUGH_RUNS = 30
_FACTOR = 1.5
_USUAL_RATIO = 0.95


class Learner:
    """
    Learns hours that are over, a few at a time; what was learned is in the store and outlives this object.

    Args:
        store: The engine.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: datetime | None = None

    def learn_if_due(self, now: datetime) -> int:
        """Learn when the last time is five minutes ago; return how many hours were learned."""
        if self._due and now < self._due:
            return 0
        self._due = now + _EVERY
        return self.learn(now)

    def learn(self, now: datetime) -> int:
        """Learn hours that are new or changed, newest first; return how many."""
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        window = {
            "since": this_hour - MEMORY,
            "until": this_hour,
            "learned_before": now - _AGAIN_AFTER,
            "hours": _HOURS_AT_ONCE,
        }
        hours = [row["hour"] for row in self._store.rows(load_sql("analytics.origin", "sql/hours_to_learn"), window)]
        for hour in hours:
            params = {"hour": hour, "now": now, "transactions": _TRANSACTIONS_OF_A_FLOW}
            # The hour counts as learned once its durations are.
            self._store.execute(with_templates("learn_templates"), params | TEMPLATE_PARAMS)
            self._store.execute(load_sql("analytics.origin", "sql/learn_backlogs"), {"hour": hour, "now": now})
            self._store.execute(load_sql("analytics.origin", "sql/learn_hour"), params)
        if hours:
            log.info("learned what is normal", hours=len(hours))
        return len(hours)


def normal_params(now: datetime) -> dict[str, Any]:
    """Return the parameters of the search for steps that are slower than normal."""
    return {"since": now - MEMORY, "until": now, "enough_runs": _ENOUGH_RUNS, "factor": _FACTOR}


def logged_params(now: datetime) -> dict[str, Any]:
    """Return the parameters of the search for log lines that are missing."""
    window = {"since": now - MEMORY, "until": now, "enough_runs": _ENOUGH_RUNS, "usual_ratio": _USUAL_RATIO}
    return window | TEMPLATE_PARAMS
