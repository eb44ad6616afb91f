"""Which values a unit is found under, against a plain reckoning of the same rules."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.columns import Lists
from analytics.correlate.keys import Keys, carried

OBSERVATION = st.tuples(
    st.integers(1, 5), st.lists(st.integers(1, 6), max_size=3), st.lists(st.integers(20, 22), max_size=2)
)


def lists(column):
    rows = [row for row, values in enumerate(column) for _ in values]
    return Lists(np.array([value for values in column for value in values], np.uint64), np.array(rows, np.int64))


@given(st.lists(OBSERVATION, min_size=1, max_size=12), st.data())
def test_a_unit_of_new_evidence_is_found_once_under_each_value_it_carries(observations, data):
    units, identity, hops = zip(*observations, strict=True)
    fresh = data.draw(st.lists(st.sampled_from(sorted(set(units))), min_size=1, unique=True))
    keys = Keys(
        np.array(units, np.uint64),
        np.arange(len(units), dtype=np.uint64),
        lists(identity),
        lists(hops),
        lists([[unit + 100] for unit in units]),
        np.zeros(len(units), np.uint64),
    )
    values, carriers = carried(keys, np.array(fresh, np.uint64))
    expected = {
        (value, unit)
        for unit, *lists in observations
        if unit in fresh
        for own in (*lists, [unit + 100], [unit])
        for value in own
    }
    assert list(zip(values.tolist(), carriers.tolist(), strict=True)) == sorted(expected)
