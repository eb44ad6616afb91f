from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from analytics.api.flows import round_bucket_s
from analytics.api.params import Moment, check_order, tier_numbers, time_range, window_seconds
from analytics.read.errors import InvalidQueryError
from analytics.read.search import EARLIEST, LATEST

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "0s", "2 business days", ""])
def test_a_window_is_a_positive_elapsed_duration(text):
    with pytest.raises(InvalidQueryError):
        window_seconds(text)


def test_a_range_follows_from_the_window_where_its_ends_are_missing():
    assert time_range(None, None, "1h", NOW) == (NOW - timedelta(hours=1), NOW)
    assert time_range(NOW - timedelta(days=2), None, "1h", NOW)[0] == NOW - timedelta(days=2)
    with pytest.raises(InvalidQueryError, match="before"):
        time_range(NOW, NOW, "1h", NOW)


@pytest.mark.parametrize("window", ["99999999d", "9" * 30 + "d"])
def test_a_window_without_end_asks_for_all_there_is(window):
    begins, ends = time_range(None, None, window, NOW)
    assert (begins.year, ends) == (1926, NOW)
    assert time_range(None, EARLIEST + timedelta(hours=1), window, NOW)[0] == EARLIEST


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0001-01-01T00:00:00+14:00", EARLIEST),
        ("1899-12-31T23:59:59Z", EARLIEST),
        ("1965-05-05T00:00:00+01:00", datetime(1965, 5, 4, 23, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", LATEST),
    ],
)
def test_a_moment_beyond_what_the_store_can_hold_is_its_end(text, kept):
    assert TypeAdapter(Moment).validate_python(text) == kept


def test_a_list_may_be_of_no_time_but_not_of_time_run_backwards():
    check_order(None, NOW)
    check_order(NOW, NOW)
    with pytest.raises(InvalidQueryError, match="before"):
        check_order(NOW, NOW - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("hours", "bucket_s"), [(0.1, 10), (1, 60), (24, 900), (24 * 7, 7_200), (24 * 365, 4 * 86_400)]
)
def test_a_chosen_bucket_is_round_and_gives_about_a_hundred(hours, bucket_s):
    assert round_bucket_s(NOW - timedelta(hours=hours), NOW) == bucket_s


@pytest.mark.parametrize("values", [["0"], ["x"], ["10"], ["²"]])
def test_a_tier_is_a_digit(values):
    with pytest.raises(InvalidQueryError):
        tier_numbers(values)
