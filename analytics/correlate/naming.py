"""What a component is called and found by: its identifiers, the smallest of which names it; pure."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from analytics.correlate.columns import Coded, list_array, tuples, whole
from analytics.correlate.connect import Pairs
from analytics.correlate.rows import Identifiers, Rows
from analytics.correlate.segments import Ints, Joint, Segments, distinct, offsets, starts_of

_ROLES = [b"identity", b"reference"]
"""In the order of preference: what is an identity to one part is one to the whole."""


def names_of(rows: Rows, of_group: Ints, count: int, pairs: Pairs) -> tuple[dict[str, Any], Ints]:
    """
    Return the columns of identifiers, and which components carry an identity value.

    Args:
        rows: The observations.
        of_group: Component of each group.
        count: How many components there are.
        pairs: Which values join which groups.
    """
    ids, roles = rows.identifiers, Joint(len(_ROLES))
    carried = _carried(rows, of_group, roles)
    carried = carried[starts_of(roles.first(carried))]
    both, role = roles.first(carried), roles.second(carried)
    owner, kinds = ids.kind.first(both), ids.kind.second(both)
    rank, several = _rank_where_several(ids, owner, kinds)
    if several:
        typed = ids.kind.of(owner, ids.type_of(kinds))
        order = np.lexsort((role, rank[ids.value_of(kinds)], typed))
        kinds, role = kinds[order], role[order]
    identifiers = tuples(
        offsets(owner, count),
        type=ids.types.few(ids.type_of(kinds)),
        value=ids.texts.take(pa.array(ids.value_of(kinds))),
        role=pa.DictionaryArray.from_arrays(pa.array(role, pa.int32()), pa.array(_ROLES, pa.binary())),
    )
    message = distinct(ids.text.of(_owners(rows, of_group, ids.messages), ids.values[ids.messages]))
    messages = list_array(offsets(ids.text.first(message), count), ids.texts.take(pa.array(ids.text.second(message))))
    named, key = _key(ids, of_group[pairs.groups], pairs, rank, count)
    joins = _joins(ids, of_group[pairs.groups], pairs, count)
    return {"identifiers": identifiers, "messages": messages, "joins": joins, **key}, named


def _carried(rows: Rows, of_group: Ints, roles: Joint) -> Ints:
    """Return component, kind and role of what components carry, message ids apart, as one number each, in order."""
    ids, joining = rows.identifiers, rows.carriers.keys  # what joins is there once for each group already
    others = ~(ids.joining | ids.messages)
    component = np.concatenate((of_group[rows.grouped.second(joining)], _owners(rows, of_group, others)))
    kinds = np.concatenate((rows.grouped.first(joining), ids.kinds[others]))
    role = np.concatenate((np.zeros(len(joining), np.int64), (~ids.identities[others]).astype(np.int64)))
    return distinct(roles.of(ids.kind.of(component, kinds), role))


def _owners(rows: Rows, of_group: Ints, some: NDArray[np.bool_]) -> Ints:
    """Return the component of each of *some* identifiers."""
    return of_group[rows.group[rows.identifiers.rows[some]]]


def _rank_where_several(ids: Identifiers, owner: Ints, kinds: Ints) -> tuple[Ints, bool]:
    """
    Return numbers that sort as the values do, right where a component carries several values of one type.

    And whether any does.
    """
    rank = np.zeros(max(1, len(ids.texts)), np.int64)
    typed = ids.kind.of(owner, ids.type_of(kinds))
    sizes = np.diff(np.append(starts_of(typed), len(typed)))
    several = distinct(ids.value_of(kinds)[np.repeat(sizes > 1, sizes)])
    if len(several):
        by_text = pa.compute.sort_indices(ids.texts.take(pa.array(several))).to_numpy()
        rank[several[by_text]] = np.arange(len(several))
    return rank, len(several) > 0


def _key(ids: Identifiers, owner: Ints, pairs: Pairs, rank: Ints, count: int) -> tuple[Ints, dict[str, Any]]:
    """Return which components have a key, and it: the smallest type, value and epoch of each."""
    by_owner = Segments(owner)
    score = ids.text.of(ids.type_of(pairs.kinds), rank[ids.value_of(pairs.kinds)])
    smallest = score == by_owner.least(score)[by_owner.place]
    epoch = by_owner.least_where(pairs.epochs, smallest)
    at = by_owner.least_where(np.arange(len(owner)), smallest)
    named = np.zeros(count, bool)
    named[by_owner.keys] = True
    type_code, value, epochs = np.full(count, -1), np.full(count, -1), np.zeros(count, np.int64)
    type_code[by_owner.keys], value[by_owner.keys] = ids.type_of(pairs.kinds[at]), ids.value_of(pairs.kinds[at])
    epochs[by_owner.keys] = epoch
    return named, {
        "key_type": ids.types.few_or_none(type_code),
        "key_value": _taken(ids.texts, value),
        "key_epoch": epochs,
    }


def _taken(texts: pa.Array, places: Ints) -> pa.Array:
    """Return the texts at *places*, an empty one where that is -1."""
    chosen = texts.take(pa.array(places, mask=places < 0))
    return pa.compute.fill_null(chosen, b"")


def _joins(ids: Identifiers, owner: Ints, pairs: Pairs, count: int) -> pa.Array:
    """Return which values join how many groups of each component."""
    by_use = Segments(Joint(count).of(pairs.nodes, owner))
    several = by_use.sizes > 1  # uses of a value that only something else joins are no reason
    by_value = Segments(by_use.one(ids.kind.of(owner, pairs.kinds))[several])
    keys, units = by_value.keys, by_value.total(by_use.sizes[several])
    kinds = ids.kind.second(keys)
    return tuples(
        offsets(ids.kind.first(keys), count),
        type=ids.types.few(ids.type_of(kinds)),
        value=ids.texts.take(pa.array(ids.value_of(kinds))),
        units=pa.array(units.astype(np.uint32)),
    )


def parents_of(rows: Rows, of_row: Ints, count: int) -> pa.Array:
    """Return what each component names as its parent, in order of type and value."""
    if "parent_value" not in rows.table.column_names:
        nothing = pa.array([], pa.binary())
        return tuples(np.zeros(count + 1, np.int32), type=nothing, value=nothing)
    texts = whole(rows.table, "parent_value")
    some = np.flatnonzero(pa.compute.not_equal(texts, b"").to_numpy(zero_copy_only=False))
    types = rows.coded("parent_type")
    values = _ordered(texts.take(pa.array(some)))
    typed, valued = Joint(len(types.names)), Joint(len(values.names))
    keys = distinct(valued.of(typed.of(of_row[some], types.codes[some]), values.codes))
    owner, type_code = typed.first(valued.first(keys)), typed.second(valued.first(keys))
    return tuples(offsets(owner, count), type=types.plain(type_code), value=values.plain(valued.second(keys)))


def _ordered(texts: pa.Array) -> Coded:
    encoded = texts.dictionary_encode()
    by_text = pa.compute.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(by_text), np.int64)
    rank[by_text] = np.arange(len(by_text))
    names = encoded.dictionary.take(pa.array(by_text)).to_pylist()
    return Coded(names, rank[encoded.indices.to_numpy()])
