"""What a component is called and found by: its identifiers, the smallest of which names it; pure."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from analytics.correlate.columns import Coded, list_array, tuples
from analytics.correlate.connect import Pairs
from analytics.correlate.rows import Identifiers, Rows
from analytics.correlate.segments import Ints, Segments, distinct, offsets, starts_of


def names_of(ids: Identifiers, of_row: Ints, of_group: Ints, count: int, pairs: Pairs) -> tuple[dict[str, Any], Ints]:
    """
    Return the columns of identifiers, and which components carry an identity value.

    Args:
        ids: What the observations carry.
        of_row: Component of each observation.
        of_group: Component of each group.
        count: How many components there are.
        pairs: Which values join which groups.
    """
    width, roles = max(1, len(ids.texts)), max(1, len(ids.roles.names))
    component = of_row[ids.rows]
    plain = ~ids.messages
    carried = distinct((component[plain] * _span(ids) + ids.kinds[plain]) * roles + ids.roles.codes[plain])
    carried = carried[starts_of(carried // roles)]  # what is an identity to one part is one to the whole
    owner, kinds, role = carried // roles // _span(ids), carried // roles % _span(ids), carried % roles
    rank = _rank_where_several(ids, owner, kinds)
    typed = owner * max(1, len(ids.types.names)) + ids.type_of(kinds)
    order = np.argsort((typed * width + rank[ids.value_of(kinds)]) * roles + role)
    identifiers = tuples(
        offsets(owner, count),
        type=ids.types.plain(ids.type_of(kinds)[order]),
        value=ids.texts.take(pa.array(ids.value_of(kinds)[order])),
        role=ids.roles.plain(role[order]),
    )
    message = distinct(component[ids.messages] * width + ids.values[ids.messages])
    messages = list_array(offsets(message // width, count), ids.texts.take(pa.array(message % width)))
    named, key = _key(ids, of_group[pairs.groups], pairs, rank, count)
    joins = _joins(ids, of_group[pairs.groups], pairs, count)
    return {"identifiers": identifiers, "messages": messages, "joins": joins, **key}, named


def _span(ids: Identifiers) -> int:
    return max(1, len(ids.texts)) * max(1, len(ids.types.names))


def _rank_where_several(ids: Identifiers, owner: Ints, kinds: Ints) -> Ints:
    """Return numbers that sort as the values do, right where a component carries several values of one type."""
    rank = np.zeros(max(1, len(ids.texts)), np.int64)
    typed = owner * max(1, len(ids.types.names)) + ids.type_of(kinds)
    sizes = np.diff(np.append(starts_of(typed), len(typed)))
    several = distinct(ids.value_of(kinds)[np.repeat(sizes > 1, sizes)])
    if len(several):
        by_text = pa.compute.sort_indices(ids.texts.take(pa.array(several))).to_numpy()
        rank[several[by_text]] = np.arange(len(several))
    return rank


def _key(ids: Identifiers, owner: Ints, pairs: Pairs, rank: Ints, count: int) -> tuple[Ints, dict[str, Any]]:
    """Return which components have a key, and it: the smallest type, value and epoch of each."""
    by_owner = Segments(owner)
    score = ids.type_of(pairs.kinds) * max(1, len(ids.texts)) + rank[ids.value_of(pairs.kinds)]
    smallest = score == by_owner.least(score)[by_owner.place]
    epoch = by_owner.least_where(pairs.epochs, smallest)
    at = by_owner.least_where(np.arange(len(owner)), smallest)
    named = np.zeros(count, bool)
    named[by_owner.keys] = True
    type_code, value, epochs = np.full(count, -1), np.full(count, -1), np.zeros(count, np.int64)
    type_code[by_owner.keys], value[by_owner.keys] = ids.type_of(pairs.kinds[at]), ids.value_of(pairs.kinds[at])
    epochs[by_owner.keys] = epoch
    return named, {
        "key_type": ids.types.plain(type_code),
        "key_value": _taken(ids.texts, value),
        "key_epoch": epochs,
    }


def _taken(texts: pa.Array, places: Ints) -> pa.Array:
    """Return the texts at *places*, an empty one where that is -1."""
    chosen = texts.take(pa.array(places, mask=places < 0))
    return pa.compute.fill_null(chosen, b"")


def _joins(ids: Identifiers, owner: Ints, pairs: Pairs, count: int) -> pa.Array:
    """Return which values join how many groups of each component."""
    by_use = Segments(pairs.nodes * max(1, count) + owner)
    several = by_use.sizes > 1  # uses of a value that only something else joins are no reason
    by_value = Segments(by_use.one(owner * _span(ids) + pairs.kinds)[several])
    keys, units = by_value.keys, by_value.total(by_use.sizes[several])
    kinds = keys % _span(ids)
    return tuples(
        offsets(keys // _span(ids), count),
        type=ids.types.plain(ids.type_of(kinds)),
        value=ids.texts.take(pa.array(ids.value_of(kinds))),
        units=pa.array(units.astype(np.uint32)),
    )


def parents_of(rows: Rows, of_row: Ints, count: int) -> pa.Array:
    """Return what each component names as its parent, in order of type and value."""
    if "parent_value" not in rows.table.column_names:
        nothing = pa.array([], pa.binary())
        return tuples(np.zeros(count + 1, np.int32), type=nothing, value=nothing)
    texts = rows.table.column("parent_value").combine_chunks()
    some = np.flatnonzero(pa.compute.not_equal(texts, b"").to_numpy(zero_copy_only=False))
    types = rows.coded("parent_type")
    values = _ordered(texts.take(pa.array(some)))
    width = max(1, len(values.names))
    keys = distinct((of_row[some] * len(types.names) + types.codes[some]) * width + values.codes)
    owner = keys // width // len(types.names)
    return tuples(
        offsets(owner, count), type=types.plain(keys // width % len(types.names)), value=values.plain(keys % width)
    )


def _ordered(texts: pa.Array) -> Coded:
    encoded = texts.dictionary_encode()
    by_text = pa.compute.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(by_text), np.int64)
    rank[by_text] = np.arange(len(by_text))
    names = encoded.dictionary.take(pa.array(by_text)).to_pylist()
    return Coded(names, rank[encoded.indices.to_numpy()])
