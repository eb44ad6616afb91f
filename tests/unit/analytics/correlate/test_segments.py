"""Runs of equal keys against dicts of lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.segments import (
    BIG,
    Joint,
    Nested,
    Segments,
    among,
    distinct,
    numbered,
    offsets,
    repeated,
    starts_of,
)

HASHES = st.lists(st.sampled_from([0, 1, 2, 2**53, 2**53 + 1, 2**63, 2**64 - 2, 2**64 - 1]), max_size=30)
ROWS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-(10**15), 10**15), st.booleans()), max_size=40)


def unsigned(values):
    return np.array(values, np.uint64)


@given(HASHES, HASHES)
def test_hashes_of_64_bits_are_told_apart_to_the_last_bit(one, other):
    assert distinct(unsigned(one)).tolist() == sorted(set(one))
    assert among(unsigned(one), distinct(unsigned(other))).tolist() == [value in other for value in one]
    keys, place = numbered(unsigned(one))
    assert keys.dtype == np.uint64
    assert keys[place].tolist() == one


@given(ROWS)
def test_rows_are_reduced_key_by_key(rows):
    keys, values, masks = (np.array([row[part] for row in rows], kind) for part, kind in enumerate((int, int, bool)))
    own, chosen = {}, {}
    for key, value, mask in rows:
        own.setdefault(key, []).append(value)
        chosen.setdefault(key, []).extend([value] if mask else [])
    found = Segments(keys)
    order = sorted(own)
    assert found.keys.tolist() == order
    assert found.sizes.tolist() == [len(own[key]) for key in order]
    assert found.least(values).tolist() == [min(own[key]) for key in order]
    assert found.greatest(values).tolist() == [max(own[key]) for key in order]
    assert found.least_where(values, masks, -7).tolist() == [min(chosen[key], default=-7) for key in order]
    assert all(one in own[key] for key, one in zip(order, found.one(values).tolist(), strict=True))
    assert found.keys[found.place].tolist() == keys.tolist()


WIDE = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 3).map(lambda low: 2**63 + low),  # alike but for the last bits
    st.integers(0, 2**20),
)


@given(st.lists(WIDE, min_size=1, max_size=40), st.integers(0, 2**32), st.booleans())
def test_many_keys_keep_the_order_of_their_rows(pool, seed, small):
    keys = np.random.default_rng(seed).choice(unsigned(pool), 700)
    if small:
        keys = (keys >> np.uint64(40)).astype(np.int64)
    found, order = Segments(keys), np.argsort(keys, kind="stable")
    assert found.order.tolist() == order.tolist()
    assert found.keys.tolist() == sorted(set(keys.tolist())) == distinct(keys).tolist()
    assert found.keys.dtype == distinct(keys).dtype == keys.dtype
    assert (found.keys[found.place] == keys).all()


@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 6)), max_size=20), st.integers(7, 9))
def test_two_numbers_in_one_sort_as_both_and_come_apart_again(pairs, count):
    joint = Joint(count)
    first, second = (np.array([pair[part] for pair in pairs], np.int64) for part in (0, 1))
    both = joint.of(first, second)
    assert list(zip(joint.first(both).tolist(), joint.second(both).tolist(), strict=True)) == pairs
    assert [pairs[place] for place in np.argsort(both, kind="stable")] == sorted(pairs)


def test_a_number_of_one_takes_no_room():
    assert [Joint(count).of(np.array([5]), np.array([0])).tolist() for count in (0, 1)] == [[5], [5]]


@given(ROWS, st.lists(st.integers(0, 2), min_size=7, max_size=7))
def test_parts_are_reduced_to_wholes_as_their_rows_would_be(rows, whole_of):
    keys, values, masks = (np.array([row[part] for row in rows], kind) for part, kind in enumerate((int, int, bool)))
    parts = Segments(keys)
    nested = Nested(parts, np.array(whole_of)[parts.keys])
    flat = Segments(np.array(whole_of)[keys])
    assert nested.sizes.tolist() == flat.sizes.tolist()
    assert nested.least(values).tolist() == flat.least(values).tolist()
    assert nested.greatest(values).tolist() == flat.greatest(values).tolist()
    assert nested.least_where(values, masks, -7).tolist() == flat.least_where(values, masks, -7).tolist()


def test_the_smallest_hash_is_found_beyond_the_numbers_with_a_sign():
    found = Segments(np.array([5, 5, 6]))
    assert found.least(unsigned([2**64 - 1, 2**63 + 1, 2**64 - 1])).tolist() == [2**63 + 1, 2**64 - 1]
    times = np.array([BIG - 1, -BIG, BIG - 1])
    assert found.least_where(times, np.array([True, True, False])).tolist() == [-BIG, 0]


def test_nothing_reduces_to_nothing_of_the_same_kind():
    found = Segments(unsigned([]))
    assert found.keys.dtype == np.uint64
    for reduced in (found.least, found.greatest, found.one):
        assert reduced(unsigned([])).dtype == np.uint64
    assert [len(found.place), len(found.sizes), len(starts_of(unsigned([])))] == [0, 0, 0]
    assert among(unsigned([3]), unsigned([])).tolist() == [False]
    assert among(unsigned([]), unsigned([3])).tolist() == []


@given(st.lists(st.integers(0, 4), max_size=20).map(sorted))
def test_owners_without_a_part_have_an_empty_one(owners):
    bounds = offsets(np.array(owners, np.int64), 6)
    assert bounds.dtype == np.int32
    assert np.diff(bounds).tolist() == [owners.count(owner) for owner in range(6)]
    assert repeated(np.diff(bounds)).tolist() == owners


def test_no_owners_have_one_bound():
    assert offsets(np.zeros(0, np.int64), 0).tolist() == [0]
