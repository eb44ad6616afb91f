"""Rings of transactions that are above themselves."""

from analytics.correlate.lineage import rings


def test_every_ring_is_found_once_and_who_hangs_on_it_is_no_part_of_it():
    above = {"x": "a", "a": "b", "b": "c", "c": "a", "d": "e", "e": "d", "y": "x", "f": "g", "s": "s"}
    assert sorted(map(sorted, rings(above))) == [["a", "b", "c"], ["d", "e"], ["s"]]


def test_a_chain_is_no_ring():
    assert list(rings({str(n): str(n + 1) for n in range(10_000)})) == []
