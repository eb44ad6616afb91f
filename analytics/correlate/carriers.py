"""
Who carries a value: what ``identifier_units`` says, which is asked only for what may stand there.

A value that was never seen costs a granule to be found missing, and the more is stored the more granules there are. So
bits in memory say which values may be stored. After a start they are filled from the table, a piece after each tick in
the order of the hashes; what lies beyond is asked for. Each value is entered there before it is stored.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from analytics.correlate.bits import Bits
from analytics.correlate.columns import numbers
from analytics.correlate.segments import NOTHING, Ints, among
from analytics.correlate.statements import Statements

_PIECE_ROWS = 1_000_000
_ALL = 2**64
_ZERO = np.zeros(1, np.uint64)


@dataclass(frozen=True)
class Carriers:
    """
    Who carries what was asked for.

    Attributes:
        asked: What was asked for, in order.
        values, units: Value and unit, one element a pair.
    """

    asked: Ints = field(default_factory=lambda: NOTHING)
    values: Ints = field(default_factory=lambda: NOTHING)
    units: Ints = field(default_factory=lambda: NOTHING)


class CarrierIndex:
    """
    ``identifier_units``, of which this process is the only one that writes.

    Args:
        statements: How to send.
    """

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._forget()

    def _forget(self, expected: int = 0) -> None:
        self._bits = Bits(expected)
        self._known_below = 0
        self._piece = _ALL

    def recall(self) -> None:
        """
        Go on from what is stored, of whichever process.

        Earlier versions did not enter units under their own number; that is made good once, of which a unit 0 under the
        value 0 tells.
        """
        if not self._statements.rows("units_entered"):
            self._statements.send("enter_units")
            self._statements.put("identifier_units", pa.table({"identity_hash": _ZERO, "unit_id": _ZERO}))
        self._begin()

    def _begin(self) -> None:
        rows = self._statements.count("identifier_units")
        self._forget(rows)
        self._piece = _ALL // max(1, rows // _PIECE_ROWS)

    def learn(self) -> None:
        """Take in the next piece of what is stored, all of it anew where it has outgrown its room."""
        if self._bits.crowded:
            self._begin()
        if self._known_below < _ALL:
            end = min(_ALL, self._known_below + self._piece)
            found = self._statements.arrow("values_between", first=self._known_below, last=end - 1)
            self._bits.add(numbers(found, "identity_hash"))
            self._known_below = end

    def enter(self, values: Ints, units: Ints, version: int) -> None:
        """Store that *units* carry *values*, one element a pair."""
        self._bits.add(values)
        versions = np.full(len(values), version, np.uint64)
        rows = pa.table({"identity_hash": values, "unit_id": units, "version": versions})
        self._statements.put("identifier_units", rows)

    def ask(self, leads: Ints, asked: Ints = NOTHING) -> Carriers:
        """Return who carries *leads*, which are in order, but for what was *asked* before."""
        values = NOTHING if np.array_equal(leads, asked) else leads[~among(leads, asked)]
        maybe = self._bits.may_hold(values)
        if self._known_below < _ALL:
            maybe |= values >= np.uint64(self._known_below)
        wanted = values[maybe]
        if not len(wanted):
            return Carriers(values)
        look_for(self._statements, wanted)
        found = self._statements.arrow("carried_by")
        return Carriers(values, numbers(found, "identity_hash"), numbers(found, "unit_id"))


def look_for(statements: Statements, values: Ints) -> None:
    """Have *values* in ``tick_values``."""
    statements.empty("tick_values")
    statements.put("tick_values", pa.table({"value": values}))
