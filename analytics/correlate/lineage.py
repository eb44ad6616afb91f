"""Parents and children: who is part of whom, and how the parts stand."""

from datetime import datetime

from analytics.correlate.statements import Statements

_WORK = ("tick_parents", "tick_children", "tick_adopted")


def relate(statements: Statements, version: int, *, named: bool) -> None:
    """
    Fill ``tick_parents`` and ``tick_children`` for ``tick_transactions``, and store the children.

    Args:
        statements: How to send.
        version: Number of this tick.
        named: Whether the evidence of a transaction names a parent.
    """
    statements.empty(*_WORK)
    sizes = statements.sizes()
    if named or sizes["tick_fragments"]:
        statements.work("parents")
        if statements.count("tick_parents"):
            statements.work("store_children", version=version)
    if sizes["transaction_children"] or statements.count("tick_parents"):
        statements.send("children")
        statements.send("adopted")


def store_made_parents(statements: Statements, version: int, now: datetime) -> None:
    """Add to ``tick_final`` parents made of their children, and children that got their parent only now."""
    sizes = statements.sizes()
    named, adopted = bool(sizes["tick_parents"]), bool(sizes["tick_adopted"])
    if named:
        statements.send("parents_made", version=version, now=now)
        statements.work("parents_made_lookups", version=version)
    if adopted:
        statements.send("children_adopted", version=version, now=now)
        statements.send("store_adopted", version=version)
    if named or adopted:
        statements.send("parents_made_hours", version=version, now=now)
