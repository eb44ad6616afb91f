"""
Which values each unit carries; pure.

Values are compared by their 64-bit hashes, links by the number of the unit they point at.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import Lists, lists, numbers
from analytics.correlate.segments import Ints, Joint, Segments, among, distinct, numbered


@dataclass(frozen=True)
class Keys:
    """
    What observations carry, one element an observation.

    Attributes:
        units, observations: Their numbers.
        identity, hops: Hashes of identity values and of message ids.
        linked: Units that are linked to.
        parents: Hash of the business key that names the parent, 0 when there is none.
        any_event_id: Whether one of them has an event id, as all but spans do.
    """

    units: Ints
    observations: Ints
    identity: Lists
    hops: Lists
    linked: Lists
    parents: Ints
    any_event_id: bool = False

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """Return the columns of ``keys.sql``."""
        return cls(
            numbers(table, "unit_id"),
            numbers(table, "observation_id"),
            lists(table, "identity_hashes"),
            lists(table, "hop_hashes"),
            lists(table, "linked_units"),
            numbers(table, "parent_hash"),
            bool(numbers(table, "has_event_id").any()),
        )

    def holds(self) -> frozenset[str]:
        """Return which of the columns that are mostly empty hold anything."""
        named = {"hop_hashes": self.hops.values, "linked_units": self.linked.values}
        parents = ("parent_type", "parent_value") if self.parents.any() else ()
        event_id = ("event_id",) if self.any_event_id else ()
        return frozenset((*(name for name, values in named.items() if len(values)), *parents, *event_id))

    def leads(self, units: Ints) -> Ints:
        """Return every number that leads from *units*, whose keys these are, to others."""
        parents = self.parents[self.parents != 0]
        if not len(parents) and np.array_equal(units, self.by_unit.keys):
            return self.values[0]
        return distinct(np.concatenate((self.values[0], parents, units)))

    @cached_property
    def by_unit(self) -> Segments:
        """Observations by their units."""
        return Segments(self.units)

    @cached_property
    def values(self) -> tuple[Ints, Ints]:
        """Hashes of identity values and message ids, linked units, units: in order, and the place of each of them."""
        parts = (self.identity, self.hops, self.linked)
        return numbered(np.concatenate([*(part.values for part in parts), self.by_unit.keys]))


def carried(keys: Keys, fresh: Ints) -> tuple[Ints, Ints]:
    """
    Return under which values each of the units *fresh* is found: value and unit, in the order of both.

    Each is also found under its own number, which says that something is stored of it.
    """
    units, unit_of, (values, place) = keys.by_unit.keys, keys.by_unit.place, keys.values
    parts = (keys.identity, keys.hops, keys.linked)
    unit = np.concatenate([*(unit_of[part.rows] for part in parts), np.arange(len(units))])
    if len(fresh) < len(units):
        own = among(units, np.sort(fresh))[unit]
        place, unit = place[own], unit[own]
    joint = Joint(len(units))
    pairs = distinct(joint.of(place, unit))
    return values[joint.first(pairs)], units[joint.second(pairs)]
