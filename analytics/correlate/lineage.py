"""Parents and children: who is part of whom, and how the parts stand."""

from datetime import datetime

from analytics.correlate.statements import Statements

_WORK = ("tick_parents", "tick_children", "tick_adopted")


def relate(statements: Statements, version: int) -> None:
    """Fill ``tick_parents`` and ``tick_children`` for ``tick_transactions``, and store the children."""
    statements.empty(*_WORK)
    if statements.rows("has_parents")[0]["named"]:
        statements.work("parents")
    if statements.count("tick_parents"):
        statements.work("store_children", version=version)
    if statements.store.value("SELECT count() FROM (SELECT 1 FROM transaction_children LIMIT 1)"):
        statements.send("children")
        statements.send("adopted")


def store_made_parents(statements: Statements, version: int, now: datetime) -> None:
    """Add to ``tick_final`` parents made of their children, and children that got their parent only now."""
    named = bool(statements.count("tick_parents"))
    adopted = bool(statements.count("tick_adopted"))
    if named:
        statements.send("parents_made", version=version, now=now)
        statements.work("parents_made_lookups", version=version)
    if adopted:
        statements.send("children_adopted", version=version, now=now)
        statements.send("store_adopted", version=version)
    if named or adopted:
        statements.send("parents_made_hours", version=version, now=now)
