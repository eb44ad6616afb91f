"""Learning again does not keep those waiting who look something up."""

import threading
import time
from datetime import UTC, datetime

import pytest

from analytics.predict.config import PredictConfig
from analytics.read import forecasts
from analytics.read.context import ReadContext
from analytics.read.forecasts import Forecaster
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.errors import StoreError

_WAIT_S = 30


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def forecaster(clock: FakeClock) -> Forecaster:
    return Forecaster(ReadContext(None, CatalogProvider(None, clock), clock), PredictConfig(refresh_s=300))


def test_what_was_learned_is_used_once_more_while_it_is_learned_anew(forecaster, clock, monkeypatch):
    flow = next(iter(forecaster._context.catalogs.current().flows.values()))
    go_on, learned = threading.Event(), threading.Event()
    lessons = []

    def learn(store, name, zone, since, now, most):
        lessons.append(now)
        if len(lessons) > 1:
            assert go_on.wait(_WAIT_S)
            learned.set()
        return len(lessons)

    monkeypatch.setattr(forecasts, "learn", learn)
    assert forecaster.model(flow) == 1
    clock.advance(301)
    assert [forecaster.model(flow), forecaster.model(flow)] == [1, 1]
    go_on.set()
    assert learned.wait(_WAIT_S)
    while forecaster._learning:
        time.sleep(0.001)
    assert len(lessons) == 2
    assert forecaster.model(flow) == 2


def test_what_is_much_too_old_is_waited_for(forecaster, clock, monkeypatch):
    flow = next(iter(forecaster._context.catalogs.current().flows.values()))
    monkeypatch.setattr(forecasts, "learn", lambda *given: given[4])
    forecaster.model(flow)
    clock.advance(1_200)
    assert forecaster.model(flow) == clock.now()


def test_who_waits_hears_of_the_learning_that_was_begun_for_it_also_when_that_failed_at_once(forecaster, monkeypatch):
    flow = next(iter(forecaster._context.catalogs.current().flows.values()))
    begin, begun = forecaster._begin_learning, []

    def begin_and_end(flow):
        begun.append(begin(flow))
        begun[-1].exception(_WAIT_S)
        return begun[-1]

    def fail(*_given):
        raise StoreError("the engine is away")

    monkeypatch.setattr(forecasts, "learn", fail)
    monkeypatch.setattr(forecaster, "_begin_learning", begin_and_end)
    with pytest.raises(StoreError):
        forecaster.model(flow)
    assert len(begun) == 1


def test_who_looks_up_an_open_transaction_does_not_wait_for_what_was_never_learned(forecaster, monkeypatch):
    flow = next(iter(forecaster._context.catalogs.current().flows.values()))
    go_on = threading.Event()

    def learn(*given):
        assert go_on.wait(_WAIT_S)
        return "learned"

    monkeypatch.setattr(forecasts, "learn", learn)
    assert forecaster.known(flow) is None
    go_on.set()
    assert forecaster.model(flow) == "learned", "learning went on beside"
    assert forecaster.known(flow) == "learned"


def test_learning_that_failed_is_tried_again(forecaster, monkeypatch):
    flow = next(iter(forecaster._context.catalogs.current().flows.values()))
    answers = iter([StoreError("the engine is away"), "learned"])

    def learn(*given):
        answer = next(answers)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    monkeypatch.setattr(forecasts, "learn", learn)
    with pytest.raises(StoreError):
        forecaster.model(flow)
    assert forecaster.model(flow) == "learned"


def test_who_looks_up_an_open_transaction_waits_for_what_is_learned_in_a_moment(forecaster, monkeypatch):
    flow, other = list(forecaster._context.catalogs.current().flows.values())[:2]
    go_on = threading.Event()

    def learn(store, name, *given):
        assert name == flow.name or go_on.wait(_WAIT_S)
        return "learned"

    monkeypatch.setattr(forecasts, "learn", learn)
    monkeypatch.setattr(forecasts, "_MOMENT_S", _WAIT_S)
    assert forecaster._soon(flow) == "learned"
    monkeypatch.setattr(forecasts, "_MOMENT_S", 0.01)
    assert forecaster._soon(other) is None
    go_on.set()
