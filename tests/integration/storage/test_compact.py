"""Merging what is found by an id into one part a table."""

import threading
import time as seconds
from datetime import UTC, datetime, time

from core.clock import FakeClock
from storage import compact
from storage.compact import Compactor
from storage.store import Store

ROWS = "INSERT INTO verdicts (transaction_id, rule, revision) SELECT toString({0}), 'r', number FROM numbers({1})"


def parts(store: Store, table: str) -> int:
    return int(
        store.value(
            "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = {t:String}",
            {"t": table},
        )
    )


def store_parts(store: Store, count: int, rows: int = 10) -> None:
    store.execute("SYSTEM STOP MERGES verdicts")
    for part in range(count):
        store.execute(ROWS.format(part, rows))
    store.execute("SYSTEM START MERGES verdicts")


def compactor(store: Store, clock: FakeClock | None = None) -> Compactor:
    return Compactor(store, clock or FakeClock(datetime(2026, 11, 27, 1, 29, tzinfo=UTC)), time(1, 30))


def test_a_table_of_several_parts_becomes_one_with_the_same_rows(engine: Store):
    store_parts(engine, 4)
    before = engine.value("SELECT groupArray((transaction_id, revision)) FROM (SELECT * FROM verdicts ORDER BY ALL)")
    assert "verdicts" in compactor(engine).compact()
    assert parts(engine, "verdicts") == 1
    after = engine.value("SELECT groupArray((transaction_id, revision)) FROM (SELECT * FROM verdicts ORDER BY ALL)")
    assert after == before


def test_a_table_of_few_parts_is_left_alone(engine: Store):
    store_parts(engine, 2)
    assert compactor(engine).compact() == []
    assert parts(engine, "verdicts") == 2


def test_a_merge_takes_no_connection_that_a_swap_of_tables_waits_for(engine: Store):
    store_parts(engine, 4)
    done: list[str] = []
    merging = threading.Thread(target=lambda: done.extend(compactor(engine).compact()))
    with engine.exclusively():
        merging.start()
        merging.join(60)
        assert "verdicts" in done
    merging.join()


def test_it_waits_for_its_time_of_day(engine: Store, monkeypatch):
    monkeypatch.setattr(compact, "_LOOK_S", 0.01)
    store_parts(engine, 4)
    clock = FakeClock(datetime(2026, 11, 27, 1, 29, tzinfo=UTC))
    nightly = compactor(engine, clock)
    nightly.start()
    seconds.sleep(0.3)
    assert parts(engine, "verdicts") == 4
    clock.advance(61)
    until = seconds.monotonic() + 60
    while parts(engine, "verdicts") > 1 and seconds.monotonic() < until:
        seconds.sleep(0.05)
    nightly.stop(10)
    assert parts(engine, "verdicts") == 1


def test_who_stops_does_not_wait_for_a_merge_and_later_ones_work(engine: Store):
    store_parts(engine, 4, rows=1_000_000)
    nightly = compactor(engine)
    merging = threading.Thread(target=nightly.compact)
    merging.start()
    until = seconds.monotonic() + 60
    while not nightly.health()[0].detail and merging.is_alive() and seconds.monotonic() < until:
        seconds.sleep(0.01)
    nightly.stop(10)
    merging.join(60)
    assert not merging.is_alive()
    assert engine.value("SELECT count() FROM verdicts") == 4_000_000
    again = compactor(engine)
    again.compact()
    assert parts(engine, "verdicts") == 1
