from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.links import safe_href
from dashboards.urlstate import page_path, path_segments, read_state
from tests.unit.dashboards.fakes import NOW


def test_range_refresh_and_zone_are_read_from_the_address():
    state = read_state("/", "?range=6h&refresh=30s&tz=America/Chicago", now=NOW)
    assert (state.range.since, state.range.until) == (NOW - timedelta(hours=6), NOW)
    assert state.refresh_s == 30
    assert state.zone == ZoneInfo("America/Chicago")


def test_fixed_range_does_not_refresh():
    state = read_state("/", "since=2026-11-21T08:00Z&until=2026-11-21T09:00%2B01:00", now=NOW)
    assert (state.range.since.hour, state.range.until.hour) == (8, 8) or state.problem
    state = read_state("/", "since=2026-11-21T08:00Z&until=2026-11-21T10:00Z", now=NOW)
    assert state.range.seconds == 7_200
    assert state.refresh_s == 0


def test_relative_moments_are_understood():
    state = read_state("/", "since=now-2h&until=now-1h", now=NOW)
    assert (state.range.since, state.range.until) == (NOW - timedelta(hours=2), NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    "search",
    [
        "range=soon",
        "refresh=often",
        "since=x&until=y",
        "since=now&until=now-1h",
        "range=0h",
        "until=0001-01-02T00:00:00Z",
        "since=0001-01-01T00:00:00%2B14:00",
        "until=9999-12-31T23:59:59-14:00",
        "since=1900-01-01T00:00:00Z&until=1900-01-01T00:00:00Z",
    ],
)
def test_what_is_not_understood_falls_back_and_is_said(search):
    state = read_state("/", search, now=NOW)
    assert state.problem
    assert state.range.seconds == 86_400


def test_a_range_does_not_reach_back_beyond_what_the_store_can_hold():
    state = read_state("/", "until=1900-01-01T01:00:00Z&range=24h", now=NOW)
    assert state.range.seconds == 3_600


def test_unknown_zone_is_utc():
    assert read_state("/", "", now=NOW, browser_zone="Mars/Olympus").zone is UTC
    assert read_state("/", "", now=NOW, browser_zone="../../etc/passwd").zone is UTC


def test_links_to_other_pages_keep_the_range_and_drop_filters():
    state = read_state("/transactions", "range=6h&status=failed&tz=UTC", now=NOW)
    assert state.link("/alerts") == "/alerts?range=6h&tz=UTC"
    assert state.link(status="stuck") == "/transactions?range=6h&status=stuck&tz=UTC"
    assert state.link(status=None, tz=None) == "/transactions?range=6h"


@given(st.text(max_size=40))
def test_any_identifier_survives_its_way_through_an_address(text):
    path = page_path("transactions", text)
    assert path_segments(path) == (("transactions", text) if text else ("transactions",))


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_address_makes_reading_it_fail(path, search):
    state = read_state(path, search, now=NOW)
    assert state.range.since < state.range.until


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:",
        "https:///x",
        "mailto:a@b",
        "",
        None,
    ],
)
def test_addresses_that_could_do_harm_are_no_links(address):
    assert safe_href(address) is None


@pytest.mark.parametrize(
    "address", ["/runbooks/X?tx=1", "#picked", "?a=b", "https://example.org/x", "HTTP://example.org"]
)
def test_ordinary_addresses_are_links(address):
    assert safe_href(address) == address
