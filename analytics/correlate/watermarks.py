"""
How far each declared source has spoken, and whether it is blind.

A source that promises to speak (`expect_every`) has the time of its latest evidence as its watermark; a deadline that
it owes evidence for is judged once the watermark has passed it, or not at all while the source is blind. A source is
armed by its first evidence: never heard is not blind.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.correlate.statements import Statements
from runbooks.catalogs import Catalog
from runbooks.estate import Source


@dataclass(frozen=True)
class Watermark:
    """When a source was last heard, and since when it is blind."""

    heard_at: datetime
    blind_since: datetime | None = None


@dataclass
class Watermarks:
    """The watermarks of declared sources that promise to speak, by source."""

    known: dict[str, Watermark] = field(default_factory=dict)

    def recall(self, statements: Statements) -> None:
        """Go on from what is stored."""
        for row in statements.rows("watermarks_known"):
            self.known[row["source"]] = Watermark(row["watermark"], row["blind_since"])

    def advance(self, statements: Statements, catalog: Catalog, now: datetime, version: int) -> None:
        """Take in what ``tick_new`` says and what silence says at *now*; store what changed."""
        declared = [source for source in catalog.sources.values() if source.expect_every is not None]
        if not declared:
            return
        heard = {row["system"]: row["heard_at"] for row in statements.rows("systems_heard", now=now)}
        changed = []
        for source in declared:
            moments = [heard[system] for system in source.systems if system in heard]
            before = self.known.get(source.name)
            if before is None and not moments:
                continue
            after = judge(source, max([*moments, *([before.heard_at] if before else [])]), now)
            if after != before:
                self.known[source.name] = after
                changed.append(_row(source.name, after, version))
        statements.store.insert("source_watermark_history", _COLUMNS, changed)

    def blind(self) -> Iterable[str]:
        """Return the names of the sources that are blind."""
        return [name for name, watermark in self.known.items() if watermark.blind_since]


def judge(source: Source, heard_at: datetime, now: datetime) -> Watermark:
    """Return the watermark of *source* last heard at *heard_at*, blind when it has been silent for too long."""
    if source.expect_every is None:
        return Watermark(heard_at)
    patience = timedelta(seconds=source.expect_every.seconds + source.ingest_delay.seconds)
    return Watermark(heard_at, heard_at + patience if now > heard_at + patience else None)


_COLUMNS = ("source", "watermark", "last_event_at", "last_received_at", "blind", "blind_since", "declared", "version")


def _row(name: str, watermark: Watermark, version: int) -> list[object]:
    heard = watermark.heard_at
    return [name, heard, heard, heard, watermark.blind_since is not None, watermark.blind_since, 1, version]
