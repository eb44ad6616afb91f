"""
One process at a time takes rows: who creates the table of the running time slot has the work until the slot ends.

The server's clock counts the slots, so the processes' clocks do not matter; only the length of a slot is measured here,
on the monotonic clock. A holder stops a margin before the end, longer than one part takes.
"""

import time

from storage.errors import StoreError
from storage.sqlfiles import load_sql
from storage.store import Store

_NOW = load_sql("collector.otel_ingest", "sql/now")
_LEASES = load_sql("collector.otel_ingest", "sql/lease_tables")
_CREATE = load_sql("collector.otel_ingest", "sql/create_lease")
_DROP = "DROP TABLE IF EXISTS otel_ingest.{table:Identifier}"
SLOT_S = 60.0
_MARGIN_S = 15.0
_EXISTS = 57  # the engine's code for a table of that name


class Lease:
    """
    The right to take rows from one server.

    Args:
        store: The server.
        holder: Names this process, for people who look.
    """

    def __init__(self, store: Store, holder: str) -> None:
        self._store = store
        self._holder = holder
        self._until_s = float("-inf")
        self._slot = -1.0
        self._refused_slot = -1.0

    def is_held(self) -> bool:
        """Return whether this process may go on; asks nobody."""
        return time.monotonic() < self._until_s

    def acquire(self) -> bool:
        """
        Return whether the running slot is this process's, trying for it when it is nobody's.

        Raises:
            storage.errors.StoreError: The server does not answer.
        """
        if self.is_held():
            return True
        asked_s = time.monotonic()
        slot, passed_s = divmod(self._store.value(_NOW) / 1_000, SLOT_S)
        if slot == self._slot:
            # Nobody else asks for a slot that has not begun, so the holder goes on without a pause.
            slot, passed_s = slot + 1, passed_s - SLOT_S
        if slot == self._refused_slot or passed_s > SLOT_S - _MARGIN_S or not self._create(f"lease_{slot:.0f}"):
            self._refused_slot = slot
            return False
        self._slot = slot
        self._until_s = asked_s + SLOT_S - _MARGIN_S - passed_s
        return True

    def _create(self, table: str) -> bool:
        try:
            self._store.execute(_CREATE, {"table": table})
        except StoreError as error:
            if error.code != _EXISTS:
                raise
            return False
        self._store.insert(f"otel_ingest.{table}", ["holder"], [[self._holder]])
        for row in self._store.rows(_LEASES):
            if row["name"] < table:
                self._store.execute(_DROP, {"table": row["name"]})
        return True

    def release(self) -> None:
        """
        Let another process have the rest of the slot.

        Raises:
            storage.errors.StoreError: The server does not answer; the slot ends by itself.
        """
        if not self.is_held():
            return
        self._until_s, self._slot = float("-inf"), -1.0
        for row in self._store.rows(_LEASES):
            self._store.execute(_DROP, {"table": row["name"]})
