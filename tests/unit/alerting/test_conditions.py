"""When a rule's condition holds, and which rules are in force."""

import pytest

from alerting.conditions import judge
from alerting.config import AlertingConfig
from alerting.readings import Reading, fold, reading_as_dict, reading_from_dict
from alerting.rules import ActiveRule, active_rules
from runbooks.models import RuleSet


def _active(spec):
    return ActiveRule(key=spec.name, spec=spec, flows=("orders",), sources=(), interval_s=1.0)


def _holds(spec, objective=0.99, **reading):
    return judge(_active(spec), Reading(**reading), objective)[0]


def test_counts_fire_from_the_threshold_on(rule):
    spec = rule("stuck", threshold=3)
    assert not _holds(spec, affected=2)
    assert _holds(spec, affected=3)
    assert not _holds(rule("deadline"), affected=0)
    assert not _holds(rule("deadline", threshold=0), affected=0)


def test_failure_ratio_wants_the_share_and_the_floor_on_bad_events(rule):
    spec = rule("failure_ratio", threshold=0.05, min_bad=3)
    assert not _holds(spec, affected=2, total=2)
    assert not _holds(spec, affected=3, total=60)
    assert _holds(spec, affected=4, total=60)
    assert _holds(spec, affected=3, total=3)


def test_no_traffic_is_no_failure(rule):
    assert not _holds(rule("failure_ratio", threshold=0.0), affected=0, total=0)


PAIR = {"long": "1h", "short": "5m", "burn": 14.4}


@pytest.mark.parametrize(
    ("bad", "total", "holds"),
    [
        ((6, 6), (40, 10), True),  # 15 % of 1 % budget, in both windows
        ((6, 0), (40, 10), False),  # the short window is clean: it is over
        ((5, 5), (40, 10), False),  # 12.5 times
        ((4, 4), (4, 4), False),  # below the floor
        ((0, 0), (0, 0), False),
    ],
)
def test_burn_rate_wants_both_windows_and_the_floor(rule, bad, total, holds):
    spec = rule("burn_rate", windows=(PAIR,), min_bad=5)
    assert _holds(spec, bad_counts=bad, total_counts=total) is holds


def test_burn_rate_of_40_orders_an_hour_needs_six_bad_ones_at_99_percent(rule):
    spec = rule("burn_rate", windows=(PAIR,))
    first = next(bad for bad in range(41) if _holds(spec, bad_counts=(bad, bad), total_counts=(40, bad or 1)))
    assert first == 6


def test_a_promise_of_everything_has_no_budget_to_burn(rule):
    assert not _holds(rule("burn_rate", windows=(PAIR,)), 1.0, bad_counts=(9, 9), total_counts=(9, 9))


def test_absence_is_armed_only_after_the_first_one_ever(rule):
    spec = rule("absence", threshold=2, window="1h")
    assert not _holds(spec, affected=0, armed=False)
    assert _holds(spec, affected=1, armed=True)
    assert not _holds(spec, affected=2, armed=True)


def test_pages_and_tickets_of_a_burn_rate_rule_are_alerts_of_their_own(rule, catalog):
    rules = [
        each for each in active_rules(catalog(rule("burn_rate")), AlertingConfig()) if each.spec.kind == "burn_rate"
    ]
    assert [(each.key, each.spec.severity, len(each.windows)) for each in rules] == [
        ("Trouble:page", "page", 2),
        ("Trouble:ticket", "ticket", 2),
    ]


def test_flows_without_a_rule_get_the_default_of_each_kind(rule, catalog):
    rules = {each.key: each for each in active_rules(catalog(rule("stuck")), AlertingConfig())}
    assert rules["Trouble"].flows == ("orders",)
    assert rules["TransactionStuck"].flows == ("stock", "ledger")
    assert rules["TransactionDeadlineMissed"].flows == ("orders", "stock", "ledger")
    assert rules["SourceBlind"].sources == ("edi-feed",)


def test_a_rule_that_is_switched_off_gets_no_default_in_its_place(rule, catalog):
    off = catalog(rule("stuck", flow="", enabled=False))
    assert [each.key for each in active_rules(off, AlertingConfig()) if each.spec.kind == "stuck"] == ["QueueStalled"]


def test_kinds_that_are_not_evaluated_are_not_in_force(rule, catalog):
    assert "Trouble" not in [each.key for each in active_rules(catalog(rule("backlog")), AlertingConfig())]


def test_two_rules_of_one_name_stay_two_rules(rule, catalog):
    sets = {
        "a": RuleSet(name="a", rules=(rule("stuck", flow="orders"),)),
        "b": RuleSet(name="b", rules=(rule("stuck", flow="stock"),)),
    }
    keys = [each.key for each in active_rules(catalog(rule_sets=sets), AlertingConfig()) if each.spec.name == "Trouble"]
    assert keys == ["Trouble", "Trouble#2"]


def test_tier_1_is_evaluated_every_second_and_the_others_less_often(catalog):
    rules = {each.key: each.interval_s for each in active_rules(catalog(), AlertingConfig())}
    assert rules["TransactionStuck"] == 1.0
    only_ledger = catalog(flows={"ledger": catalog().flows["ledger"]})
    assert {each.interval_s for each in active_rules(only_ledger, AlertingConfig())} == {5.0}


def test_folding_adds_counts_and_keeps_the_oldest():
    folded = fold(
        [Reading(affected=1, bad_counts=(1, 0), systems=("b",)), Reading(affected=2, bad_counts=(2, 1), systems=("a",))]
    )
    assert (folded.affected, folded.bad_counts, folded.systems) == (3, (3, 1), ("a", "b"))


def test_a_reading_survives_being_written_down(script, rule):
    story = script(rule("stuck"))
    reading = Reading(
        affected=2, total=5, oldest_at=story.start, steps=("sent",), bad_counts=(1, 2), armed=True, value=0.4
    )
    assert reading_from_dict(reading_as_dict(reading)) == reading
