"""Ways between systems are read five minutes at a time, and again only where spans came or went."""

from datetime import UTC, datetime, timedelta

import pytest
from stored_rows import hex_id

from analytics.read import hops as hops_module
from analytics.read.hops import HopReader
from storage.sqlfiles import load_sql
from storage.store import Store

BEGIN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
END = BEGIN + timedelta(minutes=30)
COLUMNS = ["segment_id", "received_at", "time", "trace_id", "span_id", "kind", "service"]


def insert(engine: Store, *spans: tuple[str, float]) -> None:
    rows = [
        [1, BEGIN, BEGIN + timedelta(minutes=minutes), bytes.fromhex(hex_id(name)), bytes.fromhex(hex_id(name, 16))]
        for name, minutes in spans
    ]
    engine.insert("spans", COLUMNS, [[*row, 2, "erp-finance"] for row in rows])


class Counting:
    """A store that remembers which five minutes were read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read: list[tuple[int, int]] = []

    def rows(self, sql, params):
        return self._store.rows(sql, params)

    def arrow(self, sql, params):
        self.read.append(tuple((params[name] - BEGIN) // timedelta(minutes=5) for name in ("first", "last")))
        return self._store.arrow(sql, params)


@pytest.fixture
def counting(engine: Store):
    engine.execute("TRUNCATE TABLE spans")
    insert(engine, ("one", 1), ("two", 6), ("three", 21))
    return Counting(engine)


def times(reader: HopReader, since: datetime = BEGIN, until: datetime = END, *, every: bool = True) -> list[float]:
    sample = reader.read(since, until, 1_000, every=every)
    return sorted((at_ns / 1e9 - BEGIN.timestamp()) / 60 for at_ns in sample.hops.at_ns.tolist())


def test_what_was_read_is_read_again_only_where_spans_came(engine, counting):
    reader = HopReader(counting)
    assert times(reader) == [1, 6, 21]
    assert counting.read == [(0, 1), (4, 4)]
    assert times(reader) == [1, 6, 21]
    assert len(counting.read) == 2
    insert(engine, ("late", 7))
    assert times(reader) == [1, 6, 7, 21]
    assert counting.read[2:] == [(1, 1)]


def test_what_was_taken_out_is_no_longer_told(engine, counting):
    reader = HopReader(counting)
    times(reader)
    engine.execute("DELETE FROM spans WHERE time < '2026-03-01 10:05:00'")
    assert times(reader) == [6, 21]


def test_a_window_within_five_minutes_holds_its_own_spans(counting):
    reader = HopReader(counting)
    assert times(reader, BEGIN + timedelta(minutes=2)) == [6, 21]
    assert times(reader, until=BEGIN + timedelta(minutes=21)) == [1, 6]
    assert times(reader, BEGIN + timedelta(minutes=60), BEGIN + timedelta(minutes=90)) == []


def test_a_span_that_is_stored_twice_is_one(engine, counting):
    insert(engine, ("two", 6))
    assert times(HopReader(counting)) == [1, 6, 21]


def test_what_was_used_longest_ago_is_forgotten_first(counting, monkeypatch):
    monkeypatch.setattr(hops_module, "_MAX_KEPT", 42)
    reader = HopReader(counting)
    times(reader)
    counting.read.clear()
    assert times(reader) == [1, 6, 21]
    assert counting.read == [(0, 0)]


def test_the_kinds_that_move_messages_are_kept_apart_from_all(engine, counting):
    engine.insert("spans", COLUMNS, [[1, BEGIN, BEGIN, bytes(15) + b"1", bytes(7) + b"1", 3, "erp-finance"]])
    reader = HopReader(counting)
    assert times(reader, every=False) == [1, 6, 21]
    assert times(reader) == [0, 1, 6, 21]


def test_the_attributes_of_what_is_left_out_are_no_part_of_what_is_filtered_by(engine, counting):
    params = {"first": BEGIN, "last": END, "one_in": 4, "every": 1}
    plan = "\n".join(
        row["explain"] for row in engine.rows(f"EXPLAIN actions = 1 {load_sql('analytics.read', 'sql/hops')}", params)
    )
    assert "attributes" not in plan.split("Prewhere filter column")[1].split("\n")[0]
