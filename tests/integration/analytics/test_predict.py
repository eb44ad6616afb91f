"""Predictions from stored ways: what is learned, what is not, what is said of one transaction and of all at risk."""

from datetime import UTC, datetime, timedelta

import pytest
from path_rows import US, Way, insert_ways, random_ways
from stored_rows import Transaction, insert

from analytics.predict.config import PredictConfig
from analytics.predict.learn import learn
from analytics.predict.survival import NEVER
from analytics.read import Reader
from analytics.read.errors import InvalidQueryError
from analytics.read.filters import TransactionFilter
from analytics.sla.business_time import unix_us
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.store import Store

FLOW = "procure_to_pay"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOW_US = unix_us(NOW)


def shape(model):
    return (model.stays, sorted(model.wholes, key=repr), model.transactions)


def ordered(model):
    return ({key: sorted(stays, key=repr) for key, stays in model.stays.items()}, *shape(model)[1:])


def cut(way: Way, as_of_us: int) -> Way:
    """The same way as it was known at a moment: open, with what had been passed by then."""
    over = way.status in ("completed", "completed_late", "failed")
    last = max([way.started_us, way.ended_us, *(at for _, at in way.passages)])
    if over and last <= as_of_us:
        return way
    passages = [(label, at) for label, at in way.passages if at <= as_of_us]
    return Way(way.name, way.flow, "in_progress", way.started_us, passages, 0, way.deadline_us)


def test_nothing_is_learned_from_what_happened_after_the_moment_of_the_model(engine: Store):
    since = datetime(2026, 10, 1, tzinfo=UTC)
    as_of = since + timedelta(minutes=40)
    ways = random_ways("later", ["a", "b", "c"], 300, since, seed=9)
    insert_ways(engine, ways)
    known = [cut(way, unix_us(as_of)) for way in ways if way.started_us < unix_us(as_of)]
    assert any(way.status == "in_progress" for way in known)
    insert_ways(engine, [Way(way.name, "known", *list(vars(way).values())[2:]) for way in known])
    hindsight = learn(engine, "later", "UTC", since, as_of, 1_000)
    at_the_time = learn(engine, "known", "UTC", since, as_of, 1_000)
    assert ordered(hindsight) == ordered(at_the_time)
    assert hindsight.transactions == len(known)


def test_what_is_learned_is_what_a_plain_reading_of_the_ways_gives(engine: Store):
    begin = datetime(2026, 9, 7, 5, 59, tzinfo=UTC)
    at = unix_us(begin)
    insert_ways(
        engine,
        [
            Way("l1", "plain", "completed", at, [("a", at + 2 * US), ("b", at + 70 * US)], at + 70 * US),
            Way("l2", "plain", "failed", at, [("a", at + 2 * US), ("b:failed", at + 3 * US)]),
            Way("l3", "plain", "stuck", at, [("a", at + 100 * US), ("a", at + 110 * US)]),
        ],
    )
    model = learn(engine, "plain", "UTC", begin - timedelta(days=1), begin + timedelta(hours=1), 10)
    assert set(model.stays) == {("", 0), ("a", 0), ("a", 1), ("b", 1), ("b:failed", 0)}
    (stay,) = model.stays["b:failed", 0]
    assert (stay.took, stay.ended, stay.count) == (NEVER, True, 1)
    (open_one,) = model.stays["a", 1]
    assert not open_one.ended
    assert {(stay.took == NEVER, stay.ended) for stay in model.stays["a", 0]} == {(False, True), (True, True)}
    (start_of_two,) = [stay for stay in model.stays["", 0] if stay.count == 1 and stay.took == NEVER]
    assert start_of_two.stayed == next(s for s in model.stays["", 0] if s.took != NEVER and s.ended).stayed


@pytest.mark.parametrize(("most", "learned"), [(100, 30), (29, 20), (20, 20), (12, 10), (4, 4)])
def test_the_newest_hours_are_learned_from_that_hold_no_more_than_is_wanted(engine: Store, most, learned):
    begin = datetime(2026, 8, 3, 6, 0, tzinfo=UTC)
    flow = f"hours-{most}"
    ways = [
        Way(f"{flow}-{hour}-{n}", flow, "completed", unix_us(begin + timedelta(hours=hour)) + n * US, [("a", 0)], 0)
        for hour in range(3)
        for n in range(10)
    ]
    insert_ways(engine, ways)
    model = learn(engine, flow, "UTC", begin - timedelta(days=1), begin + timedelta(hours=4), most)
    assert model.transactions == learned


@pytest.fixture(scope="module")
def predicting(engine: Store) -> Reader:
    """Of those that were approved half an hour ago a quarter is done in the next hour, three quarters never are."""
    clock = FakeClock(NOW)
    ways = []
    for number in range(400):
        started = NOW_US - (2 + number % 20) * 86_400 * US
        done = started + (3_600 if number % 4 == 0 else 10 * 86_400) * US
        status = "completed" if number % 4 == 0 else "stuck"
        passages = [("approved", started + 60 * US)] + ([("paid", done)] if status == "completed" else [])
        ways.append(Way(f"old-{number}", FLOW, status, started, passages, done if status == "completed" else 0))
    insert_ways(engine, ways)
    started_s = 1_800.0
    insert(
        engine,
        Transaction("risky", flow=FLOW, status="in_progress", started_s=started_s, duration_s=60),
        Transaction("easy", flow=FLOW, status="in_progress", started_s=started_s, duration_s=60),
        Transaction("done", flow=FLOW, status="completed", started_s=started_s, duration_s=60),
        Transaction("silent", flow=FLOW, status="unknown", started_s=started_s, duration_s=60),
    )
    begun = NOW_US - 1_800 * US
    open_ways = [
        Way("risky", FLOW, "in_progress", begun, [("approved", begun + 60 * US)], 0, NOW_US + 720 * US),
        Way("easy", "workforce_sync", "in_progress", begun, [("hired", begun + 60 * US)], 0, NOW_US + 720 * US),
        Way("late", FLOW, "in_progress", begun, [("approved", begun + 60 * US)], 0, NOW_US - 720 * US),
    ]
    insert_ways(engine, open_ways)
    reader = Reader(engine, CatalogProvider(None, clock), clock, PredictConfig(min_samples=30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analytics.read.forecasts._MOMENT_S", 0)
        first = reader.transaction(way_id("risky")).body["prediction"]
    assert (first["judged"], first["learned_from"]) == (False, None), "nobody who looks up a transaction waits long"
    reader.at_risk()  # waits until all flows were learned
    return reader


def way_id(name: str) -> str:
    return Way(name, "", "", 0).id


def test_a_transaction_in_detail_says_how_probably_and_when_it_will_breach(predicting: Reader):
    prediction = predicting.transaction(way_id("risky")).body["prediction"]
    assert prediction["judged"] is True
    assert prediction["milestone"] == "approved"
    assert prediction["breach"]["at_risk"] is True
    assert prediction["breach"]["in_ms"] == 720_000
    assert 0.95 <= prediction["breach"]["probability"] < 1, "nobody was done in the next twelve minutes"
    assert prediction["samples"] >= 30
    assert prediction["completes"] == pytest.approx(0.25, abs=0.08)
    assert prediction["remaining_ms"]["p10"] == pytest.approx(1_800_000, rel=0.15)
    assert prediction["remaining_ms"]["p50"] is None, "not even half of them completed"


def test_what_has_ended_has_no_prediction_and_what_is_not_known_says_why(predicting: Reader):
    assert predicting.transaction(way_id("done")).body["prediction"] is None
    silent = predicting.transaction(way_id("silent")).body["prediction"]
    assert (silent["judged"], silent["breach"]) == (False, None)
    assert "silent" in silent["why"]


def test_the_list_narrows_to_those_at_risk_and_says_nothing_of_flows_it_knows_too_little_of(predicting: Reader):
    risks = predicting.at_risk()
    assert [item["transaction_id"] for item in risks["items"]] == [way_id("risky")]
    assert risks["flows"] == {FLOW: 1}
    listed = predicting.transactions(TransactionFilter(at_risk=True))["items"]
    assert [item["transaction_id"] for item in listed] == [way_id("risky")]
    assert predicting.transactions(TransactionFilter(at_risk=True, flow=("workforce_sync",)))["items"] == []


def test_the_list_narrows_to_one_variant(predicting: Reader):
    answer = predicting.variants(FLOW, NOW - timedelta(days=40), NOW, include_open=True)
    approved = next(item for item in answer["items"] if [step["step"] for step in item["steps"]] == ["approved"])
    paid = next(item for item in answer["items"] if item is not approved)
    listed = predicting.transactions(TransactionFilter(flow=(FLOW,), variant=approved["variant"]))["items"]
    assert [item["transaction_id"] for item in listed] == [way_id("risky")], "the others have no row in the list"
    assert predicting.transactions(TransactionFilter(flow=(FLOW,), variant=paid["variant"]))["items"] == []


@pytest.mark.parametrize("wanted", [{"variant": "12"}, {"variant": "0123456789abcdef"}])
def test_a_variant_that_is_none_or_has_no_flow_is_refused(predicting: Reader, wanted):
    with pytest.raises(InvalidQueryError, match="variant"):
        predicting.transactions(TransactionFilter(**wanted))
