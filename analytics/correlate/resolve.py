"""
From new evidence to components: the closed set of units it touches, and which of their groups belong together.

The closed set is found by following identity values, message ids and links through ``identifier_units`` until
nothing new turns up; components are connected by label propagation. All on the engine, in the ``tick_`` tables.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics.correlate.batches import split_batches
from analytics.correlate.quarantine import Followed, judge_values
from analytics.correlate.statements import Statements
from analytics.correlate.watermarks import Move
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
    "tick_excluded",
    "tick_suspects",
    "tick_carried",
    "tick_quarantine",
)


def resolve(
    statements: Statements,
    limits: Mapping[str, int],
    judged_until: datetime,
    now: datetime,
    version: int,
    moved: Sequence[Move] = (),
) -> int:
    """
    Resolve what ``tick_new`` and the judgements due in (*judged_until*, *now*] touch.

    Args:
        statements: How to send.
        limits: Identifier type -> how many separate transactions one value may join.
        judged_until: The moment of the tick before.
        now: The moment of this tick.
        version: Number of this tick.
        moved: Systems whose sources moved; what waited for them is judged.

    Returns:
        The number of observations in the closed set; 0 when there is nothing to do.
    """
    statements.empty(*_WORK)
    statements.send(
        "units_new",
        judged_until=judged_until,
        now=now,
        moved=[*(move.system for move in moved), ""],
        moved_from_us=[*(move.from_us for move in moved), 0],
        moved_to_us=[*(move.to_us for move in moved), 0],
    )
    sizes = statements.sizes()
    if not sizes["tick_units"]:
        return 0
    statements.send("load_first")
    if sizes["tick_new"]:
        # Kept before the resolution reads them; a tick that is cut short finds its own evidence and goes on.
        statements.work("store_observations")
        statements.work("store_identifier_units", version=version)
    followed: dict[int, Followed] = {}
    if sizes["quarantined_values"]:
        statements.send("excluded", followed=[])
    closed = _close(statements, 0)
    _group(statements)
    _connect(statements)
    # Without new evidence nothing can become too much, or stop being it.
    while sizes["tick_new"] and (freed := judge_values(statements, limits, followed, lambda: _connect(statements))):
        followed |= freed
        statements.empty("tick_excluded")
        statements.send("excluded", followed=sorted(followed))
        statements.send("units_followed", values=sorted(freed), round=closed + 1)
        statements.send("load_round", round=closed + 1)
        closed = _close(statements, closed + 1)
        _group(statements)
        _connect(statements)
    return statements.count("tick_observations")


def _group(statements: Statements) -> None:
    """Every observation once, in the group that belongs together whatever values it carries."""
    statements.empty("tick_observations")
    statements.work("observations_once")
    sizes = statements.sizes()
    if sizes["tick_observations"] < sizes["tick_loaded"]:
        statements.work("observations_merged")
    split_batches(statements)


def _connect(statements: Statements) -> None:
    """Join the groups that share a value which is not in ``tick_excluded``, a message id or a link."""
    statements.empty("tick_carriers", "tick_pairs", "tick_labels", "tick_members")
    statements.work("carriers")
    statements.work("pairs_continuous")
    sizes = statements.sizes()
    if sizes["tick_pairs"] < sizes["tick_carriers"]:
        statements.work("pairs_reused")
    _spread(statements)


def _close(statements: Statements, first: int) -> int:
    """Add what hangs on the units of round *first*, round by round; return the last round."""
    known = statements.count("tick_units")
    for number in range(first, first + _MAX_ROUNDS):
        statements.send("expand_round", round=number)
        found = statements.count("tick_units")
        if found == known:
            return number
        known = found
        statements.send("load_round", round=number + 1)
    raise TransientError("the closed set of a tick did not close")


def _spread(statements: Statements) -> None:
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
