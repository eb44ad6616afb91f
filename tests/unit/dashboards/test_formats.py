from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboards import formats
from tests.unit.dashboards.fakes import NOW


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, "\u2013"),
        (0, "0 ms"),
        (0.4, "<1 ms"),
        (850, "850 ms"),
        (1_420, "1.4 s"),
        (59_000, "59 s"),
        (200_000, "3 m 20 s"),
        (8_040_000, "2 h 14 m"),
        (7_200_000, "2 h"),
        (273_600_000, "3 d 4 h"),
        (-1_420, "\u22121.4 s"),
        (3_599_999, "1 h"),
        (59_960, "1 m"),
        (86_399_999, "1 d"),
    ],
)
def test_durations_have_their_two_leading_units(ms, text):
    assert formats.duration(ms) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\u2013"),
        (0, "0 %"),
        (0.0002, "0.02 %"),
        (0.042, "4.2 %"),
        (0.37, "37 %"),
        (0.98, "98 %"),
        (0.985, "98.5 %"),
        (0.9987, "99.87 %"),
        (1, "100 %"),
    ],
)
def test_ratios_have_the_digits_they_deserve(value, text):
    assert formats.ratio(value) == text


def test_a_ratio_just_below_one_is_not_rounded_to_a_hundred():
    assert formats.ratio(0.9999) == "99.99 %"


def test_times_show_the_day_only_when_it_is_not_today():
    assert formats.clock_time("2026-11-22T07:26:03Z", UTC, NOW) == "07:26:03"
    assert formats.clock_time("2026-11-21T07:26:03Z", UTC, NOW) == "21 Nov 07:26:03"
    assert formats.clock_time("2025-11-21T07:26:03Z", UTC, NOW) == "21 Nov 2025 07:26:03"
    assert formats.clock_time("2026-11-22T07:26:03Z", ZoneInfo("America/Chicago"), NOW, seconds=False) == "01:26"


def test_distances_read_both_ways():
    assert formats.ago(NOW - timedelta(minutes=3), NOW) == "3 m ago"
    assert formats.ago(NOW + timedelta(hours=2), NOW) == "in 2 h"
    assert formats.ago("nonsense", NOW) == "\u2013"


def test_names_become_labels():
    assert formats.label("po_number") == "PO number"
    assert formats.label("goods_receipt") == "Goods receipt"
    assert formats.label("saas") == "SaaS"


def test_two_ratios_that_differ_are_seen_to_differ():
    assert formats.ratio_beside(0.0104, 0.01) == ("1.04 %", "1.00 %")
    assert formats.ratio_beside(0.042, 0.01) == ("4.2 %", "1.0 %")
    assert formats.ratio_beside(0.01, 0.01) == ("1.0 %", "1.0 %")
