"""The closed set against a walk over who carries what; the engine is a dict here."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate import closure
from analytics.correlate.carriers import CarrierIndex
from analytics.correlate.closure import Closed, close, follow, load
from analytics.correlate.keys import Keys
from core.errors import TransientError

BASE = 2**64 - 100
"""Numbers of units lie where a number with a sign, or a float, would lose them."""


class Engine:
    """
    Answers the statements of the closed set.

    Args:
        units: Unit -> values it carries and units it links to.
        transactions: Units of each stored transaction.
        stored: Units that are found under their own number.
    """

    def __init__(self, units, fresh=(), transactions=(), stored=()):
        self._units = units
        self._stored = stored
        self.asked = []
        self._transactions = transactions
        self._fresh = fresh
        self._put = {}
        self._rounds = {}
        self.sent = []

    def send(self, name, **params):
        self.sent.append(name)
        if name == "load_stored":
            self._fresh = sorted({*self._fresh, *self._put["tick_values"]["value"].to_pylist()})
        if name == "units_followed":
            own = [unit for unit, (values, _) in self._units.items() if set(values) & set(params["values"])]
            new = [unit for unit in own if unit not in self._rounds]
            self._rounds |= dict.fromkeys(new, params["round"])

    def work(self, name):
        self.sent.append(name)

    def empty(self, table):
        self._put.pop(table, None)

    def put(self, table, rows):
        self._put[table] = rows
        if table == "tick_units":
            rounds = rows["round"].to_pylist() if "round" in rows.column_names else [0] * rows.num_rows
            self._rounds |= dict(zip(rows["unit_id"].to_pylist(), rounds, strict=True))

    def arrow(self, name, **params):
        if name == "carried_by":
            return self._carried_by(set(self._put["tick_values"]["value"].to_pylist()))
        if name == "units":
            return pa.table({"unit_id": pa.array(self._rounds, pa.uint64())})
        if name == "keys":
            return self.keys(self._fresh)
        if name == "units_of_transactions":
            self.sent.append(name)
            reached = {unit for unit, number in self._rounds.items() if number == params["round"]}
            whole = {unit for units in self._transactions if reached & set(units) for unit in units}
            return pa.table({"unit_id": pa.array(sorted(whole), pa.uint64())})
        return self.keys([unit for unit, number in self._rounds.items() if number == params["round"]])

    def _carried_by(self, asked):
        self.asked.append(asked)
        pairs = [(unit, unit) for unit in self._stored if unit in asked] + [
            (value, unit)
            for unit, (values, links) in self._units.items()
            for value in (*values, *links)
            if value in asked
        ]
        values, units = zip(*pairs, strict=True) if pairs else ([], [])
        return pa.table({"identity_hash": pa.array(values, pa.uint64()), "unit_id": pa.array(units, pa.uint64())})

    def keys(self, units):
        lists = pa.list_(pa.uint64())
        return pa.table(
            {
                "unit_id": pa.array(units, pa.uint64()),
                "observation_id": pa.array(units, pa.uint64()),
                "identity_hashes": pa.array([self._units[unit][0] for unit in units], lists),
                "hop_hashes": pa.array([[] for _ in units], lists),
                "linked_units": pa.array([self._units[unit][1] for unit in units], lists),
                "parent_hash": pa.array([0 for _ in units], pa.uint64()),
                "has_event_id": pa.array([0 for _ in units], pa.uint8()),
            }
        )

    def put_of(self, table):
        return self._put[table].to_pydict()


def unsigned(values):
    return np.array(sorted(values), np.uint64)


def closed_from(units, start, excluded=(), transactions=()):
    engine = Engine(units, transactions=transactions)
    return close(
        engine,
        CarrierIndex(engine),
        Closed(units=unsigned(start)),
        Keys.of(engine.keys(sorted(start))),
        unsigned(excluded),
    )


def walked(units, start, excluded):
    found = set(start)
    while True:
        values = {value for unit in found for value in units[unit][0]} - set(excluded)
        linked = {link for unit in found for link in units[unit][1]}
        more = {unit for unit, (own, links) in units.items() if set(own) & values or set(links) & found} | linked
        if more <= found:
            return found
        found |= more


@given(st.data())
def test_the_closed_set_is_what_a_walk_reaches(data):
    names = [BASE + place for place in range(6)]
    carries = st.tuples(
        st.lists(st.integers(1, 5), max_size=3, unique=True),
        st.lists(st.sampled_from(names), max_size=1),
    )
    units = {name: data.draw(carries) for name in names}
    start = data.draw(st.sets(st.sampled_from(names), min_size=1))
    excluded = data.draw(st.sets(st.integers(1, 5), max_size=3))
    found = closed_from(units, start, excluded)
    assert found.units.tolist() == sorted(walked(units, start, excluded))
    assert sorted(found.copies.tolist()) == found.units.tolist()


def test_a_chain_is_followed_one_round_a_link_in_both_directions():
    units = {BASE + place: ([], [BASE + place + 1] if place < 4 else []) for place in range(5)}
    found = closed_from(units, [BASE + 2])
    assert found.units.tolist() == [BASE + place for place in range(5)]
    assert [found.last_round, found.holds] == [2, {"linked_units"}]


def test_a_long_chain_is_closed_by_the_transaction_it_was_seen_in():
    units = {BASE - place: ([], [BASE - place - 1]) for place in range(5_000)} | {BASE - 5_000: ([], [])}
    found = closed_from(units, [BASE], transactions=[sorted(units)])
    assert found.units.tolist() == sorted(units)
    assert found.last_round < 20


def test_a_stored_transaction_that_fell_apart_does_no_harm():
    units = {BASE + place: ([], [BASE + place + 1] if place < 19 else []) for place in range(20)}
    units |= {BASE + 50: ([3], []), BASE + 51: ([3], [])}
    found = closed_from(units, [BASE], transactions=[[BASE + 9, BASE + 50], [BASE + 7, BASE + 50]])
    assert found.units.tolist() == sorted(units)


def test_units_that_carry_nothing_close_at_once():
    found = closed_from({BASE: ([], [])}, [BASE])
    assert [found.units.tolist(), found.last_round, found.holds] == [[BASE], 0, frozenset()]


def test_a_set_that_does_not_close_in_the_rounds_there_are_is_an_error(monkeypatch):
    monkeypatch.setattr(closure, "_MAX_ROUNDS", 3)
    units = {BASE + place: ([place, place + 1], []) for place in range(5)}
    with pytest.raises(TransientError, match="did not close"):
        closed_from(units, [BASE])


def test_values_that_are_followed_again_bring_their_units_and_what_hangs_on_them():
    units = {BASE: ([1], []), BASE + 1: ([1, 2], []), BASE + 2: ([2], []), BASE + 3: ([3], [])}
    engine = Engine(units)
    engine.put("tick_units", pa.table({"unit_id": unsigned([BASE]), "round": [0]}))
    first = close(
        engine, CarrierIndex(engine), Closed(units=unsigned([BASE])), Keys.of(engine.keys([BASE])), unsigned([1])
    )
    assert first.units.tolist() == [BASE]
    found = follow(engine, CarrierIndex(engine), first, [1], unsigned([]))
    assert found.units.tolist() == found.copies.tolist() == [BASE, BASE + 1, BASE + 2]
    assert found.last_round == 2


@pytest.mark.parametrize("fresh", [[], [BASE + 1]])
def test_only_new_evidence_is_stored_and_found_under_its_values(fresh):
    own = {BASE: ([1], []), BASE + 1: ([7, 1], [BASE])}
    engine = Engine(own, fresh=fresh)
    loaded = load(engine, CarrierIndex(engine), 3, unsigned([BASE]))
    assert [loaded.fresh, "store_observations" in engine.sent] == [bool(fresh)] * 2
    assert loaded.units.tolist() == loaded.keys.units.tolist() == sorted({BASE, *fresh})
    if fresh:
        expected = {"identity_hash": [1, 7, BASE, BASE + 1], "unit_id": [BASE + 1] * 4, "version": [3] * 4}
        assert engine.put_of("identifier_units") == expected


@pytest.mark.parametrize("stored", [[], [BASE]])
def test_what_is_stored_is_loaded_where_a_unit_is_found_under_its_number(stored):
    engine = Engine({BASE: ([1], []), BASE + 1: ([1], [])}, fresh=[BASE, BASE + 1], stored=stored)
    loaded = load(engine, CarrierIndex(engine), 3, unsigned([]))
    assert [loaded.stored, "load_stored" in engine.sent] == [bool(stored)] * 2
    assert engine.put_of("tick_values")["value"] == (stored or [1, BASE, BASE + 1])


def test_a_unit_that_is_judged_anew_is_loaded_whatever_it_is_found_under():
    engine = Engine({BASE: ([1], [])})
    assert load(engine, CarrierIndex(engine), 3, unsigned([BASE])).stored
    assert engine.put_of("tick_values")["value"] == [BASE]


def test_who_carries_a_value_is_asked_once():
    engine = Engine({BASE: ([1, 2], []), BASE + 1: ([2, 3], []), BASE + 2: ([3, 1], [])}, fresh=[BASE])
    index = CarrierIndex(engine)
    loaded = load(engine, index, 3, unsigned([]))
    found = close(engine, index, Closed(units=loaded.units), loaded.keys, unsigned([]), loaded.carriers)
    assert found.units.tolist() == [BASE, BASE + 1, BASE + 2]
    assert engine.asked == [{1, 2, BASE}, {3, BASE + 1, BASE + 2}]
