"""
The two kinds of failure every seam of Wayline distinguishes.

A permanent error will fail again with the same input; a transient one may succeed when tried again. Only
the place that owns a retry loop catches `TransientError`; everything else lets both pass upwards.
"""

import traceback
from pathlib import Path


class WaylineError(Exception):
    """
    A failure with a remedy.

    Args:
        message: What is wrong, without payload values (they may be health data).
        remedy: What the reader can do about it; empty when the message says it.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}" if self.remedy else self.message


class PermanentError(WaylineError):
    """The same input will fail again; do not retry."""


class TransientError(WaylineError):
    """
    May succeed later.

    Args:
        message: What is wrong.
        remedy: What the reader can do.
        retry_after_s: Suggested wait in seconds before the next attempt.
    """

    def __init__(self, message: str, *, remedy: str = "", retry_after_s: float = 1.0) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_s = retry_after_s


class ConfigError(PermanentError):
    """Settings or catalog are wrong; the process should not start with them."""


def locate_failure(error: BaseException) -> str:
    """
    Return the types of *error* and of its causes, with where each passed, innermost last; no message.

    A message may quote the data it stumbled over, and a log must hold none. Messages of our own errors are
    free of it by their contract and stand behind their type.
    """
    told = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = " < ".join(
            f"{_module_path(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in reversed(traceback.extract_tb(current.__traceback__))
        )
        message = f": {current}" if isinstance(current, WaylineError) else ""
        told.append(f"{type(current).__name__}{message} at {frames or '(nowhere)'}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "; from ".join(told)


def _module_path(filename: str) -> str:
    """Return package and file: the folders above them say only where Wayline is installed."""
    return "/".join(Path(filename).parts[-2:])
