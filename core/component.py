"""What everything that runs inside ``wayline serve`` has in common."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Health:
    """
    The state of one component.

    Attributes:
        name: Component name, e.g. ``spool``.
        ok: Whether it does its work.
        detail: One sentence for a person; no payload values.
    """

    name: str
    ok: bool
    detail: str = ""


class Component(Protocol):
    """Something with a lifetime, started last-to-first and stopped first-to-last along the data path."""

    def start(self) -> None:
        """Begin work; returns when ready."""
        ...

    def stop(self, timeout_s: float) -> None:
        """Stop taking work, finish what is under way within *timeout_s* seconds."""
        ...

    def health(self) -> list[Health]:
        """Return the current state, cheap enough for a probe every second."""
        ...
