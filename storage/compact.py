"""
Once a night, what is found by an id is merged into one part a table.

Ids are hashes, so that whoever looks for one looks into every part. Merges of the day leave some (each row is rewritten
seldom); of the night they may rewrite it all, as nobody waits for that.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time, timedelta

import structlog

from core.clock import Clock
from core.component import Health
from core.errors import WaylineError
from storage.sqlfiles import load_sql
from storage.store import Store, open_store

log = structlog.get_logger("wayline.store")
TABLES = (
    "transaction_identifiers",
    "identifier_units",
    "unit_transactions",
    "transaction_units",
    "transactions",
    "transaction_paths",
    "verdicts",
    "observations",
)
_WORTH_PARTS = 3
"""A table of fewer is left as it is: all of it would be written again for little."""
_LOOK_S = 20.0


class Compactor:
    """
    Merges the tables of a store whole at a time of day, one after the other.

    Args:
        store: The store, embedded: a server of one's own has its own nights.
        clock: Source of time.
        at: When, UTC.
    """

    def __init__(self, store: Store, clock: Clock, at: time) -> None:
        self._store = store
        self._clock = clock
        self._at = at
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._under_way = ""
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to wait for the time of day."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._run, name="compact", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End; a merge under way is given up, and what it had read stays as it was."""
        self._ending.set()
        with self._lock:
            table = self._under_way
            if table:
                self._store.execute(f"SYSTEM STOP MERGES {table}")
        if self._thread:
            self._thread.join(timeout_s)
            self._thread = None
        if table:
            self._store.execute(f"SYSTEM START MERGES {table}")

    def health(self) -> list[Health]:
        """Return nothing to worry about: a store is right with any number of parts."""
        return [Health("compact", ok=True, detail=f"merges {self._under_way}" if self._under_way else "")]

    def compact(self) -> list[str]:
        """
        Merge every table that has several parts; return which were.

        Over a connection of its own: a swap of tables has those of the store to itself, and would wait minutes for one.
        """
        alone = self._store.config.model_copy(update={"pool_size": 1})
        with closing(open_store(alone, create=False)) as own:
            return self._merged(own)

    def _merged(self, own: Store) -> list[str]:
        done = []
        for table in _scattered(own):
            if not self._begun(table):
                break
            try:
                own.execute(f"OPTIMIZE TABLE {table} FINAL")
                done.append(table)
            except WaylineError as error:
                if not self._ending.is_set():
                    log.warning("a table could not be merged whole", table=table, error=str(error))
            finally:
                with self._lock:
                    self._under_way = ""
        return done

    def _begun(self, table: str) -> bool:
        with self._lock:
            if not self._ending.is_set():
                self._under_way = table
            return bool(self._under_way)

    def _run(self) -> None:
        due = next_at(self._at, self._clock.now())
        while not self._ending.wait(_LOOK_S):
            if self._clock.now() < due:
                continue
            begun = self._clock.now()
            try:
                merged = self.compact()
                took_s = (self._clock.now() - begun).total_seconds()
                log.info("tables were merged whole", tables=merged, took_s=round(took_s, 1))
            except WaylineError as error:
                log.warning("tables could not be merged", error=str(error))
            due = next_at(self._at, self._clock.now())


def _scattered(store: Store) -> Iterator[str]:
    rows = store.rows(load_sql("storage.queries", "parts"), {"tables": list(TABLES)})
    parts = {row["table"]: row["parts"] for row in rows}
    return (table for table in TABLES if parts.get(table, 0) >= _WORTH_PARTS)


def next_at(at: time, now: datetime) -> datetime:
    """Return the first moment after *now* whose time of day is *at*, in the zone of *now*."""
    today = datetime.combine(now.date(), at, now.tzinfo)
    return today if today > now else today + timedelta(days=1)
