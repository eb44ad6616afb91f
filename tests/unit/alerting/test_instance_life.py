"""How long a condition must hold, how long an alert outlives it, and what a restart or a blind store changes."""

from alerting.config import AlertingConfig


def test_fires_at_exactly_for_and_one_gap_starts_the_wait_again(script, rule):
    story = script(rule("stuck", **{"for": 10}))
    story.set("stuck")
    story.until(9)
    assert story.states() == ["pending"]
    story.clear("stuck")
    story.until(10)
    assert story.states() == []
    story.set("stuck")
    story.until(20)
    assert story.states() == ["pending"]
    story.until(21)
    assert story.states() == ["firing"]
    assert story.told() == [(21, "firing", "first")]


def test_an_alert_without_for_fires_at_the_first_evaluation(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(0)
    assert story.states() == ["firing"]


def test_keep_firing_for_outlives_the_condition_and_a_relapse_starts_it_again(script, rule):
    story = script(rule("stuck", keep_firing_for=20))
    story.set("stuck")
    story.until(5)
    story.clear("stuck")
    story.until(20)
    assert story.states() == ["recovering"]
    story.set("stuck")
    story.until(21)
    assert story.states() == ["firing"]
    story.clear("stuck")
    story.until(41)
    assert story.states() == ["recovering"]
    story.until(42)
    assert story.states() == []
    assert story.told() == [(0, "firing", "first"), (42, "resolved", "all_resolved")]


def test_keep_firing_for_never_keeps_a_pending_alert(script, rule):
    story = script(rule("stuck", keep_firing_for=60, **{"for": 10}))
    story.set("stuck")
    story.until(5)
    story.clear("stuck")
    story.until(6)
    assert story.states() == []
    assert story.messages == []


def test_restart_while_pending_goes_on_waiting_and_downtime_does_not_count(script, rule):
    story = script(rule("stuck", **{"for": 60}))
    story.set("stuck")
    story.until(30)
    story.restart(after_s=600)
    story.now()
    assert story.states() == ["pending"]
    story.until(story.at_s + 29)
    assert story.states() == ["pending"]
    story.until(story.at_s + 6)
    assert story.states() == ["firing"]


def test_restart_while_firing_stays_firing_and_says_nothing_again(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(3)
    before = story.alerts()[0]["id"]
    story.restart(after_s=100)
    story.until(story.at_s + 5)
    assert [alert["id"] for alert in story.alerts()] == [before]
    assert story.told() == [(0, "firing", "first")]


def test_restart_while_recovering_stays_recovering(script, rule):
    story = script(rule("stuck", keep_firing_for=60))
    story.set("stuck")
    story.until(2)
    story.clear("stuck")
    story.until(30)
    story.restart(after_s=3600)
    story.now()
    assert story.states() == ["recovering"]


def test_restart_after_the_condition_ended_meanwhile_resolves_and_tells(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(3)
    story.clear("stuck")
    story.restart(after_s=50)
    story.now()
    assert story.told() == [(0, "firing", "first"), (53, "resolved", "all_resolved")]


def test_a_store_that_does_not_answer_freezes_and_never_resolves(script, rule):
    story = script(rule("stuck", flow=""), config=AlertingConfig(log=False, measurement_lost_after_s=100_000))
    for flow in ("orders", "stock"):
        story.set("stuck", flow)
    story.until(5)
    story.figures.broken = True
    story.clear("stuck")
    story.until(1200, step_s=5)
    assert story.states() == ["firing", "firing"]
    assert all(alert["frozen"] for alert in story.alerts())
    assert "resolved" not in [status for _, _, status, _ in story.messages]
    story.figures.broken = False
    story.until(1201)
    assert [alert["flow"] for alert in story.alerts()] == ["stock"]


def test_a_frozen_pending_alert_does_not_fire(script, rule):
    story = script(rule("stuck", **{"for": 10}))
    story.set("stuck")
    story.until(5)
    story.figures.broken = True
    story.until(40)
    assert "firing" not in [alert["state"] for alert in story.alerts() if alert["alertname"] == "Trouble"]


def test_keep_firing_for_stands_still_while_frozen(script, rule):
    story = script(rule("stuck", keep_firing_for=20))
    story.set("stuck")
    story.until(2)
    story.clear("stuck")
    story.until(5)
    story.figures.broken = True
    story.until(50)
    story.figures.broken = False
    story.until(60)
    assert story.states() == ["recovering"]


def test_losing_every_measurement_is_one_alert_of_its_own_that_ends_with_the_first_answer(script, rule):
    story = script(rule("stuck", flow=""))
    story.set("stuck")
    story.until(5)
    story.figures.broken = True
    story.until(64)
    assert [a["alertname"] for a in story.alerts()] == ["Trouble"]
    story.until(600, step_s=5)
    lost = [alert for alert in story.alerts() if alert["alertname"] == "MeasurementLost"]
    assert [(alert["tier"], alert["severity"], alert["state"]) for alert in lost] == [(1, "page", "firing")]
    story.figures.broken = False
    story.until(story.at_s + 6)
    assert [a["alertname"] for a in story.alerts()] == ["Trouble"]


def test_a_longer_for_does_not_take_back_what_was_told(script, rule, catalog):
    story = script(rule("stuck", **{"for": 5}))
    story.set("stuck")
    story.until(6)
    story.catalogs.catalog = catalog(rule("stuck", **{"for": 600}), version="2")
    story.until(20)
    assert story.states() == ["firing"]
    assert story.told() == [(5, "firing", "first")]


def test_a_reload_without_a_change_keeps_state_and_says_nothing(script, rule, catalog):
    story = script(rule("stuck"))
    story.set("stuck")
    story.until(5)
    story.catalogs.catalog = catalog(rule("stuck"), version="2")
    story.until(20)
    assert story.told() == [(0, "firing", "first")]


def test_a_renamed_rule_closes_the_old_alert_and_opens_the_new(script, rule, catalog):
    story = script(rule("stuck", "Before"))
    story.set("stuck")
    story.until(5)
    story.catalogs.catalog = catalog(rule("stuck", "After"), version="2")
    story.until(6)
    assert [(alert["alertname"], alert["state"]) for alert in story.alerts()] == [("After", "firing")]
    ended = story.alerts("resolved")
    assert [(alert["alertname"], alert["resolve_reason"]) for alert in ended] == [("Before", "rule_gone")]
    assert sorted(story.told()) == [(0, "firing", "first"), (5, "firing", "first"), (5, "resolved", "all_resolved")]


def test_more_alerts_than_the_limit_freeze_the_rule_and_show_in_health(script, rule):
    story = script(
        rule("stuck", flow="", group_by=("flow", "system")), config=AlertingConfig(log=False, max_alerts_per_rule=1)
    )
    story.set("stuck", "orders")
    story.set("stuck", "stock")
    story.now()
    assert story.states() == []
    assert any("more than 1" in health.detail and not health.ok for health in story.service.health())


def test_a_second_episode_is_another_alert_with_the_same_fingerprint(script, rule):
    story = script(rule("stuck"))
    for _ in range(2):
        story.set("stuck")
        story.until(story.at_s + 2)
        story.clear("stuck")
        story.until(story.at_s + 2)
    ended = story.alerts("resolved")
    assert len({alert["id"] for alert in ended}) == 2
    assert len({alert["fingerprint"] for alert in ended}) == 1


def test_a_clock_that_steps_back_neither_fires_nor_resolves(script, rule):
    story = script(rule("stuck", keep_firing_for=30))
    story.set("stuck")
    story.until(5)
    story.clear("stuck")
    story.now()
    story.clock.advance(-3600)
    story.now()
    assert story.states() == ["recovering"]


def test_figures_may_change_without_another_alert(script, rule):
    story = script(rule("stuck"))
    story.set("stuck", affected=1)
    story.until(5)
    story.set("stuck", affected=40)
    story.until(20)
    assert [alert["affected"] for alert in story.alerts()] == [40]
    assert len(story.told()) == 1
