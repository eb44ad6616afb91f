import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.units import Duration, format_seconds, parse_bytes, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", Duration(seconds=90)),
        ("15m", Duration(seconds=900)),
        ("1h30m", Duration(seconds=5400)),
        ("3d", Duration(seconds=259200)),
        ("250ms", Duration(seconds=0.25)),
        ("2 business days", Duration(business_days=2)),
        ("1 business day", Duration(business_days=1)),
        (5, Duration(seconds=5)),
    ],
)
def test_durations_read_as_people_write_them(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "15 minutes", "3d!", "m", "-5m"])
def test_what_is_no_duration_is_refused_with_a_remedy(text):
    with pytest.raises(ConfigError, match="15m"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**9))
def test_formatted_seconds_read_back_as_the_same_length(seconds):
    assert parse_duration(format_seconds(seconds)).seconds == seconds


@pytest.mark.parametrize(("text", "expected"), [("64MiB", 2**26), ("10 GB", 10**10), ("512b", 512), (7, 7)])
def test_sizes_read_as_people_write_them(text, expected):
    assert parse_bytes(text) == expected


def test_what_is_no_size_is_refused():
    with pytest.raises(ConfigError):
        parse_bytes("large")
