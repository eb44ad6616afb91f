"""Silences, maintenance, inhibition and closed hours: they delay telling, and never touch state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerting.config import AlertingConfig
from alerting.errors import SilenceError, SilenceNotFoundError
from alerting.labels import Matcher
from alerting.mute import SilenceKind
from alerting.readings import Reading
from alerting.windows import is_open, may_notify
from runbooks.calendars import Calendar

MONDAY_NOON_CHICAGO = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MONDAY_NIGHT_CHICAGO = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def _mute(story, seconds, **labels):
    return story.service.silence(
        until=story.clock.now() + timedelta(seconds=seconds), by="Dana", reason="known", **labels
    )


def test_a_silenced_alert_is_told_when_the_silence_ends_if_it_is_still_active(script, rule):
    story = script(rule("stuck"))
    _mute(story, 100, alertname="Trouble", flow="orders")
    story.set("stuck")
    story.until(50)
    assert [alert["silenced"] for alert in story.alerts()] == [True]
    assert story.messages == []
    story.until(101)
    assert story.told() == [(100, "firing", "first")]


def test_a_silenced_alert_that_ends_within_the_silence_says_nothing(script, rule):
    story = script(rule("stuck"))
    _mute(story, 100, flow="orders")
    story.set("stuck")
    story.until(50)
    story.clear("stuck")
    story.until(150)
    assert story.messages == []
    assert [alert["state"] for alert in story.alerts("resolved")] == ["resolved"]


def test_the_end_is_told_also_under_a_silence_when_the_beginning_was(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(5)
    _mute(story, 3600, flow="orders")
    story.clear("stuck")
    story.until(10)
    assert story.told() == [(0, "firing", "first"), (6, "resolved", "all_resolved")]


def test_a_silence_stops_repeats_and_escalation(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(5)
    _mute(story, 10_000, flow="orders")
    story.until(4_000, step_s=10)
    assert story.messages == [(0, "team", "firing", "first")]


def test_a_silence_survives_a_restart_and_can_be_ended_early(script, rule):
    story = script(rule("stuck"))
    made = _mute(story, 10_000, flow="orders")
    story.set("stuck")
    story.now()
    story.restart(after_s=10)
    story.now()
    assert story.messages == []
    ended = story.service.expire_silence(made["id"])
    assert ended["state"] == "expired"
    assert story.told() == [(10, "firing", "first")]


def test_a_silence_in_the_future_mutes_nothing_yet(script, rule):
    story = script(rule("stuck"))
    now = story.clock.now()
    made = story.service.silence(
        starts=now + timedelta(hours=1),
        until=now + timedelta(hours=2),
        by="Dana",
        kind=SilenceKind.MAINTENANCE,
        matchers=(Matcher("tier", "1|2", "=~"),),
    )
    story.set("stuck")
    story.now()
    assert (made["state"], made["kind"]) == ("pending", "maintenance")
    assert len(story.messages) == 1


def test_a_silence_can_be_replaced(script, rule):
    story = script(rule("stuck"))
    made = _mute(story, 100, flow="orders")
    _mute(story, 100, flow="stock", silence_id=made["id"])
    story.set("stuck")
    story.now()
    assert len(story.service.read.silences()) == 1
    assert len(story.messages) == 1


def test_a_silence_of_everything_or_of_no_time_or_of_another_is_refused(script, rule):
    story = script(rule("stuck"))
    with pytest.raises(SilenceError, match="matcher"):
        _mute(story, 10)
    with pytest.raises(SilenceError, match="end after"):
        _mute(story, -10, flow="orders")
    with pytest.raises(SilenceNotFoundError):
        _mute(story, 10, flow="orders", silence_id="nope")
    with pytest.raises(SilenceNotFoundError):
        story.service.expire_silence("nope")


@pytest.mark.parametrize(
    ("operator", "value", "matches"),
    [
        ("=", "orders", True),
        ("=", "order", False),
        ("!=", "stock", True),
        ("=~", "ord.*", True),
        ("=~", "ord", False),
        ("!~", "ord", True),
        ("!~", "ord.*", False),
    ],
)
def test_matchers_compare_whole_values(operator, value, matches):
    assert Matcher("flow", value, operator).matches({"flow": "orders"}) is matches


def test_an_absent_label_has_the_empty_value():
    assert Matcher("system", "").matches({})
    assert not Matcher("system", ".+", "=~").matches({})


def test_tier_3_outside_its_hours_is_held_and_told_when_they_begin(script, rule):
    story = script(rule("stuck", flow="ledger"), start=MONDAY_NIGHT_CHICAGO)
    story.set("stuck", "ledger")
    story.until(3600, step_s=60)
    assert [alert["held"] for alert in story.alerts()] == [True]
    assert story.messages == []
    story.until(9 * 3600, step_s=300)
    assert [(at, reason) for at, _, reason in story.told()] == [(8 * 3600, "first")]


def test_tier_3_within_its_hours_waits_only_for_its_group(script, rule):
    story = script(rule("stuck", flow="ledger"), start=MONDAY_NOON_CHICAGO)
    story.set("stuck", "ledger")
    story.until(100)
    assert story.told() == [(60, "firing", "first")]


def _office(zone="America/Chicago", **more):
    return Calendar(name="office", zone=zone, hours={"mon-sun": "08:00-17:00"}, **more)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-23T13:59:59Z", False),
        ("2026-11-23T14:00:00Z", True),
        ("2026-11-23T22:59:59Z", True),
        ("2026-11-23T23:00:00Z", False),
        ("2026-07-06T13:00:00Z", True),  # the zone is an hour nearer in summer
        ("2028-02-29T15:00:00Z", True),
    ],
)
def test_hours_are_read_in_the_zone_of_the_calendar_and_the_end_is_exclusive(moment, open_):
    assert is_open(_office(), datetime.fromisoformat(moment)) is open_


def test_a_clock_change_repeats_or_skips_local_hours():
    night = Calendar(name="night", zone="America/Chicago", hours={"mon-sun": "01:00-03:00"})
    # 2026-11-01: 01:00-02:00 comes twice. 2026-03-08: 02:00-03:00 never comes.
    assert is_open(night, datetime.fromisoformat("2026-11-01T06:30:00Z"))
    assert is_open(night, datetime.fromisoformat("2026-11-01T07:30:00Z"))
    assert is_open(night, datetime.fromisoformat("2026-03-08T07:59:00Z"))
    assert not is_open(night, datetime.fromisoformat("2026-03-08T08:00:00Z"))


def test_a_night_shift_is_two_spans_and_a_holiday_closes_a_monday():
    shift = Calendar(name="shift", zone="UTC", hours={"mon-sun": ["22:00-24:00", "00:00-06:00"]})
    assert is_open(shift, datetime.fromisoformat("2026-11-23T23:30:00Z"))
    assert is_open(shift, datetime.fromisoformat("2026-11-24T05:59:00Z"))
    assert not is_open(shift, datetime.fromisoformat("2026-11-24T06:00:00Z"))
    closed = _office(dates_closed={date(2026, 11, 23): "holiday"}, dates_open={date(2026, 11, 24): "10:00-11:00"})
    assert not is_open(closed, datetime.fromisoformat("2026-11-23T18:00:00Z"))
    assert is_open(closed, datetime.fromisoformat("2026-11-24T16:30:00Z"))
    assert not is_open(closed, datetime.fromisoformat("2026-11-24T15:30:00Z"))


def test_a_calendar_that_does_not_exist_holds_nothing_back(catalog):
    assert may_notify(catalog(), "nowhere", MONDAY_NIGHT_CHICAGO)


def test_a_queue_that_stalls_several_flows_speaks_for_them_and_each_is_told_on_its_own_after_it(script, catalog):
    story = script(catalog=catalog())
    behind = {"systems": ("broker",), "categories": ("queue",)}
    story.set("stuck", "orders", **behind)
    story.set("stuck", "stock", affected=3, **behind)
    story.until(10)
    queue = [alert for alert in story.alerts() if alert["alertname"] == "QueueStalled"]
    assert [(a["system"], a["affected"], a["tier"], a["owner"], a["flow"]) for a in queue] == [
        ("broker", 4, 1, "messaging", "*")
    ]
    assert sorted((a["flow"], a["inhibited"]) for a in story.alerts()) == [
        ("*", False),
        ("orders", True),
        ("stock", True),
    ]
    assert [(to, reason) for _, to, _, reason in story.messages] == [("team", "first"), ("supply-oncall", "first")]
    story.clear("stuck", "stock")
    story.until(12)
    assert ("orders", False) in [(a["flow"], a["inhibited"]) for a in story.alerts()]
    assert [p["alerts"][0]["labels"]["flow"] for p in story.payloads()] == ["*", "*", "orders"]


def test_one_flow_behind_a_queue_is_that_flows_alert(script, catalog):
    story = script(catalog=catalog())
    story.set("stuck", "orders", systems=("broker",), categories=("queue",))
    story.until(3)
    assert [alert["flow"] for alert in story.alerts()] == ["orders"]


def test_trouble_of_another_origin_is_not_inhibited_by_a_stalled_queue(script, catalog):
    story = script(catalog=catalog())
    behind = {"systems": ("broker",), "categories": ("queue",)}
    story.set("stuck", "orders", **behind)
    story.set("stuck", "stock", **behind)
    story.set("stuck", "ledger", systems=("edi",), categories=("middleware",))
    story.until(6)
    assert [a["inhibited"] for a in story.alerts() if a["flow"] == "ledger"] == [False]


def test_a_missed_deadline_speaks_for_the_step_that_is_overdue_by_it(script, catalog):
    story = script(catalog=catalog())
    story.set("stuck")
    story.set("deadline")
    story.until(5)
    assert sorted((a["rule_kind"], a["inhibited"]) for a in story.alerts()) == [("deadline", False), ("stuck", True)]
    assert story.told() == [(0, "firing", "first")]
    story.clear("stuck")
    story.clear("deadline")
    story.until(10)
    assert story.told()[1:] == [(6, "resolved", "all_resolved")]


def test_more_stuck_than_late_is_news_of_its_own(script, catalog):
    story = script(catalog=catalog())
    story.set("stuck", affected=5)
    story.set("deadline", affected=1)
    story.until(2)
    assert [a["inhibited"] for a in story.alerts()] == [False, False]


def _blind(story, blind=True):
    from alerting.measure import Row  # noqa: PLC0415

    reading = Reading(armed=blind, affected=3, systems=("edi",), flows=("ledger",))
    story.figures.rows["source_blind"] = [Row(flow="", system="", source="edi-feed", reading=reading)]


def test_a_blind_source_is_one_alert_that_names_what_it_blinds(script, catalog):
    story = script(catalog=catalog())
    _blind(story)
    story.until(6)
    found = story.alerts()
    assert [(a["alertname"], a["source"], a["owner"], a["affected"], a["tier"]) for a in found] == [
        ("SourceBlind", "edi-feed", "supply", 3, 1)
    ]
    assert "status=unknown" in found[0]["transactions_url"]
    _blind(story, blind=False)
    story.until(15)
    assert story.alerts() == []


def test_a_blind_source_inhibits_what_is_blamed_on_its_systems_except_tier_1(script, catalog):
    story = script(catalog=catalog(), config=AlertingConfig(log=False))
    _blind(story)
    story.set("stuck", "ledger", systems=("edi",))
    story.set("stuck", "orders", systems=("edi",))
    story.until(6)
    assert {a["flow"]: a["inhibited"] for a in story.alerts() if a["rule_kind"] == "stuck"} == {
        "ledger": True,
        "orders": False,
    }
