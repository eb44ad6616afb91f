"""Parents and children: who is part of whom, and how the parts stand."""

from datetime import datetime

from analytics.correlate.statements import Statements
from core.clock import ns_from_datetime

_WORK = ("tick_parents", "tick_children", "tick_standing", "tick_adopted")
_MOST_LEVELS = 32
"""Evidence that makes transactions each other's parents is not followed round and round."""


def relate(
    statements: Statements, version: int, now: datetime, *, named: bool, had: bool, parted: bool
) -> tuple[bool, bool, bool]:
    """
    Fill ``tick_parents`` and ``tick_children`` for ``tick_transactions``, and store the children.

    Args:
        statements: How to send.
        version: Number of this tick.
        now: The moment of this tick.
        named: Whether the evidence of a transaction names a parent.
        had: Whether a transaction had one that its evidence named before.
        parted: Whether traces were taken apart, whose parts may have called each other.

    Returns:
        Whether a transaction of the tick has a parent or had one, whether any may have children, and whether an older
        child got its parent only now.
    """
    statements.empty(*_WORK)
    child = had
    if named or parted:
        statements.work("parents")
        child = had or statements.count("tick_parents") > 0
    if child:
        statements.work("store_children", version=version)
    if not (child or statements.count("transaction_children")):
        return False, False, False
    _stand(statements, version, now, above=child)
    statements.work("store_standing_judgements")
    statements.send("adopted")
    return child, True, statements.count("tick_adopted") > 0


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
