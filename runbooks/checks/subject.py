"""What every check looks at."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.catalogs import Catalog
from runbooks.findings import Finding, Severity, nearest
from runbooks.parsing import Declared, Parsed


@dataclass(frozen=True)
class Subject:
    """
    A catalog under examination.

    Attributes:
        parsed: Every declaration with its file and lines.
        catalog: The same, assembled and completed with defaults.
        today: Date against which staleness is judged.
    """

    parsed: Parsed
    catalog: Catalog
    today: dt.date

    def known(self, kind: str) -> set[str]:
        """Return the names of a kind, those of entries that are wrong themselves included."""
        collections: dict[str, Iterable[object]] = {
            "Flow": self.catalog.flows,
            "System": self.catalog.systems,
            "Tier": self.catalog.tiers,
            "Owner": self.catalog.owners,
            "Calendar": self.catalog.calendars,
            "Channel": self.catalog.channels,
            "Source": self.catalog.sources,
            "Runbook": self.catalog.runbooks,
        }
        misread = {name for misread_kind, name in self.parsed.misread if misread_kind == kind}
        return {str(name) for name in collections[kind]} | misread

    def unknown(self, item: Declared, kind: str, name: object, *path: str | int) -> list[Finding]:
        """Return a finding when *name*, which stands at *path* of *item*, names no entry of *kind*."""
        known = self.known(kind)
        if not name or str(name) in known:
            return []
        noun = "rule set" if kind == "RuleSet" else kind.lower()
        text = f"unknown {noun} {name!r}"
        remedy = nearest(str(name), known) or f"declare it as kind: {kind}"
        return [finding(item, f"unknown-{noun}", text, remedy, *path)]


def finding(
    item: Declared,
    code: str,
    message: str,
    remedy: str,
    *path: str | int,
    severity: Severity = "error",
) -> Finding:
    """Return a finding about the field at *path* of *item*, which is named in the message."""
    name = item.model.id if item.kind == "Runbook" else item.model.name
    return Finding(item.file, item.line_of(*path), code, f"{item.kind} {name}: {message}", remedy, severity)
