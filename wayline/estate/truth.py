"""Ground truth: what every simulated transaction really was, one JSON line each (CONTRACT section 5)."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from core.clock import datetime_from_ns, rfc3339


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the trouble really began."""

    category: str
    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """
    One transaction.

    Attributes:
        status: A status of CONTRACT section 6.
        origin: None where there is no trouble to have one.
        fault: Name of the fault at work; None for none, and for one that was repaired on the way.
        started_at_ns: Event time of the earliest evidence.
        milestones: Milestone to ``done`` or ``failed``; those never reached are left out.
        breached: Whether the end-to-end deadline had passed before the transaction completed.
        children: Number of transactions it is the parent of.
    """

    flow: str
    identifiers: dict[str, str]
    status: str
    origin: Origin | None
    fault: str | None
    started_at_ns: int
    milestones: dict[str, str]
    breached: bool
    children: int

    def as_line(self) -> bytes:
        """Return the JSON line, newline included."""
        origin = {"category": self.origin.category, "system": self.origin.system} if self.origin else None
        body = {
            "flow": self.flow,
            "identifiers": self.identifiers,
            "status": self.status,
            "origin": origin,
            "fault": self.fault,
            "started_at": rfc3339(datetime_from_ns(self.started_at_ns)),
            "milestones": self.milestones,
            "breached": self.breached,
            "children": self.children,
        }
        return orjson.dumps(body) + b"\n"


class TruthFile:
    """
    Appends truth lines to a file, each readable as soon as it is written.

    Args:
        path: The file, replaced when it exists; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("wb", buffering=0) if path else None

    def write(self, truth: Truth) -> None:
        """Append *truth*."""
        if self._file:
            self._file.write(truth.as_line())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
