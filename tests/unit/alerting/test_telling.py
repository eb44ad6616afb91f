"""Who is told what, when and why: groups, repeats, escalation, acknowledgement, order."""

from datetime import UTC, datetime

import pytest

from alerting.config import AlertingConfig
from alerting.groups import Group, Reason, decide
from alerting.route import Waits
from core.units import Duration
from runbooks.models import Channel, Owner, Tier, TierPolicy

WEEKDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
WEBHOOK = "http://127.0.0.1:9/hook"


def test_an_unchanged_alert_is_told_again_at_the_repeat_interval(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.now()
    story.service.ack(story.alerts()[0]["id"], by="me")
    story.until(1900, step_s=10)
    assert [reason for _, _, reason in story.told()] == ["first"]
    other = script(rule("stuck"))
    other.set("stuck")
    other.until(3700, step_s=10)
    assert [(at, reason) for at, _, reason in other.told() if reason != "escalation"] == [
        (0, "first"),
        (1800, "repeat"),
        (3600, "repeat"),
    ]


def test_a_restart_keeps_the_repeat_interval(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(1000, step_s=10)
    story.restart()
    story.until(1790, step_s=10)
    assert [reason for _, _, reason in story.told()] == ["first"]
    story.until(1800, step_s=10)
    assert [reason for _, _, reason in story.told()] == ["first", "repeat"]


def test_an_alert_that_ends_within_group_wait_says_nothing(script, rule):
    story = script(rule("stuck", flow="ledger"), start=WEEKDAY)
    story.set("stuck", "ledger")
    story.until(40)
    story.clear("stuck", "ledger")
    story.until(120)
    assert story.messages == []


def test_members_that_come_together_are_told_in_one_message(script, rule):
    story = script(rule("stuck", flow=""), config=AlertingConfig(log=False, group_by=("alertname",)))
    story.set("stuck", "orders")
    story.set("stuck", "stock")
    story.until(0)
    assert story.told() == [(0, "firing", "first")]
    assert sorted(alert["labels"]["flow"] for alert in story.payloads()[0]["alerts"]) == ["orders", "stock"]


def test_a_new_member_is_told_after_the_group_interval_and_all_ends_are_told_at_once(script, rule):
    story = script(rule("stuck", flow=""), config=AlertingConfig(log=False, group_by=("alertname",)))
    story.set("stuck", "orders")
    story.until(10)
    story.set("stuck", "stock")
    story.until(70)
    assert story.told() == [(0, "firing", "first"), (60, "firing", "new_member")]
    story.clear("stuck", "orders")
    story.until(125)
    assert story.told()[2:] == [(120, "firing", "some_resolved")]
    assert [a["status"] for a in story.payloads()[-1]["alerts"]] == ["firing", "resolved"]
    story.clear("stuck", "stock")
    story.until(130)
    assert story.told()[3:] == [(126, "resolved", "all_resolved")]
    assert [a["labels"]["flow"] for a in story.payloads()[-1]["alerts"]] == ["stock"]


def test_a_relapse_before_the_end_was_told_is_told_as_one_alert_going_on(script, rule):
    story = script(rule("stuck", flow=""), config=AlertingConfig(log=False, group_by=("alertname",)))
    story.set("stuck", "orders")
    story.set("stuck", "stock")
    story.until(5)
    story.clear("stuck", "orders")
    story.until(10)
    story.set("stuck", "orders")
    story.until(70)
    last = story.payloads()[-1]["alerts"]
    assert sorted((a["labels"]["flow"], a["status"]) for a in last) == [("orders", "firing"), ("stock", "firing")]


def test_unacknowledged_alerts_are_escalated_once_and_the_escalation_hears_the_end(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(299)
    assert story.told("supply-oncall") == []
    story.until(400)
    assert story.told("supply-oncall") == [(300, "firing", "first")]
    assert story.payloads("supply-oncall")[0]["alerts"][0]["annotations"]["escalated_to"] == "supply-oncall"
    story.clear("stuck")
    story.until(402)
    assert story.told("supply-oncall")[1:] == [(401, "resolved", "all_resolved")]
    assert story.told()[-1] == (401, "resolved", "all_resolved")


def test_an_escalation_that_is_no_channel_is_told_on_the_same_channels(script, rule, catalog):
    owners = {"supply": Owner(name="supply", escalation="a rota on paper", contacts=("team",))}
    story = script(catalog=catalog(rule("stuck"), owners=owners))
    story.set("stuck")
    story.until(305)
    assert story.told() == [(0, "firing", "first"), (300, "firing", "escalation")]
    assert story.payloads()[-1]["alerts"][0]["annotations"]["escalated_to"] == "a rota on paper"


def test_acknowledged_in_time_nobody_is_escalated_to_and_nothing_repeats(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(100)
    answer = story.service.ack(story.alerts()[0]["id"], by="Dana", note="on it")
    assert (answer["acked_by"], answer["note"], answer["state"]) == ("Dana", "on it", "firing")
    story.until(4000, step_s=10)
    assert story.messages == [(0, "team", "firing", "first")]


def test_an_acknowledgement_survives_a_restart_and_takes_the_fingerprint_too(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.now()
    story.service.ack(story.alerts()[0]["fingerprint"], by="Dana")
    story.restart(after_s=30)
    story.now()
    assert story.alerts()[0]["acked_by"] == "Dana"


def test_resolved_by_hand_it_stays_quiet_for_the_repeat_interval_then_opens_again(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(10)
    story.service.resolve(story.alerts()[0]["id"], by="Dana")
    assert story.alerts() == []
    assert story.told()[1:] == [(10, "resolved", "all_resolved")]
    story.restart()
    story.until(1800, step_s=10)
    assert story.alerts() == []
    story.until(1820, step_s=10)
    assert [alert["state"] for alert in story.alerts()] == ["firing"]


def test_resolved_by_hand_and_really_over_it_may_open_again_at_once(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(10)
    story.service.resolve(story.alerts()[0]["id"], by="Dana")
    story.clear("stuck")
    story.until(12)
    story.set("stuck")
    story.until(14)
    assert [alert["state"] for alert in story.alerts()] == ["firing"]


def test_a_channel_without_send_resolved_hears_only_the_beginning_and_a_new_one_is_new(script, rule, catalog):
    channels = {"team": Channel(name="team", type="log", send_resolved=False)}
    story = script(catalog=catalog(rule("stuck"), channels=channels))
    for _ in range(2):
        story.set("stuck")
        story.until(story.at_s + 3)
        story.clear("stuck")
        story.until(story.at_s + 3)
    assert [(status, reason) for _, status, reason in story.told()] == [("firing", "first")] * 2


def test_every_channel_of_the_catalog_hears_of_an_owner_without_contacts(script, rule, catalog):
    channels = {"one": Channel(name="one", type="log"), "two": Channel(name="two", type="log")}
    story = script(catalog=catalog(rule("stuck"), owners={}, channels=channels))
    story.set("stuck")
    story.now()
    assert sorted(receiver for _, receiver, _, _ in story.messages) == ["one", "two"]


def test_the_webhook_of_the_settings_hears_everything_besides(script, rule):
    story = script(rule("stuck"), config=AlertingConfig(log=False, webhook_url=WEBHOOK))
    story.set("stuck")
    story.service.tick()
    assert sorted(receiver for _, receiver, _, _ in story.messages) == ["team", "webhook"]


def test_the_rule_may_name_its_own_channels(script, rule):
    story = script(rule("stuck", channels=("supply-oncall",)))
    story.set("stuck")
    story.now()
    assert [receiver for _, receiver, _, _ in story.messages] == ["supply-oncall"]


def test_a_resolve_cancels_a_trigger_nobody_tried_to_send_and_is_not_sent_itself(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.service.tick()
    story.clear("stuck")
    story.clock.advance(1)
    story.service.tick()
    assert story.service.deliver_due() == 0
    assert story.told() == [(0, "firing", "first")]


def test_a_channel_that_disappears_with_the_catalog_stops_nothing(script, rule, catalog):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(2)
    story.catalogs.catalog = catalog(
        rule("stuck"), version="2", channels={"new": Channel(name="new", type="log")}, owners={}
    )
    story.until(4)
    assert story.told("new") == [(2, "firing", "first")]
    story.clear("stuck")
    story.until(6)
    assert story.told("new")[1:] == [(5, "resolved", "all_resolved")]


def test_the_most_urgent_tier_of_a_group_sets_its_pace(script, rule, catalog):
    story = script(rule("stuck", flow=""), config=AlertingConfig(log=False, group_by=("alertname",)), start=WEEKDAY)
    story.set("stuck", "ledger")
    story.set("stuck", "orders")
    story.until(0)
    assert len(story.payloads()[0]["alerts"]) == 2


class _Member:
    """The part of an alert that `decide` looks at."""

    def __init__(self, name, *, fired_s=0.0, acked=False, escalated=False):
        self.id = name
        self.fired_at = _at(fired_s)
        self.acked_at = _at(0) if acked else None
        self.escalated_at = _at(0) if escalated else None


def _at(second: float) -> datetime:
    return datetime.fromtimestamp(WEEKDAY.timestamp() + second, UTC)


@pytest.mark.parametrize(
    ("told", "firing", "active", "since_s", "reason"),
    [
        ((), (), (), 0, None),
        ((), ("a",), ("a",), 0, Reason.FIRST),
        (("a",), ("a",), ("a",), 10, None),
        (("a",), ("a", "b"), ("a", "b"), 59, None),
        (("a",), ("a", "b"), ("a", "b"), 60, Reason.NEW_MEMBER),
        (("a", "b"), ("a",), ("a",), 59, None),
        (("a", "b"), ("a",), ("a",), 60, Reason.SOME_RESOLVED),
        (("a", "b"), (), (), 1, Reason.ALL_RESOLVED),
        (("a", "b"), (), ("a",), 60, Reason.SOME_RESOLVED),
        (("a",), (), ("a",), 9_999, None),
        (("a",), ("a",), ("a",), 1_800, Reason.REPEAT),
        (("a",), ("b",), ("b",), 60, Reason.NEW_MEMBER),
        (("a",), ("b",), ("b",), 10, None),
    ],
)
def test_what_a_group_is_told_depends_on_what_it_was_told_and_what_is(told, firing, active, since_s, reason):
    group = Group(receiver="team", labels={}, opened_at=_at(0), told_at=_at(0), told=frozenset(told))
    members = [_Member(name) for name in firing]
    waits = Waits(group_wait_s=0, group_interval_s=60, repeat_interval_s=1_800)
    found = decide(group, firing=members, still_active=set(active), waits=waits, escalates_here=True, now=_at(since_s))
    assert found == reason


def test_an_acknowledged_group_is_not_repeated_but_a_new_member_is_told():
    group = Group(receiver="team", labels={}, opened_at=_at(0), told_at=_at(0), told=frozenset({"a"}))
    waits = Waits(group_wait_s=0, group_interval_s=60, repeat_interval_s=1_800)
    acked = _Member("a", acked=True)
    ask = {"waits": waits, "escalates_here": True, "now": _at(5_000)}
    assert decide(group, firing=[acked], still_active={"a"}, **ask) is None
    assert decide(group, firing=[acked, _Member("b")], still_active={"a", "b"}, **ask) is Reason.NEW_MEMBER


def test_a_tier_without_ack_within_never_escalates(script, rule, catalog):
    tiers = {1: Tier(name=1, policy=TierPolicy(severity="page", group_wait=Duration()))}
    story = script(catalog=catalog(rule("stuck"), tiers=tiers))
    story.set("stuck")
    story.until(3000, step_s=10)
    assert story.told("supply-oncall") == []
