"""What transactions without a flow consist of, from the store."""

from collections import defaultdict
from datetime import datetime

from analytics.drafts.draft import Seen, Step
from storage.sqlfiles import load_sql
from storage.store import Store

MOST_TRANSACTIONS = 2_000


def observe(store: Store, since: datetime, until: datetime, most: int = MOST_TRANSACTIONS) -> list[Seen]:
    """Return the steps of the *most* latest transactions without a flow that started in [since, until)."""
    rows = store.rows(load_sql("analytics.drafts", "sql/steps_seen"), {"since": since, "until": until, "most": most})
    steps: dict[str, dict[Step, int]] = defaultdict(dict)
    identifiers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        # A span name or an event type stands behind a milestone value, which says more.
        named = ("", "", "") if row["milestone"] else (row["kind"], row["service"], row["name"])
        step = Step(row["system"], row["milestone"], *named)
        known = steps[row["transaction_id"]]
        known[step] = min(known.get(step, row["at_us"]), row["at_us"])
        identifiers[row["transaction_id"]].update(row["identifiers"])
    return [Seen(found, frozenset(identifiers[transaction])) for transaction, found in steps.items()]
