"""Values are looked for where they may be stored, and only there."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate import bits, carriers
from analytics.correlate.carriers import CarrierIndex

TOP = 2**63
"""Hashes are spread over all numbers."""


class Engine:
    """The table in memory; *stored* are pairs of value and unit."""

    def __init__(self, stored=(), entered=True):
        self.pairs = set(stored)
        self.entered = entered
        self.sent = []
        self.looked_for = []

    def rows(self, _name):
        return [{"found": 1}] if self.entered else []

    def send(self, name):
        self.sent.append(name)

    def count(self, _table):
        return len(self.pairs)

    def empty(self, *_tables):
        pass

    def put(self, table, rows):
        if table == "identifier_units":
            self.pairs |= set(zip(rows["identity_hash"].to_pylist(), rows["unit_id"].to_pylist(), strict=True))
        else:
            self.looked_for.append(rows["value"].to_pylist())

    def arrow(self, name, first=0, last=0):
        if name == "values_between":
            return pa.table({"identity_hash": pa.array([v for v, _ in self.pairs if first <= v <= last], pa.uint64())})
        found = sorted(pair for pair in self.pairs if pair[0] in self.looked_for[-1])
        values, units = zip(*found, strict=True) if found else ([], [])
        return pa.table({"identity_hash": pa.array(values, pa.uint64()), "unit_id": pa.array(units, pa.uint64())})


def unsigned(values):
    return np.array(sorted(values), np.uint64)


def recalled(engine):
    index = CarrierIndex(engine)
    index.recall()
    return index


def test_before_the_table_was_read_everything_is_looked_for():
    engine = Engine([(TOP, 7)])
    found = recalled(engine).ask(unsigned([1, TOP]))
    assert [engine.looked_for, found.values.tolist(), found.units.tolist()] == [[[1, TOP]], [TOP], [7]]


def test_once_it_was_read_what_was_never_entered_is_not_looked_for():
    engine = Engine([(TOP, 7)])
    index = recalled(engine)
    index.learn()
    index.enter(unsigned([TOP >> 1]), unsigned([9]), 3)
    assert index.ask(unsigned([1, TOP + TOP // 2])).units.tolist() == []
    assert engine.looked_for == []
    assert index.ask(unsigned([1, TOP >> 1, TOP])).units.tolist() == [9, 7]
    assert engine.looked_for == [[TOP >> 1, TOP]]


def test_what_was_asked_before_is_not_asked_again():
    engine = Engine([(TOP, 7)])
    found = recalled(engine).ask(unsigned([1, TOP]), unsigned([TOP]))
    assert [engine.looked_for, found.asked.tolist()] == [[[1]], [1]]


@given(st.data())
def test_whoever_carries_a_value_is_found_at_any_time(data):
    values = st.integers(0, 2**64 - 1)
    engine = Engine(data.draw(st.sets(st.tuples(values, st.integers(1, 9)), max_size=20)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carriers, "_PIECE_ROWS", 3)
        patch.setattr(bits, "_FEWEST", 4)
        index = recalled(engine)
        for step in data.draw(st.lists(st.sampled_from(["learn", "enter", "recall"]), max_size=12)):
            if step == "enter":
                new = data.draw(st.sets(values, min_size=1, max_size=5))
                index.enter(unsigned(new), unsigned([5] * len(new)), 1)
            else:
                getattr(index, step)()
            leads = data.draw(st.sets(values, max_size=5)) | {value for value, _ in engine.pairs}
            found = index.ask(unsigned(leads))
            assert set(zip(found.values.tolist(), found.units.tolist(), strict=True)) == engine.pairs


def test_the_table_is_read_in_pieces_and_again_when_it_has_outgrown_its_room(monkeypatch):
    monkeypatch.setattr(carriers, "_PIECE_ROWS", 10)
    monkeypatch.setattr(bits, "_FEWEST", 4)
    engine = Engine([(place << 58, 1) for place in range(40)])
    index = recalled(engine)
    unknown = [(place << 58) + 1 for place in range(64)]

    def looked_for():
        engine.looked_for.clear()
        index.ask(unsigned(unknown))
        return sum(map(len, engine.looked_for))

    left = [looked_for()]
    for _ in range(4):
        index.learn()
        left.append(looked_for())
    assert left == [64, 64, 64, 56, 40]  # that of neighbours may be stored
    more = [(place << 50) + 2 for place in range(1_000)]
    index.enter(unsigned(more), unsigned([2] * len(more)), 4)
    index.learn()
    assert looked_for() > 40


@pytest.mark.parametrize("entered", [False, True])
def test_what_an_earlier_version_stored_is_entered_once(entered):
    engine = Engine(entered=entered)
    recalled(engine)
    assert [engine.sent, engine.pairs] == ([[], set()] if entered else [["enter_units"], {(0, 0)}])
