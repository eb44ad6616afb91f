"""
The system that transactions in trouble share and others pass by; pure.

As in spectrum-based fault localisation (Jones and Harrold, ASE 2005): what failing runs cover and passing runs do not
is suspicious. Here the runs are transactions and what they cover are systems, and counts decide how telling it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.origin.shapes import rise


class Path(NamedTuple):
    """Transactions that passed the same systems: whether they are in trouble, how many, and the id of one."""

    systems: tuple[str, ...]
    in_trouble: bool
    transactions: int
    example: str


@dataclass(frozen=True)
class Shared:
    """
    How transactions that passed a system fared.

    Attributes:
        troubled: In trouble.
        passed: All of them.
        troubled_elsewhere: In trouble, of those that did not pass it.
        elsewhere: All that did not pass it.
        example: A transaction in trouble that passed it.
    """

    troubled: int
    passed: int
    troubled_elsewhere: int
    elsewhere: int
    example: str

    @property
    def surprise(self) -> float:
        """Log-likelihood ratio of trouble here against trouble elsewhere; 0 when it is not more frequent."""
        return rise(self.troubled, self.passed, (self.troubled_elsewhere + 0.5) / (self.elsewhere + 1))


def shared_systems(paths: Sequence[Path]) -> dict[str, Shared]:
    """Return for each system on a path in trouble how transactions fared that passed it, and the others."""
    total = sum(path.transactions for path in paths)
    troubled = sum(path.transactions for path in paths if path.in_trouble)
    found = {}
    for system in sorted({system for path in paths if path.in_trouble for system in path.systems}):
        through = [path for path in paths if system in path.systems]
        passed = sum(path.transactions for path in through)
        here = sum(path.transactions for path in through if path.in_trouble)
        example = next(path.example for path in through if path.in_trouble)
        found[system] = Shared(here, passed, troubled - here, total - passed, example)
    return found
