"""
From new evidence to components: the closed set of units it touches, and which of their groups belong together.

The closed set is found by following identity values, message ids and links through ``identifier_units`` until
nothing new turns up; components are connected by label propagation. All on the engine, in the ``tick_`` tables.
"""

from datetime import datetime

from analytics.correlate.batches import split_batches
from analytics.correlate.statements import Statements
from core.errors import TransientError

_MAX_ROUNDS = 1_000
_WORK = (
    "tick_units",
    "tick_loaded",
    "tick_observations",
    "tick_carriers",
    "tick_pairs",
    "tick_labels",
    "tick_labels_next",
    "tick_members",
)


def resolve(statements: Statements, judged_until: datetime, now: datetime) -> int:
    """
    Resolve what ``tick_new`` and the judgements due in (*judged_until*, *now*] touch.

    Returns:
        The number of observations in the closed set; 0 when there is nothing to do.
    """
    statements.empty(*_WORK)
    statements.send("units_new", judged_until=judged_until, now=now)
    if not statements.count("tick_units"):
        return 0
    statements.work("load_new")
    _close(statements)
    statements.work("observations_once")
    resolved = statements.count("tick_observations")
    if resolved < statements.count("tick_loaded"):
        statements.work("observations_merged")
        resolved = statements.count("tick_observations")
    split_batches(statements)
    statements.work("carriers")
    statements.work("pairs_continuous")
    if statements.rows("has_reuse")[0]["reused"]:
        statements.work("pairs_reused")
    _connect(statements)
    return resolved


def _close(statements: Statements) -> None:
    known = statements.count("tick_units")
    for number in range(_MAX_ROUNDS):
        statements.send("load_round", round=number)
        statements.send("expand_round", round=number)
        found = statements.count("tick_units")
        if found == known:
            return
        known = found
    raise TransientError("the closed set of a tick did not close")


def _connect(statements: Statements) -> None:
    statements.work("labels_start")
    if not statements.count("tick_labels"):
        return
    for _ in range(_MAX_ROUNDS):
        statements.work("labels_spread")
        state = statements.rows("labels_state")[0]
        statements.store.execute("EXCHANGE TABLES tick_labels AND tick_labels_next")
        statements.empty("tick_labels_next")
        if state["before"] == state["after"]:
            statements.work("members")
            return
    raise TransientError("label propagation did not settle")
