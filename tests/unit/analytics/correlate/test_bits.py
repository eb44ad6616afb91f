"""What was entered is found for good; little else is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate import bits
from analytics.correlate.bits import Bits

HASHES = st.lists(st.integers(0, 2**64 - 1), max_size=30)

SHIFT = 64 - bits._FEWEST


def unsigned(values):
    return np.array(values, np.uint64)


@given(st.lists(HASHES, max_size=5), HASHES)
def test_what_was_entered_is_found_however_it_came(parts, others):
    found = Bits()
    for part in parts:
        found.add(unsigned(part))
    entered = [value for part in parts for value in part]
    assert found.may_hold(unsigned(entered)).all()
    far = {value >> SHIFT for value in entered}
    assert not found.may_hold(unsigned([value for value in others if value >> SHIFT not in far])).any()


def test_neighbours_do_not_take_each_others_place():
    found, near = Bits(), unsigned([place << SHIFT for place in range(64)])
    found.add(near[::3])
    assert found.may_hold(near).tolist() == [place % 3 == 0 for place in range(64)]


def test_of_what_was_not_entered_one_in_eight_is_found_until_it_is_crowded(monkeypatch):
    monkeypatch.setattr(bits, "_FEWEST", 20)
    random = np.random.default_rng(1)
    found = Bits(200_000)
    while not found.crowded:
        assert found.may_hold(random.integers(0, 2**64, 20_000, dtype=np.uint64)).mean() < 0.13
        found.add(random.integers(0, 2**64, 20_000, dtype=np.uint64))


def test_a_new_store_has_room_for_millions_before_they_are_all_read_again():
    found = Bits()
    found.add(np.random.default_rng(1).integers(0, 2**64, 3_000_000, dtype=np.uint64))
    assert not found.crowded


def test_room_for_what_is_expected_is_made_at_once_but_not_without_end(monkeypatch):
    assert 10_000_000 <= Bits(10_000_000).size_bytes <= 20_000_000
    monkeypatch.setattr(bits, "_FEWEST", 20)
    monkeypatch.setattr(bits, "_MOST", 21)
    assert Bits(10**9).size_bytes == 2**18


def test_what_has_all_the_room_there_is_is_not_called_crowded(monkeypatch):
    monkeypatch.setattr(bits, "_FEWEST", 6)
    monkeypatch.setattr(bits, "_MOST", 8)
    hashes = np.random.default_rng(1).integers(0, 2**64, 1_000, dtype=np.uint64)
    found = Bits(1_000)
    found.add(hashes)
    assert [found.may_hold(hashes).all(), found.crowded] == [True, False]
