"""
Batch traces are taken apart: a span belongs to the nearest value above it, else to the only one below it.

What belongs to neither is the shared context of the batch and keeps the unit as its group.
"""

from analytics.correlate.statements import Statements
from core.errors import TransientError

_MAX_ROUNDS = 10_000
BATCH_WORK = (
    "tick_batches",
    "tick_batch_observations",
    "tick_batch_spans",
    "tick_batch_spans_next",
    "tick_batch_below",
    "tick_batch_below_next",
    "tick_fragments",
)


def split_batches(statements: Statements) -> bool:
    """Give the observations of batch traces in ``tick_observations`` the group of their part; return if any is."""
    statements.work("batches")
    if not statements.count("tick_batches"):
        return False
    statements.work("batch_take")
    statements.command("batch_leave")
    statements.work("batch_spans")
    _climb(statements)
    statements.work("batch_spare")
    _turn(statements, "tick_batch_spans")
    _climb(statements)
    _look_below(statements)
    statements.work("fragments")
    statements.work("batch_put")
    return True


def _climb(statements: Statements) -> None:
    for _ in range(_MAX_ROUNDS):
        if not statements.rows("batch_climbing")[0]["climbing"]:
            return
        statements.work("batch_climb")
        _turn(statements, "tick_batch_spans")
    raise TransientError("spans of a trace are each other's parents")


def _look_below(statements: Statements) -> None:
    for _ in range(_MAX_ROUNDS):
        statements.work("batch_below")
        settled = statements.rows("batch_below_state")[0]["settled"]
        _turn(statements, "tick_batch_below")
        if settled:
            return
    raise TransientError("owners below the spans of a trace did not settle")


def _turn(statements: Statements, table: str) -> None:
    statements.store.execute(f"EXCHANGE TABLES {table} AND {table}_next")
    statements.empty(f"{table}_next")
