"""Predictions mean what they say: learned from the earlier transactions, held against later ones with known chances."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from path_rows import US, Way, insert_ways

from analytics.predict.learn import learn
from analytics.sla.business_time import unix_us
from storage.store import Store
from tests.bench.bench_prediction import INTERVALS, evaluate

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)
CUT = BEGIN + timedelta(days=20)
END = BEGIN + timedelta(days=34)


def way(number: int, dice: random.Random) -> Way:
    """Two steps, the second bimodal: most take minutes, a third hours; one in twelve fails; due after two hours."""
    started = unix_us(BEGIN) + dice.randrange(0, 30 * 86_400) * US
    asked = started + round(dice.lognormvariate(3.0, 1.0) * US)
    slow = dice.random() < 0.33
    sent = asked + round(dice.lognormvariate(9.0 if slow else 5.5, 0.6) * US)
    passages = [("asked", asked)]
    due = started + 7_200 * US
    if dice.random() < 0.08:
        return Way(f"c{number}", "calibrated", "failed", started, [*passages, ("sent:failed", sent)], 0, due)
    status = "completed" if sent <= due else "completed_late"
    return Way(f"c{number}", "calibrated", status, started, [*passages, ("sent", sent)], sent, due)


@pytest.fixture(scope="module")
def score(engine: Store):
    dice = random.Random(11)
    ways = [way(number, dice) for number in range(6_000)]
    insert_ways(engine, ways)
    model = learn(engine, "calibrated", "UTC", BEGIN, CUT, 100_000)
    held_out = [each for each in ways if each.started_us >= unix_us(CUT)]
    assert model.transactions == len(ways) - len(held_out)
    return evaluate(model, held_out, unix_us(END), "UTC")


def test_of_those_told_a_chance_that_share_misses_the_deadline(score):
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for told, missed in score.judged:
        tenths.setdefault(min(9, int(told * 10)), []).append((told, missed))
    filled = {tenth: rows for tenth, rows in tenths.items() if len(rows) >= 300}
    assert len(filled) >= 4
    for rows in filled.values():
        told, missed = (sum(row[part] for row in rows) / len(rows) for part in (0, 1))
        assert told == pytest.approx(missed, abs=0.07)


def test_it_is_better_than_the_base_rate(score):
    missed = [float(bad) for _, bad in score.judged]
    base = sum(missed) / len(missed)
    brier = sum((told - bad) ** 2 for (told, _), bad in zip(score.judged, missed, strict=True)) / len(missed)
    assert brier < 0.97 * base * (1 - base)


@pytest.mark.parametrize(("name", "share"), [("50 %", 0.5), ("80 %", 0.8), ("90 %", 0.9)])
def test_intervals_hold_as_many_as_they_promise(score, name, share):
    assert name in INTERVALS
    inside = score.inside[name]
    assert sum(inside) / len(inside) == pytest.approx(share, abs=0.06)


def test_it_beats_knowing_only_flow_and_age(score):
    for quantile in (0.5, 0.9):
        own, plain = (sum(loss[part] for loss in score.losses[quantile]) for part in (0, 1))
        assert own <= plain * 1.01
