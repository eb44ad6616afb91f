"""From stored ways to a flow's model."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

from analytics.predict.bins import PER_DECADE
from analytics.predict.model import FlowModel
from analytics.predict.survival import Stay
from storage.sqlfiles import load_sql
from storage.store import Store


def learn(store: Store, flow: str, zone: str, since: datetime, as_of: datetime, most: int) -> FlowModel:
    """
    Return what was known at *as_of* of the transactions of *flow* that started in [since, as_of).

    Args:
        store: The engine.
        flow: Name of the flow.
        zone: IANA zone in which hours of the day count.
        since: Earliest start, aware.
        as_of: The present of the model, aware; nothing that happened later is looked at.
        most: Most transactions, the newest first, by whole hours.
    """
    window = {"flow": flow, "since": since, "as_of": as_of}
    window["since"] = max(since, _hour_of(store.rows(load_sql("analytics.predict", "sql/hours_stored"), window), most))
    rows = store.rows(
        load_sql("analytics.predict", "sql/stays"),
        window | {"zone": zone, "most": most, "per_decade": PER_DECADE},
        # Nobody waits for it, and who looks something up meanwhile needs the other cores.
        {"max_threads": 1},
    )
    stays: dict[tuple[str, int], list[Stay]] = defaultdict(list)
    wholes: list[Stay] = []
    transactions = 0
    for row in rows:
        stay = Stay(row["stayed"], row["took"], bool(row["ended"]), row["transactions"])
        if row["whole"]:
            wholes.append(stay)
            transactions += row["transactions"]
        else:
            stays[row["step"], row["hours"]].append(stay)
    return FlowModel(dict(stays), wholes, transactions)


def _hour_of(hours: Iterable[dict[str, Any]], most: int) -> datetime:
    """
    Return the hour from which on there are *most* transactions or fewer, but the last hour at least.

    So what is older is not read, and what is read need not be sorted, which takes as long as all the rest.
    """
    found, versions = None, 0
    for hour in hours:
        versions += hour["versions"]
        if found and versions > most:
            return found
        found = cast("datetime", hour["started_hour"])
    return datetime.min.replace(tzinfo=UTC)
