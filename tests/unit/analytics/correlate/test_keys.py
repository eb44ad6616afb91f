"""Which values a unit is found under, against a plain reckoning of the same rules."""

import numpy as np
import pyarrow as pa
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


@given(st.lists(st.booleans(), max_size=4))
def test_event_ids_are_asked_for_where_an_observation_has_one(has_one):
    none = pa.array([[] for _ in has_one], pa.list_(pa.uint64()))
    numbers = pa.array(range(len(has_one)), pa.uint64())
    columns = {"unit_id": numbers, "observation_id": numbers, "identity_hashes": none, "hop_hashes": none}
    columns |= {"linked_units": none, "parent_hash": pa.array([0] * len(has_one), pa.uint64())}
    keys = Keys.of(pa.table(columns | {"has_event_id": pa.array([int(one) for one in has_one], pa.uint8())}))
    assert keys.holds() == ({"event_id"} if any(has_one) else frozenset())
