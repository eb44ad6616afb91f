from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboards import figures
from tests.unit.dashboards.fakes import NOW, BusyReader


@pytest.fixture
def series():
    return BusyReader().series("procure_to_pay", NOW - timedelta(hours=4), NOW, 1800)


def test_throughput_figure(series, golden):
    golden("throughput.json", figures.throughput(series, UTC))


def test_latency_figure(series, golden):
    golden("latency.json", figures.latency(series, 900_000.0, UTC))


def test_stacked_parts_never_exceed_what_started(series):
    data = figures.throughput(series, UTC)["data"]
    stacked = [sum(trace["y"][n] for trace in data) for n in range(len(series))]
    assert stacked == [bucket["started"] for bucket in series]


def test_time_axis_is_in_the_readers_zone(series):
    figure = figures.throughput(series, ZoneInfo("America/Chicago"))
    assert figure["data"][0]["x"][0] == "2026-11-21T22:00:00"


def test_empty_series_make_a_figure_without_points():
    assert all(trace["x"] == [] for trace in figures.throughput([], UTC)["data"])
    assert all(trace["x"] == [] for trace in figures.latency([], 1000.0, UTC)["data"])


@pytest.mark.parametrize(
    ("range_s", "bucket_s"), [(900, 15), (3_600, 60), (86_400, 1_800), (604_800, 10_800), (2_592_000, 43_200)]
)
def test_buckets_are_round_and_about_sixty(range_s, bucket_s):
    assert figures.bucket_seconds(range_s) == bucket_s
