"""
What a tick found out is compared with what is stored, and the difference becomes new versions.

Every statement may be repeated: the rows of a tick that was cut short are replaced by those of its repetition.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.sqlfiles import load_sql
from storage.store import Store

_STORED = (
    "store_observations",
    "store_identifier_units",
    "store_judgements",
    "store_transaction_units",
    "store_unit_transactions",
    "store_identifiers",
    "store_vanished_identifiers",
    "store_edges",
    "store_verdicts",
    "store_transactions",
    "store_vanished",
)


def load_prior(store: Store, settings: Mapping[str, Any]) -> None:
    """Fill ``tick_prior`` with what is stored of the closed set."""
    store.execute("TRUNCATE TABLE tick_prior")
    store.execute(load_sql("analytics.correlate", "sql/prior"), settings=settings)


def publish(store: Store, version: int, now: datetime, settings: Mapping[str, Any]) -> int:
    """
    Store what changed as *version*.

    Returns:
        The number of transactions that changed.
    """
    params = {"version": version, "now": now}
    store.execute("TRUNCATE TABLE tick_final")
    store.execute(load_sql("analytics.correlate", "sql/final"), params, settings)
    for name in _STORED:
        store.execute(load_sql("analytics.correlate", f"sql/{name}"), params, settings)
    return int(store.value("SELECT count() FROM tick_final"))
