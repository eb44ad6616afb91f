"""Parents and children: who is part of whom, and how the parts stand."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from analytics.correlate.statements import Statements
from core.clock import ns_from_datetime

_WORK = ("tick_parents", "tick_children", "tick_standing", "tick_adopted")
_MOST_LEVELS = 1_000
"""No business has so many; were there a ring that is not seen as one, the tick would go on all the same."""


def relate(
    statements: Statements, version: int, now: datetime, traits: Mapping[str, int], *, parted: bool
) -> tuple[bool, bool, bool]:
    """
    Fill ``tick_parents`` and ``tick_children`` for ``tick_transactions``, and store the children.

    Args:
        statements: How to send.
        version: Number of this tick.
        now: The moment of this tick.
        traits: What its transactions have, and had before.
        parted: Whether traces were taken apart, whose parts may have called each other.

    Returns:
        Whether a transaction of the tick has a parent or had one, whether any may have children, and whether an older
        child got its parent only now.
    """
    statements.empty(*_WORK)
    had = traits["children"] > 0 or traits["cut"] > 0
    child = had
    if traits["parents"] or parted:
        statements.work("parents")
        child = had or statements.count("tick_parents") > 0
    if child:
        _open_rings(statements)
        statements.work("store_children", version=version)
    if traits["cut"]:
        statements.send("store_cut_children", version=version)
    if not (child or statements.count("transaction_children")):
        return False, False, False
    _stand(statements, version, now, above=child)
    statements.work("store_standing_judgements")
    statements.send("adopted")
    return child, True, statements.count("tick_adopted") > 0


def _open_rings(statements: Statements) -> None:
    """Where evidence makes transactions each other's parents, one of each ring is taken for the uppermost."""
    links = {row["child"]: row["parent"] for row in statements.rows("nested_parents")}
    uppermost = [min(ring) for ring in rings(links)]
    if uppermost:
        statements.change("parents_leave", children=uppermost)


def rings(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Return who is above itself, ring by ring: *above* names what is directly above each; pure."""
    passed: set[str] = set()
    for first in above:
        way: dict[str, int] = {}
        one: str | None = first
        while one is not None and one not in passed:
            passed.add(one)
            way[one] = len(way)
            one = above.get(one)
        if one in way:
            yield list(way)[way[one] :]


def _stand(statements: Statements, version: int, now: datetime, *, above: bool) -> None:
    """Let parents be as their children are, level by level: the closed set holds whoever is above a child of it."""
    now_us = ns_from_datetime(now) // 1_000
    for _ in range(_MOST_LEVELS):
        statements.empty("tick_children", "tick_standing")
        statements.send("children")
        if not statements.count("tick_children"):
            return
        statements.work("standing", now_us=now_us)
        if not above or not statements.rows("standing_above")[0]["moved"]:
            return
        statements.work("store_standing", version=version)


def store_made_parents(statements: Statements, version: int, now: datetime, *, named: bool, adopted: bool) -> None:
    """Add to ``tick_final`` parents made of their children, and children that got their parent only now."""
    if named or adopted:
        statements.send("parents_made", version=version, now=now)
    if adopted:
        statements.send("children_adopted", version=version, now=now)
        statements.send("store_adopted", version=version)
    if named or adopted:
        statements.work("parents_made_lookups", version=version)
        statements.send("parents_made_hours", version=version, now=now)
