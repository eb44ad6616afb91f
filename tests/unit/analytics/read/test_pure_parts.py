from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics.read.evidence import event_entry, severity_name
from analytics.read.lookup import OTHER_TYPE, Candidate, candidates
from analytics.read.ownership import flow_entry, objectives_of, owner_of, runbook_links
from analytics.read.present import number, ratio, time_text
from analytics.sla.verdicts import budget, by_tier
from runbooks import load_catalog

CATALOG = load_catalog()


def test_times_are_utc_with_microseconds_whatever_zone_they_come_in():
    local = datetime(2026, 11, 22, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=1)))
    assert time_text(local) == "2026-11-22T08:00:00.000001Z"
    assert time_text(datetime(2026, 11, 22, 8, 0)) == "2026-11-22T08:00:00.000000Z"  # noqa: DTZ001  # the engine's own
    assert time_text(None) is None


@pytest.mark.parametrize(("value", "shown"), [(None, None), (float("nan"), None), (float("inf"), None), (3, 3.0)])
def test_what_cannot_be_computed_is_unknown(value, shown):
    assert number(value) == shown


def test_nothing_of_nothing_is_unknown_rather_than_none_or_all():
    assert ratio(0, 0) is None
    assert ratio(0, 5) == 0


def test_a_hexadecimal_text_is_read_as_transaction_and_trace_too():
    readings = candidates(CATALOG, " 3F0C" + "0" * 28 + " ", None)
    assert Candidate("transaction", "3f0c" + "0" * 28) in readings
    assert Candidate("trace", "3f0c" + "0" * 28) in readings


@pytest.mark.parametrize("kind", ["transaction", "trace"])
def test_the_name_of_the_field_that_holds_an_id_is_its_type_as_well(kind):
    text = "3f0c" + "0" * 28
    assert candidates(CATALOG, text, f"{kind}_id") == candidates(CATALOG, text, kind) == [Candidate(kind, text)]


def test_every_type_reads_a_text_its_own_way():
    readings = {reading.type: reading.value for reading in candidates(CATALOG, " c-81f2 ", None)}
    assert readings["correlation"] == "c-81f2"
    assert set(readings) == {*CATALOG.identifiers, OTHER_TYPE}
    assert readings[OTHER_TYPE] == "c-81f2"


def test_a_type_nobody_declared_is_looked_up_as_written():
    assert candidates(CATALOG, " X ", "serial") == [Candidate("serial", "X")]
    assert candidates(CATALOG, "not hex", "trace") == []


def test_a_flow_without_entry_is_shown_with_unknown_owner():
    assert flow_entry(CATALOG, "")["flow"] is None
    assert flow_entry(CATALOG, "new_one")["in_catalog"] is False
    assert owner_of(CATALOG, "new_one") == {"team": None, "process_owner": None, "escalation": None}
    assert objectives_of(CATALOG, "new_one")["success_ratio"] is None


def test_runbooks_run_from_the_special_to_the_general():
    row = {"flow": "procure_to_pay", "status": "failed", "origin_category": "middleware", "breached": 1}
    links = [link["id"] for link in runbook_links(CATALOG, row | {"transaction_id": "t"})]
    assert links[0] == "PurchaseOrderTransformFailed"
    assert "PurchaseOrderLate" in links
    assert len(links) == len(set(links))


@pytest.mark.parametrize(
    ("objective", "good", "bad", "achieved", "left"),
    [
        (0.99, 0, 0, None, None),
        (0.99, 99, 1, 0.99, 0.0),
        (0.9, 95, 5, 0.95, 0.5),
        (0.9, 80, 20, 0.8, -1.0),
        (None, 1, 1, 0.5, None),
        (1.0, 5, 0, 1.0, 0.0),
    ],
)
def test_the_budget_is_the_share_of_allowed_failures_left(objective, good, bad, achieved, left):
    found = budget(objective, good, bad)
    assert found["achieved"] == pytest.approx(achieved)
    assert found["budget_left"] == (None if left is None else pytest.approx(left, abs=1e-9))


def test_tiers_sum_their_flows_and_leave_out_what_has_none():
    row = dict.fromkeys(("good", "bad", "failed", "late", "unknown", "open", "breaches", "breach_ms"), 2)
    sums = by_tier([row | {"tier": 1}, row | {"tier": 1}, row | {"tier": 0}])
    assert set(sums) == {1}
    assert sums[1]["good"] == 4


@pytest.mark.parametrize(("level", "name"), [(0, None), (1, "TRACE"), (9, "INFO"), (17, "ERROR"), (24, "FATAL")])
def test_severity_numbers_have_names(level, name):
    assert severity_name(level) == name


def test_event_data_that_is_no_json_stays_text():
    row = dict.fromkeys(("system", "category", "milestone", "outcome", "name", "source", "event_id"), "")
    row |= {"is_error": 0, "at": datetime(2026, 1, 1, tzinfo=UTC)}
    raw = {"type": "t", "subject": "", "correlation_id": "", "attributes": {}, "data": "<xml/>"}
    assert event_entry(row, raw)["data"] == "<xml/>"
    assert event_entry(row, raw | {"data": '{"a": 1}'})["data"] == {"a": 1}
