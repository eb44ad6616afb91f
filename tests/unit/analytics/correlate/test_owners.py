import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.owners import owners


def told(spans):
    """Owners of *spans*: (trace, id, parent, own value, spare value)."""
    columns = zip(*spans, strict=True) if spans else [[]] * 5
    return owners(*(np.array(list(column), np.uint64) for column in columns)).tolist()


def reckoned(spans):
    """The same one span at a time, by walking up and down."""
    parents = {(trace, span): (trace, parent) for trace, span, parent, _, _ in spans}

    def nearest(own):
        found = {}
        for key in parents:
            at, passed = key, set()
            while at in parents and at not in passed and not own[at]:
                passed.add(at)
                at = parents[at] if parents[at][1] else None
            found[key] = own.get(at, 0)
        return found

    first = nearest({(trace, span): own for trace, span, _, own, _ in spans})
    found = nearest({(trace, span): first[trace, span] or spare for trace, span, _, _, spare in spans})
    below = {key: set() for key in parents}
    for key, above in parents.items():
        at, passed = above if above[1] else None, set()
        while found[key] and at in parents and at not in passed and not found[at]:
            passed.add(at)
            below[at].add(found[key])
            at = parents[at] if parents[at][1] else None
    return [found[key] or (min(below[key]) if len(below[key]) == 1 else 0) for key in parents]


IDS = st.integers(1, 7)
SPANS = st.lists(
    st.tuples(st.integers(1, 2), IDS, st.integers(0, 8), st.sampled_from([0, 0, 0, 91, 92]), st.sampled_from([0, 81])),
    unique_by=lambda span: span[:2],
    max_size=12,
)


@given(SPANS)
def test_owners_are_those_that_a_walk_up_and_down_finds_also_where_spans_go_round(spans):
    assert told(spans) == reckoned(spans)


def test_a_trace_as_deep_as_it_is_long_is_owned_from_its_top_to_its_end():
    depth = 5_000
    chain = [(1, place, place - 1, 0, 0) for place in range(1, depth + 1)]
    assert told([(1, 1, 0, 9, 0), *chain[1:]]) == [9] * depth
    assert told([*chain[:-1], (1, depth, depth - 1, 9, 0)]) == [9] * depth


def test_ids_of_64_bits_are_told_apart_to_the_last_bit():
    assert told([(2**64 - 1, 2**64 - 1, 2**64 - 2, 0, 0), (2**64 - 1, 2**64 - 2, 0, 2**63 + 1, 0)]) == [2**63 + 1] * 2
