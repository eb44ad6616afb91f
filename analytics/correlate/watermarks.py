"""
How far each declared source has spoken, and whether it is blind.

A source that promises to speak (`expect_every`) has the time of its latest evidence as its watermark; a deadline that
it owes evidence for is judged once the watermark has passed it, or not at all while the source is blind. A source is
armed by its first evidence: never heard is not blind. Outside its calendar a source promises nothing: it does not turn
blind there, and its watermark goes with the clock.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.correlate.statements import Statements
from analytics.sla.business_time import from_unix_us, ladder, unix_us
from analytics.sla.calendars import due_at
from core.errors import ConfigError
from core.units import Duration
from runbooks.calendars import Calendar
from runbooks.catalogs import Catalog
from runbooks.estate import Source

NEVER_US = 0
UNPROMISED_US = -1
_END_US = 2**62
_LOOK_BACK = timedelta(days=14)
_COLUMNS = ("source", "watermark", "last_event_at", "last_received_at", "blind", "blind_since", "declared", "version")
_NOTICE = ("id", "kind", "subject", "detail", "at", "ended_at", "version")


@dataclass(frozen=True)
class Watermark:
    """
    How far a source has spoken.

    Attributes:
        heard_at: Time of its latest evidence.
        passed_at: The moment before which nothing more is expected of it; later than *heard_at* only around the hours
            in which it promises nothing.
        blind_since: Since when it is blind.
    """

    heard_at: datetime
    passed_at: datetime
    blind_since: datetime | None = None


@dataclass(frozen=True)
class Move:
    """
    A system whose sources moved: judgements that waited for a moment in (*from_us*, *to_us*] are due.

    Sources move *back*, too: one that was heard for the first time, of a time before that of the others. Then also what
    was judged at once, and never waited, is due.
    """

    system: str
    from_us: int
    to_us: int
    back: bool = False


@dataclass
class Watermarks:
    """
    The watermarks of declared sources that promise to speak, by source.

    Attributes:
        known: As of the tick under way.
        entered: As of the last tick that was finished: a tick that is cut short sees the same moves again.
    """

    known: dict[str, Watermark] = field(default_factory=dict)
    entered: dict[str, Watermark] = field(default_factory=dict)

    def recall(self, statements: Statements) -> None:
        """Go on from what is stored."""
        for row in statements.rows("watermarks_known"):
            self.known[row["source"]] = Watermark(row["last_event_at"], row["watermark"], row["blind_since"])
        self.entered = dict(self.known)

    def advance(self, catalog: Catalog, heard: Mapping[str, datetime], now: datetime) -> list[Move]:
        """Take in what new evidence (source -> latest time) and silence say at *now*; return who moved."""
        for source in catalog.sources.values():
            if source.expect_every is None:
                continue
            before = self.known.get(source.name)
            moments = [*([heard[source.name]] if source.name in heard else []), *([before.heard_at] if before else [])]
            if moments:
                calendar = catalog.calendars.get(source.calendar)
                self.known[source.name] = judge(source, max(moments), now, calendar)
        moved = {name for name, mark in self.known.items() if self.entered.get(name) != mark}
        systems = {system for name in moved if name in catalog.sources for system in catalog.sources[name].systems}
        return [move for system in sorted(systems) if (move := self._move(catalog, system))]

    def enter(self, statements: Statements, now: datetime, version: int) -> None:
        """Store what changed since the last tick that was finished, and a notice for who went blind or speaks again."""
        changed = [name for name, mark in self.known.items() if self.entered.get(name) != mark]
        if not changed:
            return
        statements.store.insert(
            "source_watermark_history", _COLUMNS, [_row(name, self.known[name], version) for name in changed]
        )
        notices = [
            _notice(name, self.known[name], before, now, version)
            for name in changed
            if bool(self.known[name].blind_since) != bool((before := self.entered.get(name)) and before.blind_since)
        ]
        if notices:
            statements.store.insert("notices", _NOTICE, notices)
        self.entered = dict(self.known)

    def passed_us(self, catalog: Catalog, system: str) -> int:
        """
        Return the watermark of the armed sources that owe the evidence of *system*, the one furthest behind.

        Returns:
            Unix microseconds; `NEVER_US` when none was heard yet, `UNPROMISED_US` when none promises to speak.
        """
        return _state(self.known, catalog, system)[0]

    def blind(self, catalog: Catalog, system: str) -> bool:
        """Return whether a source that owes the evidence of *system* is blind."""
        return _state(self.known, catalog, system)[1]

    def _move(self, catalog: Catalog, system: str) -> Move | None:
        before, after = _state(self.entered, catalog, system), _state(self.known, catalog, system)
        if before == after:
            return None
        turned = before[1] != after[1] or before[0] <= NEVER_US
        to_us = _END_US if turned else max(before[0], after[0])
        return Move(system, min(before[0], after[0]), to_us, back=NEVER_US < after[0] < before[0])


def judge(source: Source, heard_at: datetime, now: datetime, calendar: Calendar | None = None) -> Watermark:
    """Return the watermark of *source* last heard at *heard_at*, blind when it has been silent for too long."""
    if source.expect_every is None:
        return Watermark(heard_at, heard_at)
    delay = timedelta(seconds=source.ingest_delay.seconds)
    always = calendar is None or calendar.always_open
    silent_from = heard_at + timedelta(seconds=source.expect_every.seconds) if always else None
    if calendar is not None and not always:
        silent_from = _due(heard_at, source.expect_every, calendar)
    if silent_from is not None and now > silent_from + delay:
        return Watermark(heard_at, heard_at, silent_from + delay)
    if calendar is None or always:
        return Watermark(heard_at, heard_at)
    return Watermark(heard_at, max(heard_at, _closed_until(calendar, now) - delay))


def _due(heard_at: datetime, patience: Duration, calendar: Calendar) -> datetime | None:
    try:
        return due_at(heard_at, patience, calendar)
    except ConfigError:
        return None  # a calendar that does not open: nothing is promised, so nothing is late


def _closed_until(calendar: Calendar, now: datetime) -> datetime:
    """Return *now* where *calendar* is closed, else when it opened last."""
    clock = ladder(calendar, (now - _LOOK_BACK).date(), (now + timedelta(days=1)).date(), "time")
    place = bisect_right(clock.opens, unix_us(now)) - 1
    if place < 0 or clock.closes[place] <= unix_us(now):
        return now
    return from_unix_us(clock.opens[place])


def _state(marks: Mapping[str, Watermark], catalog: Catalog, system: str) -> tuple[int, bool]:
    promising = [source for source in catalog.sources_owing(system) if source.expect_every is not None]
    if not promising:
        return UNPROMISED_US, False
    armed = [marks[source.name] for source in promising if source.name in marks]
    if not armed:
        return NEVER_US, False
    return unix_us(min(mark.passed_at for mark in armed)), any(mark.blind_since for mark in armed)


def _row(name: str, mark: Watermark, version: int) -> list[object]:
    blind = mark.blind_since is not None
    return [name, mark.passed_at, mark.heard_at, mark.heard_at, blind, mark.blind_since, 1, version]


def _notice(name: str, mark: Watermark, before: Watermark | None, now: datetime, version: int) -> list[object]:
    since = mark.blind_since or (before.blind_since if before else None) or now
    ended = None if mark.blind_since else now
    detail = f"source {name} has been silent for longer than it promises; what it owes is not judged"
    return [name, "source_blind", name, detail, since, ended, version]
