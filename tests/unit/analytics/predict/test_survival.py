"""Completion curves by the life table: against exact shares, censoring, failures, conditioning on age."""

import random

import pytest

from analytics.predict.bins import PER_DECADE, bin_of, inside_us, lower_us
from analytics.predict.model import FlowModel, Standing
from analytics.predict.survival import NEVER, Stay, curve

S = 1_000_000.0


def stays_of(durations_s, stayed_s=None, count=1):
    return [
        Stay(bin_of((stayed_s[n] if stayed_s else took) * S), bin_of(took * S), True, count)
        for n, took in enumerate(durations_s)
    ]


def test_bins_hold_the_durations_between_their_edges():
    for duration in (0.0, 999.0, 1_000.0, 1.5e3, 7e5, 1e6, 3.2e9, 8.64e10, 3e13):
        place = bin_of(duration)
        assert lower_us(place) <= duration * (1 + 1e-12)
        assert duration < lower_us(place + 1) * (1 + 1e-12)
    assert lower_us(bin_of(1e9) + 1) / lower_us(bin_of(1e9)) == pytest.approx(10 ** (1 / PER_DECADE))
    assert inside_us(0, 0.5) == 500.0


def test_without_censoring_the_curve_is_the_share_that_has_completed():
    dice = random.Random(1)
    took = [10 ** dice.uniform(0, 3) for _ in range(4_000)]
    found = curve(stays_of(took), 0)
    assert found.samples == 4_000
    for limit in (2.0, 10.0, 100.0, 700.0):
        exact = sum(value <= limit for value in took) / len(took)
        assert found.done_within(limit * S) == pytest.approx(exact, abs=0.015)
    for share in (0.1, 0.5, 0.9):
        exact = sorted(took)[int(share * len(took))]
        assert found.remaining_us(share) / S == pytest.approx(exact, rel=0.08)


def test_only_those_that_waited_as_long_are_compared_with():
    quick, slow = stays_of([1.0] * 900), stays_of([100.0] * 100)
    assert curve([*quick, *slow], 0).done_within(5 * S) == pytest.approx(0.9)
    later = curve([*quick, *slow], 20 * S)
    assert later.samples == pytest.approx(100)
    assert later.done_within(5 * S) == 0.0
    assert later.done_within(120 * S) == pytest.approx(1.0)
    assert 60 < later.remaining_us(0.5) / S < 100


def test_those_that_had_not_ended_when_last_seen_are_neither_quick_nor_lost():
    ended = stays_of([100.0] * 50)
    seen_for_long = [Stay(bin_of(90 * S), bin_of(90 * S), False, 50)]
    found = curve([*ended, *seen_for_long], 0)
    assert found.done_within(80 * S) == 0.0
    assert found.done_within(130 * S) == pytest.approx(1.0)
    naive = 50 / 100
    half = curve(
        [*stays_of([10.0] * 50), *stays_of([1_000.0] * 25), Stay(bin_of(20 * S), bin_of(20 * S), False, 25)], 0
    )
    assert half.done_within(100 * S) == pytest.approx(naive, abs=0.02)


def test_a_failure_never_completes():
    failed = [Stay(bin_of(3 * S), NEVER, True, 30)]
    found = curve([*stays_of([10.0] * 70), *failed], 0)
    assert found.done_within(1e6 * S) == pytest.approx(0.7)
    assert found.remaining_us(0.9) is None
    after = curve([*stays_of([10.0] * 70), *failed], 5 * S)
    assert after.done_within(1e6 * S) == pytest.approx(1.0), "it had failed by then, this one has not"


def test_curves_never_fall_and_stay_within_0_and_1():
    dice = random.Random(2)
    for _ in range(50):
        stays = [
            Stay(dice.randrange(0, 90), dice.choice([NEVER, *range(90)]), dice.random() < 0.7, dice.randrange(1, 9))
            for _ in range(dice.randrange(1, 60))
        ]
        stays = [
            Stay(min(stay.stayed, stay.took if stay.took >= 0 else 99), stay.took, stay.ended, stay.count)
            for stay in stays
        ]
        found = curve(stays, 10 ** dice.uniform(0, 8))
        assert all(0.0 <= share <= 1.0 + 1e-9 for share in found.done)
        assert list(found.done) == sorted(found.done)
        assert list(found.edges_us) == sorted(found.edges_us)


def standing(step="sent", hours=1, age_s=0.0, elapsed_s=0.0, left_s=None):
    return Standing(step, hours, age_s * S, elapsed_s * S, None if left_s is None else left_s * S)


def test_where_cases_are_few_it_backs_off_and_says_so():
    model = FlowModel(
        {("sent", 1): stays_of([10.0] * 40), ("sent", 2): stays_of([1_000.0] * 40)}, stays_of([50.0] * 200), 200
    )
    same_hour = model.predict(standing(left_s=100), 30)
    assert (same_hour.basis, same_hour.miss) == ("milestone and hour", pytest.approx(0.0))
    any_hour = model.predict(standing(hours=3, left_s=100), 30)
    assert (any_hour.basis, any_hour.miss) == ("milestone", pytest.approx(0.5))
    unseen = model.predict(standing(step="lost", elapsed_s=20, left_s=100), 30)
    assert (unseen.basis, unseen.curve.samples) == ("flow", 200)


def test_with_too_few_cases_it_says_nothing():
    model = FlowModel({("sent", 1): stays_of([10.0] * 29)}, stays_of([10.0] * 29), 29)
    assert model.predict(standing(), 30) is None
    assert FlowModel({}, [], 0).predict(standing(), 5) is None
    other = FlowModel({("sent", 1): stays_of([10.0] * 500)}, stays_of([10.0] * 500), 500)
    assert other.predict(standing(step="lost", age_s=3_600, elapsed_s=3_700), 30) is None, "nobody ever took that long"


def test_who_waits_longer_than_anybody_is_compared_with_those_that_waited_longest():
    quick, slow = [1.0] * 900, [100.0] * 40
    model = FlowModel({("sent", 1): stays_of([*quick, *slow])}, stays_of([*quick, *slow]), 940)
    found = model.predict(standing(age_s=500, elapsed_s=600, left_s=5), 30)
    assert found.basis == "longest waits"
    assert found.curve.samples == 40
    assert found.miss > 0.5, "those of the flow that were as old had all ended long before"


def test_without_a_deadline_there_is_nothing_to_miss():
    model = FlowModel({("sent", 1): stays_of([10.0] * 40)}, [], 40)
    assert model.predict(standing(), 30).miss is None
