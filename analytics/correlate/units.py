"""Of which units and traces a component consists, also where traces were taken apart; pure."""

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import list_array
from analytics.correlate.rows import Rows, trace_halves
from analytics.correlate.segments import Ints, Segments, distinct, numbered, offsets, starts_of


def units_of(rows: Rows, of_row: Ints, count: int) -> dict[str, pa.Array]:
    """
    Return the units and the traces of each component, in order, and which part it has of its smallest trace.

    Args:
        rows: The observations.
        of_row: Component of each.
        count: How many components there are.
    """
    unit_ids, unit = rows.group_ids, rows.group
    if "unit_id" in rows.table.column_names:  # where traces were taken apart
        unit_ids, unit = numbered(rows.column("unit_id"))
    width = max(1, len(unit_ids))
    pairs = distinct(of_row * width + unit)
    owner, place = pairs // width, pairs % width
    some_row = np.zeros(width, np.int64)
    some_row[unit] = np.arange(len(unit))
    halves = trace_halves(rows.table)[some_row[place]] if len(unit) else trace_halves(rows.table)
    traced = np.flatnonzero((halves != 0).any(axis=1))
    order = traced[np.lexsort((halves[traced, 1], halves[traced, 0], owner[traced]))]
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(order), [None, pa.py_buffer(halves[order].tobytes())])
    return {
        "units": list_array(offsets(owner, count), pa.array(unit_ids[place])),
        "traces": list_array(offsets(owner[order], count), ids),
        "part": _part(rows, of_row, count, owner[order], place[order]),
    }


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
