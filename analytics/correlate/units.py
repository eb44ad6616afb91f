"""Of which units and traces a component consists, also where traces were taken apart; pure."""

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import list_array
from analytics.correlate.rows import Rows, trace_halves
from analytics.correlate.segments import Ints, Joint, Segments, distinct, numbered, offsets, starts_of


def units_of(rows: Rows, of_row: Ints, of_group: Ints, count: int) -> dict[str, pa.Array]:
    """
    Return the units and the traces of each component, in order, and which part it has of its smallest trace.

    Args:
        rows: The observations.
        of_row: Component of each.
        of_group: Component of each group.
        count: How many components there are.
    """
    units, of_unit, owners = rows.by_group, np.arange(len(of_group)), of_group
    if "unit_id" in rows.table.column_names:  # where traces were taken apart
        units = Segments(rows.column("unit_id"))
        of_unit, owners = units.place, of_row
    unit_ids, joint = units.keys, Joint(len(units.keys))
    pairs = distinct(joint.of(owners, of_unit))
    owner, place = joint.first(pairs), joint.second(pairs)
    halves = trace_halves(rows.table)
    halves = halves[units.some[place]].astype(np.uint64)
    traced = np.flatnonzero((halves[:, 0] | halves[:, 1]) != 0)
    order = traced[_in_order(owner[traced], halves[traced])]
    texts = pa.py_buffer(halves[order].astype(">u8").tobytes())
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(order), [None, texts])
    return {
        "units": list_array(offsets(owner, count), pa.array(unit_ids[place])),
        "traces": list_array(offsets(owner[order], count), ids),
        "part": _part(rows, of_row, count, owner[order], place[order]),
    }


def _in_order(owner: Ints, halves: Ints) -> Ints:
    """Return the places that put traces in the order of their owners, those of one in the order of their ids."""
    by_id = Segments(halves[:, 0])
    if len(by_id.keys) < len(owner):  # the first half of an id may be anything, also always the same
        return np.lexsort((halves[:, 1], halves[:, 0], owner))
    joint = Joint(len(owner))
    return by_id.order[joint.second(np.sort(joint.of(owner, by_id.place)))]


def _part(rows: Rows, of_row: Ints, count: int, owner: Ints, unit: Ints) -> Ints:
    """
    Return of each component the smallest part that it has of its smallest trace, 0 where it has the shared context.

    Args:
        rows: The observations.
        of_row: Component of each observation.
        count: How many components there are.
        owner: The component of each of their traces, in order.
        unit: The place of its unit.
    """
    found = np.zeros(count, np.uint64)
    if "unit_id" not in rows.table.column_names:
        return found
    first = starts_of(owner)
    named_by = np.full(count, -1)
    named_by[owner[first]] = unit[first]
    units, place = numbered(rows.column("unit_id"))
    row = np.flatnonzero(place == named_by[of_row])
    groups = rows.group_ids[rows.group[row]]
    parts = Segments(of_row[row])
    whole = parts.greatest(groups == units[place[row]])
    found[parts.keys] = np.where(whole, 0, parts.least(groups))
    return found
