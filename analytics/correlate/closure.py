"""
The closed set of a tick: the units of new evidence and every unit that values, message ids and links lead to from them.

``identifier_units`` says who carries a value, and by a unit's own number whether anything is stored of it. It is asked
once a round, until nothing new turns up. New evidence mostly has nothing to do with what is stored, which is then not
looked at any further.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from analytics.correlate.carriers import CarrierIndex, Carriers, look_for
from analytics.correlate.columns import numbers
from analytics.correlate.keys import Keys, carried
from analytics.correlate.segments import NOTHING, Ints, Segments, among, distinct
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
        sorted_units: Unit of each observation of the first round, and these by their units.
        last_round: Number of the last round.
        stored: Whether any of it may have been stored before.
    """

    units: Ints = field(default_factory=lambda: NOTHING)
    copies: Ints = field(default_factory=lambda: NOTHING)
    holds: frozenset[str] = frozenset()
    sorted_units: tuple[Ints, Segments] | None = None
    last_round: int = 0
    stored: bool = False


@dataclass(frozen=True)
class Loaded:
    """
    What stands in ``tick_loaded`` before anything is followed.

    Attributes:
        keys: What the observations carry.
        carriers: Who else carries what the new ones do.
        units: The units, in order.
        fresh: Whether any is new.
        stored: Whether any was stored before.
    """

    keys: Keys
    carriers: Carriers
    units: Ints
    fresh: bool
    stored: bool


def load(statements: Statements, index: CarrierIndex, version: int, due: Ints) -> Loaded:
    """
    Load new evidence and what there is of its units and of those *due* into ``tick_loaded``, and store what is new.

    It is stored before the closed set is followed: a tick that is cut short finds its own and goes on. That it is there
    is said first.

    Args:
        statements: How to send.
        index: Who carries a value.
        version: Number of this tick.
        due: Units that are judged anew.
    """
    statements.work("load_new")
    keys = Keys.of(statements.arrow("keys"))
    fresh = keys.by_unit.keys
    units = distinct(np.concatenate((fresh, due)))
    statements.put("tick_units", pa.table({"unit_id": units}))
    carriers = index.ask(keys.leads(units))
    own = carriers.units[carriers.units == carriers.values]
    stored = distinct(np.concatenate((due, own[among(own, fresh)])))
    if len(stored):
        look_for(statements, stored)
        statements.send("load_stored")
        keys = Keys.of(statements.arrow("keys"))
    if len(fresh):
        index.enter(*carried(keys, fresh), version)
        statements.work("store_observations")
    return Loaded(keys, carriers, units, len(fresh) > 0, len(stored) > 0)


def close(
    statements: Statements,
    index: CarrierIndex,
    so_far: Closed,
    keys: Keys,
    excluded: Ints,
    carriers: Carriers | None = None,
) -> Closed:
    """
    Add to *so_far* and to ``tick_loaded`` what hangs on the units of its last round, round by round.

    Every few rounds the stored transactions of what was reached are added whole: a chain of a thousand traces, each
    linked to the one before, would take as many rounds. They may hold units that nothing leads to any more; a closed
    set that is too large gives the same transactions.

    Args:
        statements: How to send.
        index: Who carries a value.
        so_far: What was found; its last round is not followed yet.
        keys: What the observations of that round carry.
        excluded: Hashes of the values that are not followed, in order.
        carriers: Who carries some of that, where it was asked already.
    """
    known, copies, holds = so_far.units, [so_far.copies, keys.observations], so_far.holds | keys.holds()
    first, reached, found, stored = (keys.units, keys.by_unit), keys.by_unit.keys, carriers or Carriers(), so_far.stored
    for number in range(so_far.last_round, so_far.last_round + _MAX_ROUNDS):
        asked, units = found.asked, found.units[~among(found.values, excluded)]
        found = index.ask(keys.leads(reached), asked)
        units = np.concatenate((units, found.units[~among(found.values, excluded)]))
        reached = distinct(np.concatenate((units, keys.linked.values, _leap(statements, number, so_far.last_round))))
        reached = reached[~among(reached, known)]
        if not len(reached):
            return Closed(known, np.concatenate(copies), holds, so_far.sorted_units or first, number, stored)
        stored = True
        known = np.sort(np.concatenate((known, reached)))
        rounds = np.full(len(reached), number + 1, np.uint16)
        statements.put("tick_units", pa.table({"unit_id": reached, "round": rounds}))
        keys = load_round(statements, number + 1)
        copies.append(keys.observations)
        holds |= keys.holds()
        found = Carriers(distinct(np.concatenate((asked, found.asked))))
    raise TransientError("the closed set of a tick did not close")


def follow(statements: Statements, index: CarrierIndex, so_far: Closed, values: list[int], excluded: Ints) -> Closed:
    """Add the units of *values*, which are followed again, and what hangs on them."""
    number = so_far.last_round + 1
    statements.send("units_followed", values=values, round=number)
    units = np.sort(numbers(statements.arrow("units"), "unit_id"))
    so_far = replace(so_far, units=units, last_round=number, stored=True)
    return close(statements, index, so_far, load_round(statements, number), excluded)


def load_round(statements: Statements, number: int) -> Keys:
    """Load the units that round *number* found into ``tick_loaded``; return what they carry."""
    statements.send("load_round", round=number)
    return Keys.of(statements.arrow("keys_of_round", round=number))


def _leap(statements: Statements, number: int, first: int) -> Ints:
    """Return the units of the stored transactions that round *number* reached, in every `_LEAP_ROUNDS`-th round."""
    if (number - first) % _LEAP_ROUNDS != _LEAP_ROUNDS - 1:
        return NOTHING
    return numbers(statements.arrow("units_of_transactions", round=number), "unit_id")
