import pytest

from analytics.origin.shapes import ANY_EVENT, deviations, rise
from tests.unit.analytics.origin.runs import runs


def vanished(*shapes):
    return {deviation.event for deviation in deviations(shapes) if deviation.kind == "vanished"}


def test_a_usual_event_that_is_gone_has_vanished():
    assert vanished(runs("a", 60, events=(1, 2)), runs("a", 30, events=(1,), window=True)) == {2}


def test_a_run_that_does_nothing_any_more_misses_every_event():
    assert ANY_EVENT in vanished(runs("a", 60, events=(1,)), runs("a", 30, window=True))


def test_an_event_in_the_place_of_another_is_another_path_and_nothing_vanished():
    before = runs("a", 60, events=(1, 2)), runs("a", 10, events=(1, 3))
    assert vanished(*before, runs("a", 30, events=(1, 3), window=True)) == set()


def test_a_path_that_the_baseline_never_took_is_not_judged():
    assert vanished(runs("a", 60, events=(1, 2)), runs("a", 30, events=(1, 9), window=True)) == set()


def test_runs_with_a_known_error_are_compared_with_runs_that_had_it():
    before = runs("a", 60, events=(1, 2)), runs("a", 60, events=(1,), errors=(7,))
    assert vanished(*before, runs("a", 30, events=(1,), errors=(7,), window=True)) == set()


def test_an_event_seen_once_is_not_usual():
    assert vanished(runs("a", 1, events=(1, 2)), runs("a", 30, events=(1,), window=True)) == set()


@pytest.mark.parametrize(("seen", "of"), [(0, 10), (1, 10), (2, 20)])
def test_what_is_as_frequent_as_expected_surprises_nobody(seen, of):
    assert rise(seen, of, 0.1) == 0.0


def test_surprise_grows_with_the_rate_and_with_the_number():
    assert 0 < rise(2, 10, 0.1) < rise(5, 10, 0.1) < rise(10, 10, 0.1) < rise(20, 20, 0.1)
