"""What is wrong with a catalog, where, and how to mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ConfigError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """
    One thing wrong.

    Attributes:
        file: File as it was found.
        line: Line from 1.
        code: Stable name of the check, e.g. ``unknown-owner``.
        message: What is wrong.
        remedy: How to mend it.
        severity: ``error``, or ``warning`` for what is poor but works.
        blocking: Whether the catalog cannot be used with it.
    """

    file: Path
    line: int
    code: str
    message: str
    remedy: str = ""
    severity: Severity = "error"
    blocking: bool = False

    def as_dict(self) -> dict[str, str | int]:
        """Return the finding as JSON."""
        return {
            "file": str(self.file),
            "line": self.line,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.line}: {self.severity}: {self.message}{remedy} [{self.code}]"


class CatalogError(ConfigError):
    """
    The catalog cannot be used.

    Args:
        findings: What is wrong; at least one.
    """

    def __init__(self, findings: list[Finding]) -> None:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"the catalog is broken: {first}{more}", remedy="see `wayline check`")
        self.findings = findings


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint naming the known name nearest to *name*."""
    names = sorted({str(candidate) for candidate in known})
    folded = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    return f"known are {', '.join(names[:6])}" + (", …" if len(names) > 6 else "") if names else ""  # noqa: PLR2004 - half a dozen fits a line
