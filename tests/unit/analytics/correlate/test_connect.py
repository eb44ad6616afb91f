"""Components and epochs against a plain reckoning of the same rules."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.connect import connect, spread
from analytics.correlate.rows import Rows

EDGES = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 12)), max_size=40)
NONE = np.zeros(0, np.uint64)


def smallest_reached(edges, count):
    """The smallest group that each group reaches, found one edge at a time."""
    labels = list(range(count))
    changed = True
    while changed:
        changed = False
        for group, node in edges:
            for other, same in edges:
                if node == same and labels[other] < labels[group]:
                    labels[group], changed = labels[other], True
    return labels


@given(EDGES)
def test_groups_are_labelled_with_the_smallest_that_nodes_connect_them_to(edges):
    groups = np.array([group for group, _ in edges], np.int64)
    nodes = np.array([node for _, node in edges], np.int64)
    labels, joined = spread(groups, nodes, 16)
    assert labels.tolist() == smallest_reached(edges, 16)
    sizes = {group: labels.tolist().count(labels[group]) for group in range(16)}
    assert set(joined.tolist()) == {group for group in range(16) if sizes[group] > 1}


def test_a_chain_that_runs_against_the_order_of_its_groups_is_one_component():
    order = np.random.default_rng(7).permutation(5_000)
    labels, _ = spread(np.repeat(order, 2)[1:-1], np.arange(9_998) // 2, 5_000)
    assert not labels.any()


def few(column):
    """Lists of texts as the engine sends those of few distinct values."""
    found = pa.array(column, pa.list_(pa.binary()))
    return pa.ListArray.from_arrays(found.offsets, found.flatten().dictionary_encode())


def rows(*observations):
    """Rows of (group, at in seconds, [(type, value)], [hop], [linked unit]); a gap is ten seconds."""
    groups, at, ids, hops, links = zip(*observations, strict=True) if observations else [[]] * 5
    at_us = pa.array([second * 1_000_000 for second in at], pa.int64())
    columns = {
        "group_id": pa.array(groups, pa.uint64()),
        "at_us": at_us,
        "end_us": at_us,
        "untimely": pa.array([int(second <= 0) for second in at], pa.uint8()),
        "trace_id": pa.array([bytes(16) for _ in groups], pa.binary(16)),
        "types": few([[kind.encode() for kind, _ in own] for own in ids]),
        "values": pa.array([[value.encode() for _, value in own] for own in ids], pa.list_(pa.binary())),
        "roles": pa.array([[1 for _ in own] for own in ids], pa.list_(pa.int8())),
        "identity_gaps_s": pa.array([[10 for _ in own] for own in ids], pa.list_(pa.uint32())),
        "identity_hashes": pa.array([[hash(one) % 2**63 for one in own] for own in ids], pa.list_(pa.uint64())),
        "hop_hashes": pa.array(hops, pa.list_(pa.uint64())),
        "linked_units": pa.array(links, pa.list_(pa.uint64())),
    }
    return Rows.of(pa.table(columns))


def components(*observations, excluded=NONE):
    found = rows(*observations)
    labels = connect(found, excluded).labels
    parts = {}
    for group, label in zip(found.group_ids.tolist(), labels.tolist(), strict=True):
        parts.setdefault(label, set()).add(group)
    return sorted(map(sorted, parts.values()))


def test_nothing_has_no_components():
    assert components() == []


def test_a_value_joins_within_its_gap_and_parts_beyond_it():
    own = [("po", "1")]
    assert components((1, 5, own, [], []), (2, 12, own, [], []), (3, 40, own, [], [])) == [[1, 2], [3]]


def test_evidence_without_a_time_goes_with_the_first_use():
    own = [("po", "1")]
    assert components((1, 5, own, [], []), (2, 40, own, [], []), (3, 0, own, [], [])) == [[1, 3], [2]]


def test_epochs_are_reckoned_value_by_value():
    one, two = [("po", "1")], [("po", "2")]
    found = components((1, 5, one, [], []), (2, 30, one, [], []), (3, 29, two, [], []), (4, 31, two, [], []))
    assert found == [[1], [2], [3, 4]]


def test_the_same_text_of_another_type_joins_nothing():
    assert components((1, 5, [("po", "1")], [], []), (2, 5, [("item", "1")], [], [])) == [[1], [2]]


def test_hops_and_links_join_and_numbers_of_different_kinds_do_not_meet():
    assert components((1, 5, [], [7], []), (2, 5, [], [7], []), (7, 5, [], [], []), (8, 5, [], [], [7])) == [
        [1, 2],
        [7, 8],
    ]


def test_a_value_that_is_excluded_joins_nothing():
    own = [("po", "1")]
    excluded = np.array([hash(own[0]) % 2**63], np.uint64)
    assert components((1, 5, own, [], []), (2, 5, own, [], []), excluded=excluded) == [[1], [2]]
