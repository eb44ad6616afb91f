"""Columns as the engine sends them."""

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import coded, lists, numbers, tuples
from tests.unit.analytics.correlate.observed import few


def chunks(*parts):
    return pa.table({"own": pa.chunked_array(parts)})


def test_texts_sort_as_their_bytes_do_whatever_order_the_dictionary_is_in():
    found = coded(chunks(few(["é", "z", "", "Z", "z"])), "own")
    assert found.names == [b"", b"Z", b"z", "é".encode()]
    assert found.codes.tolist() == [3, 2, 0, 1, 2]


def test_parts_with_dictionaries_of_their_own_agree_on_codes():
    found = coded(chunks(few(["b", "a"]), few(["c", "b"])), "own")
    assert [found.names[code] for code in found.codes] == [b"b", b"a", b"c", b"b"]


def test_texts_come_back_from_their_codes_and_no_code_is_the_empty_text():
    found = coded(chunks(few(["b", "a"])), "own")
    codes = np.array([1, -1, 0])
    assert found.plain(codes).to_pylist() == [b"b", b"", b"a"]
    assert found.few(codes[[0, 2]]).to_pylist() == [b"b", b"a"]
    assert found.few_or_none(codes).to_pylist() == [b"b", b"", b"a"]
    assert [found.code_of(b"b"), found.code_of(b"c")] == [1, -1]


def test_the_empty_text_stands_once_among_few():
    found = coded(chunks(few(["b", ""])), "own").few_or_none(np.array([-1, 0, 1]))
    assert found.to_pylist() == [b"", b"", b"b"]
    assert found.dictionary.to_pylist() == [b"", b"b"]


def test_a_column_without_parts_is_empty_and_of_its_type():
    empty = pa.table({"own": pa.chunked_array([], few([]).type), "hash": pa.chunked_array([], pa.uint64())})
    assert [coded(empty, "own").names, coded(empty, "own").codes.tolist()] == [[], []]
    assert numbers(empty, "hash").dtype == np.uint64


def test_values_of_lists_know_their_rows_across_parts_and_slices():
    whole = pa.array([[9], [2**64 - 1, 1], [], [3]], pa.list_(pa.uint64()))
    found = lists(chunks(whole.slice(1, 2), whole.slice(2)), "own")
    assert found.values.tolist() == [2**64 - 1, 1, 3]
    assert found.rows.tolist() == [0, 0, 3]
    chosen = found.where(np.array([False, True, True, True]))
    assert [chosen.values.tolist(), chosen.rows.tolist()] == [[3], [2]]


def test_a_column_of_lists_that_was_not_asked_for_is_empty():
    found = lists(chunks(pa.array([1])), "linked_units")
    assert [len(found.values), len(found.rows), found.values.dtype] == [0, 0, np.uint64]


def test_tuples_begin_and_end_at_their_bounds():
    found = tuples(np.array([0, 0, 2]), type=pa.array([b"po", b"po"]), units=pa.array([2, 3]))
    assert found.to_pylist() == [[], [{"type": b"po", "units": 2}, {"type": b"po", "units": 3}]]
