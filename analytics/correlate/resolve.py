"""
From new evidence to components: the closed set of units it touches, and which of their groups belong together.

The closed set is found by following identity values, message ids and links through ``identifier_units`` until
nothing new turns up; components are connected by label propagation. All on the engine, in the ``tick_`` tables.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import TransientError
from storage.sqlfiles import load_sql
from storage.store import Store

_MAX_ROUNDS = 1_000
_WORK = (
    "tick_units",
    "tick_loaded",
    "tick_observations",
    "tick_carriers",
    "tick_pairs",
    "tick_labels",
    "tick_labels_next",
    "tick_members",
)


class Resolution:
    """
    One resolution; holds no state but the store and the settings of its statements.

    Args:
        store: The store.
        settings: Engine settings of every statement.
    """

    def __init__(self, store: Store, settings: Mapping[str, Any]) -> None:
        self._store = store
        self._settings = settings

    def run(self, judged_until: datetime, now: datetime) -> int:
        """
        Resolve what ``tick_new`` and the judgements due in (*judged_until*, *now*] touch.

        Returns:
            The number of observations in the closed set; 0 when there is nothing to do.
        """
        for table in _WORK:
            self._store.execute(f"TRUNCATE TABLE {table}")
        self._send("units_new", judged_until=judged_until, now=now)
        if not self._count("tick_units"):
            return 0
        self._send("load_new")
        self._close()
        self._send("observations_once")
        self._send("observations_merged")
        self._send("carriers")
        self._send("pairs_continuous")
        self._send("pairs_reused")
        self._connect()
        return self._count("tick_observations")

    def _close(self) -> None:
        for number in range(_MAX_ROUNDS):
            known = self._count("tick_units")
            self._send("load_round", round=number)
            self._send("expand_round", round=number)
            if self._count("tick_units") == known:
                return
        raise TransientError("the closed set of a tick did not close")

    def _connect(self) -> None:
        self._send("labels_start")
        for _ in range(_MAX_ROUNDS):
            self._send("labels_spread")
            state = self._store.rows(load_sql("analytics.correlate", "sql/labels_state"))[0]
            self._store.execute("EXCHANGE TABLES tick_labels AND tick_labels_next")
            self._store.execute("TRUNCATE TABLE tick_labels_next")
            if state["before"] == state["after"]:
                self._send("members")
                return
        raise TransientError("label propagation did not settle")

    def _send(self, name: str, **params: Any) -> None:
        self._store.execute(load_sql("analytics.correlate", f"sql/{name}"), params, self._settings)

    def _count(self, table: str) -> int:
        return int(self._store.value(f"SELECT count() FROM {table}"))
