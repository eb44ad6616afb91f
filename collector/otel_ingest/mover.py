"""
Takes the rows that foreign collectors inserted into database ``otel_ingest``, exactly once.

A part is never merged, so its rows are the same until it is dropped. They become requests that differ in no byte when
they are made again, and the spool stores equal requests once: so a part is appended, and dropped when it is on disk
there, and a death in between repeats nothing. Behind the spool everything is as for any other request.
"""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from collector.otel_ingest.config import OtelIngestConfig
from collector.otel_ingest.encode import Chunk, read_request
from collector.otel_ingest.lease import Lease
from collector.otel_ingest.statements import SIGNALS_OF_TABLES
from collector.spool import Spool
from collector.validate import Validator
from core.component import Health
from core.errors import TransientError, WaylineError
from core.faults import fault_point
from core.selfmetrics import ACCEPTED_ITEMS
from storage.sqlfiles import load_sql
from storage.store import Store

_log = structlog.get_logger(__name__)
_PARTS = load_sql("collector.otel_ingest", "sql/parts")
_FOREIGN = load_sql("collector.otel_ingest", "sql/foreign_tables")
_DROP = load_sql("collector.otel_ingest", "sql/drop_part")
_TABLES = list(SIGNALS_OF_TABLES)
_STORED_WITHIN_S = 60.0
_MOST_WAIT_POLLS = 32


@dataclass(frozen=True)
class _Part:
    table: str
    name: str
    rows: int
    bytes: int

    def chunks(self, chunk_bytes: int) -> Iterator[Chunk]:
        """Cut the part as it was cut the last time: by what never changes about it."""
        step = max(1, self.rows * chunk_bytes // max(self.bytes, chunk_bytes))
        for number, first in enumerate(range(0, self.rows, step)):
            yield Chunk(self.table, self.name, number, first, min(first + step, self.rows))


class OtelIngest:
    """
    One thread that empties the exporter's tables into the spool.

    Args:
        store: Where the tables are.
        spool: Where requests go.
        validator: Judges requests, as at the doors.
        config: Whether and how often.
    """

    def __init__(self, store: Store, spool: Spool, validator: Validator, config: OtelIngestConfig) -> None:
        self._store = store
        self._spool = spool
        self._validator = validator
        self._config = config
        # An embedded store has one process by nature.
        self._lease = Lease(store, f"{socket.gethostname()} {os.getpid()}") if store.config.url else None
        self._problem = ""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether this process looks for rows."""
        return bool(self._store.config.url) if self._config.enabled is None else self._config.enabled

    def start(self) -> None:
        """Begin to look for rows, unless that is switched off."""
        if self.is_enabled:
            self._thread = threading.Thread(target=self._run, name="otel-ingest", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Finish the part under way; the others wait in their tables."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def health(self) -> list[Health]:
        """Return whether rows are taken; nothing when that is switched off."""
        if self._thread is None:
            return []
        problem = self._problem or ("" if self._thread.is_alive() else "it is not running")
        return [Health("otel_ingest", ok=not problem, detail=problem or "rows of other collectors are taken")]

    def step(self) -> int:
        """
        Take every part there is; return how many were taken.

        Raises:
            WaylineError: The last trouble met; other parts were taken all the same.
        """
        foreign = [row["name"] for row in self._store.rows(_FOREIGN, {"tables": _TABLES})]
        trouble: WaylineError | None = None
        if foreign:
            trouble = TransientError(
                f"{', '.join(foreign)} in database otel_ingest was not made by Wayline",
                remedy="drop it, set create_schema: false in the exporter, and restart Wayline, which makes it",
            )
        taken = 0
        for row in self._store.rows(_PARTS, {"tables": _TABLES}):
            if row["table"] in foreign:
                continue
            if self._lease and not self._lease.acquire():
                break
            try:
                self._take(_Part(**row))
            except WaylineError as error:
                trouble = error
            else:
                taken += 1
        if trouble:
            raise trouble
        return taken

    def _take(self, part: _Part) -> None:
        signal = SIGNALS_OF_TABLES[part.table]
        under_way = []
        for chunk in part.chunks(self._config.chunk_bytes):
            checked = self._validator.check(signal, read_request(self._store, chunk))
            if checked.items + checked.rejected != chunk.last - chunk.first:
                raise TransientError(f"a part of {part.table} was read with another number of rows than it has")
            if checked.rejected:
                _log.warning("rows with invalid ids are left out", table=part.table, rows=checked.rejected)
            if checked.items:
                under_way.append((checked.items, self._spool.append(signal, checked.payload, items=checked.items)))
        for items, stored in under_way:
            if stored.result(_STORED_WITHIN_S):
                ACCEPTED_ITEMS.labels(signal, "otel_ingest").inc(items)
        fault_point("otel_ingest.taken")
        self._store.execute(_DROP, {"table": part.table, "part": part.name})
        fault_point("otel_ingest.dropped")

    def _run(self) -> None:
        failures = 0
        while not self._stopping.wait(self._config.poll_s * min(2**failures, _MOST_WAIT_POLLS)):
            try:
                self.step()
            except WaylineError as error:
                failures += 1
                self._problem = str(error)
                _log.warning("rows of other collectors could not be taken", error=str(error))
            else:
                failures, self._problem = 0, ""
        if self._lease:
            try:
                self._lease.release()
            except WaylineError as error:
                _log.info("the lease could not be given back", error=str(error))
