"""
Which stored segments are still to be correlated: all that the ledger has and the progress has not, whatever their age.

Looking through the whole ledger costs as much as there is in it. So a moment is remembered up to which all is done,
with the number of entries before it; while that number stays the same only what was stored later is looked at. An
entry that turns up in the past changes the number, and then everything is looked at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.sqlfiles import load_sql
from storage.store import Store

_BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
_LOOK_BACK = timedelta(minutes=10)
_MOST_SEGMENTS = 10_000


@dataclass(frozen=True)
class Segment:
    """A stored segment; *rows* as the ledger counted them."""

    segment_id: int
    signal: str
    rows: int
    stored_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class _Done:
    """All *entries* stored before *until* are correlated."""

    until: datetime = _BEGINNING
    entries: int = 0


class Ledger:
    """
    The segments one correlation still has to take, oldest first.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done = _Done()
        self._next = _Done()
        self._latest = _BEGINNING
        self._entries = -1
        self._idle_at = -1
        self._more = False

    def pending(self, most_rows: int) -> tuple[list[Segment], bool]:
        """
        Return segments of *most_rows* rows at most (or a single one), and whether there are more.

        While nothing was entered since nothing was pending this costs about a millisecond, whatever there is.
        """
        self._entries = int(self._store.value("SELECT count() FROM ingest_ledger"))
        if self._entries == self._idle_at:
            return [], False
        # Counted before the look: what is entered in between is seen by the look, or is one too many the next time.
        before = self._before(self._done.until)
        until = max(self._done.until, self._latest - _LOOK_BACK)
        moves = until - self._done.until > _LOOK_BACK
        self._next = _Done(until, self._before(until)) if moves else _Done(self._done.until, before)
        since = self._done.until if before == self._done.entries else _BEGINNING
        found = self._look(since)
        taken: list[Segment] = []
        total = 0
        for segment in found:
            if taken and total + segment.rows > most_rows:
                break
            taken.append(segment)
            total += segment.rows
        self._more = len(taken) < len(found) or len(found) == _MOST_SEGMENTS
        if not taken:
            self._settle()
        return taken, self._more

    def enter(self, segments: Sequence[Segment], now: datetime) -> None:
        """Enter *segments*, as `pending` returned them last, as done; from then on they are not pending."""
        if not segments:
            return
        self._store.execute(
            load_sql("analytics.correlate", "sql/enter_segments"),
            {
                "segments": [segment.segment_id for segment in segments],
                "stored": [segment.stored_at for segment in segments],
                "now": now,
            },
        )
        self._latest = max(self._latest, *(segment.stored_at for segment in segments))
        self._settle()

    def _settle(self) -> None:
        """Nothing of the last look is left, or nothing of this may be remembered."""
        if not self._more:
            self._done, self._idle_at = self._next, self._entries

    def _before(self, moment: datetime) -> int:
        return int(self._store.value(load_sql("analytics.correlate", "sql/ledger_before"), {"moment": moment}))

    def _look(self, since: datetime) -> list[Segment]:
        rows = self._store.rows(
            load_sql("analytics.correlate", "sql/pending_segments"), {"since": since, "most": _MOST_SEGMENTS}
        )
        return [Segment(**row) for row in rows]
