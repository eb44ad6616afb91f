"""Every segment in the ledger that is not marked done is correlated, whatever its age, and none twice."""

import time
from datetime import timedelta

import pytest

from analytics.correlate import CorrelateConfig, Correlator
from analytics.correlate.ledger import Ledger
from analytics.correlate.tick import Tick
from analytics.reindex import Reindexer
from analytics.reindex.service import BusyError
from core.clock import FakeClock
from runbooks import load_catalog
from tests.integration.correlate.conftest import CATALOG
from tests.integration.evidence import START, Event, Span, deliver, moment

MONTH = timedelta(days=31)


def events(*numbers):
    return [Event(f"e{number}", number, milestone="approved", correlation=f"c{number}") for number in numbers]


def correlations(line):
    return {identifier["value"] for row in line.rows() for identifier in row["identifiers"]}


def test_a_segment_that_is_entered_far_in_the_past_is_found_by_the_next_tick(line):
    line.deliver(*events(1))
    line.tick(100)
    deliver(line.store, *events(2), stored=START - MONTH)
    assert line.tick(101).segments == 1
    assert correlations(line) == {"c1", "c2"}


def test_a_segment_older_than_what_is_done_is_found_after_a_restart(line):
    deliver(line.store, *events(1), stored=START)
    line.tick(100)
    deliver(line.store, *events(2), stored=START - MONTH)
    line.ticker = Tick(line.store, CorrelateConfig())
    assert line.tick(101).segments == 1
    assert correlations(line) == {"c1", "c2"}
    assert line.tick(102).segments == 0


def test_old_and_new_segments_are_each_taken_once_while_time_goes_on(line):
    taken = []
    for number in range(1, 7):
        deliver(line.store, *events(number), stored=START + number * timedelta(minutes=11))
        taken.append(line.tick(100 + number).segments)
        if number % 2:
            deliver(line.store, *events(number + 100), stored=START + number * timedelta(minutes=3))
    assert taken == [1, 2, 1, 2, 1, 2]
    assert line.tick(200).segments == 0
    assert len(line.rows()) == 9


def test_what_one_tick_does_not_take_is_left_for_the_next_ones_oldest_first(line):
    line.ticker = Tick(line.store, CorrelateConfig(max_observations_per_tick=2))
    for number in range(1, 6):
        deliver(line.store, *events(number), stored=START + number * MONTH)
    reports = [line.tick(100 + number) for number in range(3)]
    assert [(report.segments, report.more) for report in reports] == [(2, True), (2, True), (1, False)]
    assert line.tick(200).segments == 0


def test_segments_are_pending_until_they_are_entered(line):
    ledger = Ledger(line.store)
    assert ledger.pending(10) == ([], False)
    line.deliver(*events(1))
    taken, more = ledger.pending(10)
    assert (len(taken), more) == (1, False)
    assert ledger.pending(10)[0] == taken
    ledger.enter(taken, moment(100))
    assert ledger.pending(10) == ([], False)


def test_numbers_of_versions_go_on_where_rows_of_ticks_are_gone(line):
    line.deliver(*events(1))
    line.tick(100)
    line.store.execute("TRUNCATE TABLE correlation_ticks")
    line.ticker = Tick(line.store, CorrelateConfig())
    line.deliver(Event("late", 2, milestone="paid", correlation="c1"))
    line.tick(101)
    assert line.one()["status"] == "completed"


def test_what_is_stored_wakes_the_correlator_before_its_interval_has_passed(line, catalog):
    class Provider:
        def reload_if_changed(self):
            return False

        def current(self):
            return catalog

    correlator = Correlator(
        line.store, Provider(), FakeClock(moment(50)), CorrelateConfig(interval_s=3_600, poll_s=0.05)
    )
    correlator.start()
    try:
        wait_until(lambda: line.store.value("SELECT count() FROM correlation_ticks"))
        line.deliver(*events(1))
        wait_until(line.rows)
    finally:
        correlator.stop(30)


def wait_until(holds):
    """Return when *holds* does; an hour's interval is far beyond what is waited for."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("the correlator slept on")


def test_what_an_earlier_version_stored_is_part_of_what_comes_after_the_upgrade(line):
    line.deliver(Span("t", "first", 1, attributes={"correlation.id": "c1"}))
    line.tick(100)
    line.store.execute(
        "ALTER TABLE identifier_units DELETE WHERE unit_id = identity_hash SETTINGS mutations_sync = 1"
    )  # earlier versions entered values only
    line.ticker = Tick(line.store, CorrelateConfig())
    line.deliver(Span("t", "second", 2, attributes={"correlation.id": "c1"}), Span("u", "other", 3))
    line.tick(101)
    assert [row["observation_count"] for row in line.rows()] == [2, 1]


def test_evidence_that_comes_later_joins_what_is_stored_of_its_unit(line):
    line.deliver(Span("t", "first", 1))  # carries nothing that leads to it but its trace
    line.tick(100)
    line.deliver(Span("t", "second", 2))
    line.tick(101)
    assert line.one()["observation_count"] == 2


def test_what_another_process_correlated_meanwhile_is_found(line):
    line.deliver(*events(1))
    line.tick(100)
    line.ticker._shared = True
    line.deliver(Event("e2", 2, milestone="approved", correlation="c2"))
    Tick(line.store, CorrelateConfig()).run(line.catalog, moment(101))
    line.deliver(Event("e3", 3, milestone="sent", correlation="c2"))
    line.tick(102)
    assert sorted(row["observation_count"] for row in line.rows()) == [1, 2]


def sharing(line, holder):
    tick = Tick(line.store, CorrelateConfig(), holder=holder)
    tick._shared = True  # as if others reached the store
    return tick


def test_of_two_processes_on_a_store_one_correlates_and_the_other_goes_on_when_it_ends(line):
    one, other = sharing(line, "one:1"), sharing(line, "other:1")
    line.deliver(*events(1))
    assert one.run(line.catalog, moment(100)).other == ""
    line.deliver(*events(2))
    report = other.run(line.catalog, moment(101))
    assert (report.other, report.segments) == ("one:1", 0)
    other.warm_up(line.catalog, moment(101))
    assert sharing(line, "one:1").run(line.catalog, moment(102)).segments == 1  # the same one, started again
    one.run(line.catalog, moment(103))
    one.release()
    line.deliver(*events(3))
    assert other.run(line.catalog, moment(104)).segments == 1
    assert one.run(line.catalog, moment(105)).other == "other:1"
    assert correlations(line) == {"c1", "c2", "c3"}


def test_a_process_that_fell_silent_is_replaced_and_what_fell_due_meanwhile_is_judged(line):
    line.deliver(Event("a", 0, milestone="approved", flow="order", correlation="c1"))
    sharing(line, "one:1").run(line.catalog, moment(100))
    line.store.execute(
        "ALTER TABLE correlation_ticks UPDATE entered_at = now64(3, 'UTC') - INTERVAL 2 MINUTE WHERE 1"
        " SETTINGS mutations_sync = 1"
    )
    assert sharing(line, "other:1").run(line.catalog, moment(1_000)).other == ""
    assert line.one()["status"] == "stuck"


def test_a_process_that_stands_by_says_so_and_reindexes_nothing(line, catalog):
    class Provider:
        def reload_if_changed(self):
            return False

        def current(self):
            return catalog

    clock = FakeClock(moment(50))
    sharing(line, "one:1").run(line.catalog, moment(50))
    correlator = Correlator(line.store, Provider(), clock, holder="other:1")
    correlator._tick = sharing(line, "other:1")
    correlator.tick()
    (health,) = correlator.health()
    assert (health.ok, health.detail) == (True, "stands by: one:1 correlates this store")
    with pytest.raises(BusyError, match="one:1"):
        Reindexer(line.store, correlator, Provider(), clock).begin(None)


def test_parents_stand_by_their_own_flow_after_another_process_ticked_under_another_catalog(line, tmp_path):
    (tmp_path / "other.yaml").write_text(CATALOG.replace("name: order", "name: orders"), encoding="utf-8")
    line.deliver(*events(1))
    line.tick(100)
    line.ticker._shared = True
    line.deliver(*events(2))
    Tick(line.store, CorrelateConfig()).run(load_catalog([tmp_path]), moment(101))
    line.deliver(
        Event("own", 5, attributes={"po_number": "P1"}, flow="order", milestone="paid"),
        Event("part", 6, correlation="part", flow="order", milestone="rejected", parent=("po_number", "P1")),
    )
    line.tick(102)
    assert line.one("child_total > 0")["status"] == "failed"
