"""
What each source of evidence was last refused for, until something of it is taken again.

Known to this process only, like its own metrics. Messages are ours: they never quote what was sent.
"""

import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SourceError:
    """Why something of a source was not taken, and when."""

    message: str
    at: datetime


class SourceErrors:
    """The last error of each source; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, SourceError] = {}

    def note(self, source: str, message: str, at: datetime) -> None:
        """Enter that something of *source* was not taken."""
        with self._lock:
            self._known[source] = SourceError(message, at)

    def clear(self, source: str) -> None:
        """Enter that something of *source* was taken."""
        if source in self._known:
            with self._lock:
                self._known.pop(source, None)

    def known(self) -> dict[str, SourceError]:
        """Return the sources whose last delivery failed."""
        with self._lock:
            return dict(self._known)


SOURCE_ERRORS = SourceErrors()
