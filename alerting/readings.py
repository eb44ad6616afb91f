"""What the store said about one group of transactions at one evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reading:
    """
    Figures of one group; additive, so that rows of the store fold into the groups of a rule.

    Attributes:
        affected: Transactions in trouble; for absence, starts seen.
        total: Transactions looked at; 0 where the kind has no total.
        oldest_at: Start of the oldest affected transaction.
        breach_at: Next deadline that an affected transaction has not missed yet.
        steps: Milestones the affected ones wait for.
        systems: Where their trouble starts, as far as known.
        categories: Categories of those systems.
        flows: Flows they belong to.
        bad_counts: burn_rate: failed transactions per window, long and short in turn.
        total_counts: burn_rate: finished transactions per window, likewise.
        armed: absence: whether there has ever been one before the window.
        value: The figure the rule's threshold is compared with; set when the rule has judged.
    """

    affected: int = 0
    total: int = 0
    oldest_at: datetime | None = None
    breach_at: datetime | None = None
    steps: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    bad_counts: tuple[int, ...] = ()
    total_counts: tuple[int, ...] = ()
    armed: bool = False
    value: float = 0.0


def fold(readings: Iterable[Reading]) -> Reading:
    """Return the sum of *readings* of disjoint sets of transactions."""
    parts = list(readings)
    return Reading(
        affected=sum(part.affected for part in parts),
        total=sum(part.total for part in parts),
        oldest_at=_earliest(part.oldest_at for part in parts),
        breach_at=_earliest(part.breach_at for part in parts),
        steps=_union(part.steps for part in parts),
        systems=_union(part.systems for part in parts),
        categories=_union(part.categories for part in parts),
        flows=_union(part.flows for part in parts),
        bad_counts=_added(part.bad_counts for part in parts),
        total_counts=_added(part.total_counts for part in parts),
        armed=any(part.armed for part in parts),
    )


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in lists for name in names if name}))


def _added(lists: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(counts for counts in lists if counts), strict=True))


def reading_as_dict(reading: Reading) -> dict[str, Any]:
    """Return *reading* in JSON's types; `reading_from_dict` reads it back."""
    return {
        field.name: value.isoformat() if isinstance(value := getattr(reading, field.name), datetime) else value
        for field in fields(reading)
        if value_is_set(getattr(reading, field.name))
    }


def value_is_set(value: object) -> bool:
    """Return whether a field differs from its default, and so is worth keeping."""
    return value not in (None, 0, 0.0, (), False)


def reading_from_dict(stored: dict[str, Any]) -> Reading:
    """Return the reading that `reading_as_dict` wrote."""
    known: dict[str, Any] = {}
    for name, value in stored.items():
        if name in {"oldest_at", "breach_at"}:
            known[name] = datetime.fromisoformat(value)
        else:
            known[name] = tuple(value) if isinstance(value, list) else value
    return Reading(**known)
