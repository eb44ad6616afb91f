"""
The closed set of a tick: the units of new evidence and every unit that values, message ids and links lead to from them.

``identifier_units`` says who carries a value; it is asked once a round, until nothing new turns up.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import numbers
from analytics.correlate.keys import Keys, carried
from analytics.correlate.segments import NOTHING, Ints, among, distinct
from analytics.correlate.statements import Statements
from core.errors import TransientError

_MAX_ROUNDS = 1_000
_LEAP_ROUNDS = 8
"""After so many rounds what is left is a chain, of which each round finds one link more."""


@dataclass(frozen=True)
class Closed:
    """
    What was found.

    Attributes:
        units: The units, in order.
        copies: Numbers of all observations, once for each copy.
        holds: Columns that are mostly empty and hold something here.
        last_round: Number of the last round.
    """

    units: Ints = field(default_factory=lambda: NOTHING)
    copies: Ints = field(default_factory=lambda: NOTHING)
    holds: frozenset[str] = frozenset()
    last_round: int = 0


def load(statements: Statements, version: int, units: pa.Table) -> tuple[Keys, bool]:
    """
    Load what stands of *units* into ``tick_loaded``, and store the new evidence among it.

    It is stored before the closed set is followed: a tick that is cut short finds its own and goes on.

    Args:
        statements: How to send.
        version: Number of this tick.
        units: Units that new evidence touches (``fresh``) or that are judged anew.

    Returns:
        What the observations carry, and whether any is new.
    """
    statements.send("load_first")
    keys = Keys.of(statements.arrow("keys"))
    fresh = numbers(units, "unit_id")[numbers(units, "fresh") != 0]
    if len(fresh):
        statements.work("store_observations")
        values, carriers = carried(keys, fresh)
        versions = np.full(len(values), version, np.uint64)
        statements.put(
            "identifier_units", pa.table({"identity_hash": values, "unit_id": carriers, "version": versions})
        )
    return keys, len(fresh) > 0


def close(statements: Statements, so_far: Closed, keys: Keys, excluded: Ints) -> Closed:
    """
    Add to *so_far* and to ``tick_loaded`` what hangs on the units of its last round, round by round.

    Every few rounds the stored transactions of what was reached are added whole: a chain of a thousand traces, each
    linked to the one before, would take as many rounds. They may hold units that nothing leads to any more; a closed
    set that is too large gives the same transactions.

    Args:
        statements: How to send.
        so_far: What was found; its last round is not followed yet.
        keys: What the observations of that round carry.
        excluded: Hashes of the values that are not followed, in order.
    """
    known, copies, holds = so_far.units, [so_far.copies, keys.observations], so_far.holds | keys.holds()
    reached = distinct(keys.units)
    for number in range(so_far.last_round, so_far.last_round + _MAX_ROUNDS):
        values, units = _carriers(statements, keys.leads(reached))
        if len(excluded):
            units = units[~among(values, excluded)]
        reached = distinct(np.concatenate((units, keys.linked.values, _leap(statements, number, so_far.last_round))))
        reached = reached[~among(reached, known)]
        if not len(reached):
            return Closed(known, np.concatenate(copies), holds, number)
        known = np.sort(np.concatenate((known, reached)))
        rounds = np.full(len(reached), number + 1, np.uint16)
        statements.put("tick_units", pa.table({"unit_id": reached, "round": rounds}))
        keys = load_round(statements, number + 1)
        copies.append(keys.observations)
        holds |= keys.holds()
    raise TransientError("the closed set of a tick did not close")


def follow(statements: Statements, so_far: Closed, values: list[int], excluded: Ints) -> Closed:
    """Add the units of *values*, which are followed again, and what hangs on them."""
    number = so_far.last_round + 1
    statements.send("units_followed", values=values, round=number)
    units = np.sort(numbers(statements.arrow("units"), "unit_id"))
    return close(statements, replace(so_far, units=units, last_round=number), load_round(statements, number), excluded)


def load_round(statements: Statements, number: int) -> Keys:
    """Load the units that round *number* found into ``tick_loaded``; return what they carry."""
    statements.send("load_round", round=number)
    return Keys.of(statements.arrow("keys_of_round", round=number))


def _leap(statements: Statements, number: int, first: int) -> Ints:
    """Return the units of the stored transactions that round *number* reached, in every `_LEAP_ROUNDS`-th round."""
    if (number - first) % _LEAP_ROUNDS != _LEAP_ROUNDS - 1:
        return NOTHING
    return numbers(statements.arrow("units_of_transactions", round=number), "unit_id")


def _carriers(statements: Statements, values: Ints) -> tuple[Ints, Ints]:
    """Return which units carry *values*, as pairs."""
    if not len(values):
        return NOTHING, NOTHING
    statements.empty("tick_values")
    statements.put("tick_values", pa.table({"value": values}))
    found = statements.arrow("carried_by")
    return numbers(found, "identity_hash"), numbers(found, "unit_id")
