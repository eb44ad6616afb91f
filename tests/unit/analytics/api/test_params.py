from datetime import UTC, datetime, timedelta

import pytest

from analytics.api.flows import round_bucket_s
from analytics.api.params import tier_numbers, time_range, window_seconds
from analytics.read.errors import InvalidQueryError

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


@pytest.mark.parametrize(
    ("hours", "bucket_s"), [(0.1, 10), (1, 60), (24, 900), (24 * 7, 7_200), (24 * 365, 4 * 86_400)]
)
def test_a_chosen_bucket_is_round_and_gives_about_a_hundred(hours, bucket_s):
    assert round_bucket_s(NOW - timedelta(hours=hours), NOW) == bucket_s


@pytest.mark.parametrize("values", [["0"], ["x"], ["10"], ["²"]])
def test_a_tier_is_a_digit(values):
    with pytest.raises(InvalidQueryError):
        tier_numbers(values)
