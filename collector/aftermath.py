"""What a crash or a power cut has left behind, told to people as notices: it is over when they have dealt with it."""

from datetime import datetime

import structlog

from collector.spool import Spool
from core.clock import Clock
from core.selfmetrics import BROKEN_PARTS
from storage.sqlfiles import load_sql
from storage.store import Store

_log = structlog.get_logger(__name__)
_BROKEN = load_sql("collector", "sql/broken_parts")
_OPEN = load_sql("collector", "sql/open_notices")
_COLUMNS = ("id", "kind", "subject", "detail", "at", "ended_at", "version")
_MISSING = "a segment of acknowledged telemetry vanished from the spool before it was stored"
_BROKEN_PART = (
    "the store could not read a part at its start and set it aside; what the spool still keeps is stored anew"
)


class Aftermath:
    """
    Looks once after the start.

    Args:
        spool: Knows which segments vanished.
        store: Knows which parts are broken; holds the notices.
        clock: Dates the notices.
    """

    def __init__(self, spool: Spool, store: Store, clock: Clock) -> None:
        self._spool = spool
        self._store = store
        self._clock = clock
        self._broken = 0

    def problem(self) -> str:
        """Return what a person has to look at in the store, or an empty text."""
        if not self._broken:
            return ""
        return f"{self._broken} parts of the store are broken and were set aside: see the notices"

    def tell(self) -> None:
        """
        Write a notice for each thing found, and end those of things that are no longer so.

        Raises:
            storage.errors.StoreError: The store does not answer; try again.
        """
        parts = [f"{row['table']} {row['name']}" for row in self._store.rows(_BROKEN)]
        self._broken = len(parts)
        BROKEN_PARTS.set(self._broken)
        if parts:
            _log.error("parts of the store are broken", parts=len(parts))
        found = {("segment_missing", name): _MISSING for name in self._spool.missing_segments()}
        found |= {("part_broken", name): _BROKEN_PART for name in parts}
        now = self._clock.now()
        known = {(row["kind"], row["subject"]): row for row in self._store.rows(_OPEN)}
        rows = [self._row(*key, detail, now, None) for key, detail in found.items() if key not in known]
        over = [row for key, row in known.items() if key not in found]
        rows += [self._row(row["kind"], row["subject"], row["detail"], row["at"], now) for row in over]
        self._store.insert("notices", _COLUMNS, rows)

    def _row(self, kind: str, subject: str, detail: str, at: datetime, ended_at: datetime | None) -> list[object]:
        return [f"{kind} {subject}", kind, subject, detail, at, ended_at, self._clock.now_ns()]
