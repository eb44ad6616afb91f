"""What components are called, against a plain reckoning over dicts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.connect import Pairs, use
from analytics.correlate.naming import names_of, parents_of
from tests.unit.analytics.correlate.observed import Seen, rows_of

COUNT = 3
OF_GROUP = {1: 0, 2: 0, 3: 1, 4: 2}
NONE = np.zeros(0, np.uint64)
IDENTIFIER = st.tuples(
    st.sampled_from(["po", "invoice", "message_id"]),
    st.sampled_from(["", "10", "9", "a", "Z", "é", "zz"]),
    st.sampled_from(["identity", "reference"]),
)
SEEN = st.builds(
    Seen,
    group=st.sampled_from(sorted(OF_GROUP)),
    ids=st.lists(IDENTIFIER, max_size=4, unique=True).map(tuple),
    parent=st.tuples(st.sampled_from(["po", "batch"]), st.sampled_from(["", "10", "9", "é"])),
)


def named(rows, pairs, of_group, count=COUNT):
    found, has_name = names_of(rows, of_group, count, pairs)
    return {name: getattr(column, "to_pylist", column.tolist)() for name, column in found.items()}, has_name.tolist()


def columns_of(seen):
    rows = rows_of(*seen)
    of_group = np.array([OF_GROUP[group] for group in rows.group_ids.tolist()], np.int64)
    return named(rows, use(rows, NONE), of_group)


def carried_by(seen, component, *, messages, identity=False):
    return {
        (*(text.encode() for text in one), own.group)
        for own in seen
        for one in own.ids
        if OF_GROUP[own.group] == component
        and (one[0] == "message_id") == messages
        and (not identity or one[2] == "identity")
    }


@given(st.lists(SEEN, max_size=8))
def test_components_are_called_as_a_plain_reckoning_calls_them(seen):
    found, has_name = columns_of(seen)
    for component in range(COUNT):
        roles = sorted({one[:3] for one in carried_by(seen, component, messages=False)})
        carried = [one for place, one in enumerate(roles) if one[:2] not in {other[:2] for other in roles[:place]}]
        assert [tuple(one.values()) for one in found["identifiers"][component]] == carried
        messages = {one[1] for one in carried_by(seen, component, messages=True)}
        assert sorted(found["messages"][component]) == sorted(messages)
        joining = [one[:2] for one in carried_by(seen, component, messages=False, identity=True)]
        several = {(*one, joining.count(one)) for one in joining if joining.count(one) > 1}
        assert {tuple(one.values()) for one in found["joins"][component]} == several
        assert len(found["joins"][component]) == len(several)
        key = (found["key_type"][component], found["key_value"][component])
        assert key == min(joining, default=(b"", b""))
        assert has_name[component] == bool(joining)


@given(st.lists(SEEN, max_size=8))
def test_parents_are_told_once_each_in_order(seen):
    rows = rows_of(*seen)
    of_row = np.array([OF_GROUP[one.group] for one in seen], np.int64)
    for component, found in enumerate(parents_of(rows, of_row, COUNT).to_pylist()):
        own = {one.parent for one in seen if OF_GROUP[one.group] == component and one.parent[1]}
        expected = sorted((kind.encode(), value.encode()) for kind, value in own)
        assert [tuple(one.values()) for one in found] == expected


def test_nothing_has_no_names():
    rows = rows_of()
    found, has_name = named(rows, use(rows, NONE), np.zeros(0, np.int64), 0)
    assert (set(map(tuple, map(tuple, found.values()))), has_name) == ({()}, [])
    assert parents_of(rows, np.zeros(0, np.int64), 0).to_pylist() == []


def test_a_component_without_a_key_has_an_empty_one_also_where_no_value_was_ever_seen():
    found, has_name = columns_of([Seen(group=3), Seen(group=4)])
    assert [found["key_type"], found["key_value"], found["key_epoch"]] == [[b""] * 3, [b""] * 3, [0] * 3]
    assert has_name == [False] * 3


def test_references_and_message_ids_name_nothing():
    found, has_name = columns_of([Seen(ids=(("po", "7", "reference"), ("message_id", "m-1")))])
    assert [found["key_value"][0], has_name[0], found["messages"][0]] == [b"", False, [b"m-1"]]


def test_a_value_that_is_excluded_names_nothing_and_is_still_told():
    rows = rows_of(Seen(ids=(("po", "7"),)))
    nothing = Pairs(*(np.zeros(0, np.int64) for _ in range(4)))
    found, has_name = named(rows, nothing, np.array([0]), 1)
    assert [found["key_value"], has_name] == [[b""], [False]]
    assert found["identifiers"] == [[{"type": b"po", "value": b"7", "role": b"identity"}]]


def test_each_use_of_a_value_is_named_by_the_moment_it_began():
    ids = (("po", "7"),)
    seconds = [100, 105, 200]
    rows = rows_of(*(Seen(group=place, at=at * 1_000_000, ids=ids) for place, at in enumerate(seconds, start=1)))
    found, _ = named(rows, use(rows, NONE), np.array([0, 0, 1]), 2)
    assert [found["key_value"], found["key_epoch"]] == [[b"7", b"7"], [10, 20]]


def test_a_value_joins_the_groups_of_each_of_its_uses_and_not_those_that_something_else_joins():
    ids = (("po", "7"),)
    seconds = [100, 105, 200, 300, 305, 310]
    rows = rows_of(*(Seen(group=place, at=at * 1_000_000, ids=ids) for place, at in enumerate(seconds, start=1)))
    found, _ = named(rows, use(rows, NONE), np.zeros(6, np.int64), 1)
    assert found["joins"] == [[{"type": b"po", "value": b"7", "units": 5}]]
    rows = rows_of(*(Seen(group=group, at=at * 1_000_000, ids=ids) for group, at in [(1, 200), (2, 100)]))
    found, _ = named(rows, use(rows, NONE), np.array([0, 0]), 1)
    assert found["joins"] == [[]]


def test_a_component_that_several_uses_meet_in_is_named_by_the_first_of_them():
    ids = (("po", "7"),)
    rows = rows_of(*(Seen(group=group, at=at * 1_000_000, ids=ids) for group, at in [(1, 200), (2, 100)]))
    found, _ = named(rows, use(rows, NONE), np.array([0, 0]), 1)
    assert found["key_epoch"] == [10]
