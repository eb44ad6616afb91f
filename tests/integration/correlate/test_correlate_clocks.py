"""Pauses, calendars, zones and the sources that keep them."""

from datetime import timedelta

import pytest

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from runbooks import load_catalog
from tests.integration.correlate.conftest import Line
from tests.integration.evidence import START, Event, moment

CLOCKS = """
kind: Owner
name: team
---
kind: Calendar
name: office
zone: America/New_York
hours: {mon-fri: "08:00-17:00"}
---
kind: System
name: bank
category: saas
---
kind: System
name: portal
category: saas
---
kind: Source
name: bank-feed
systems: [bank]
expect_every: 10m
ingest_delay: 10s
calendar: office
---
kind: Source
name: portal-feed
systems: [portal]
match: {business.flow: [claim]}
expect_every: 2m
ingest_delay: 10s
---
kind: Flow
name: claim
tier: 2
owner: team
milestones:
  - {name: asked}
  - {name: held, optional: true, repeat: true}
  - {name: freed, optional: true, repeat: true}
  - name: answered
    within: 10m
    after: asked
    pause: [{start: held, end: freed}]
  - {name: reviewed, within: 2 business days, calendar: office, after: answered, pause: [{start: held, end: freed}]}
  - {name: done, terminal: true}
objectives: {deadline: 30d}
---
kind: Flow
name: payment
tier: 2
owner: team
milestones:
  - {name: ordered}
  - {name: booked, within: 20m, after: ordered, system: bank}
  - {name: reported, terminal: true, system: portal}
objectives: {deadline: 30d}
"""


@pytest.fixture(scope="module")
def clocks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clocks")
    (folder / "estate.yaml").write_text(CLOCKS, encoding="utf-8")
    return load_catalog([folder])


@pytest.fixture
def timed(correlate_store, clocks):
    line = Line(correlate_store, clocks)
    line.reset()
    line.ticker = Tick(correlate_store, CorrelateConfig())
    return line


def claim(name, at):
    return Event(f"{name}{at}", at, correlation="c1", flow="claim", milestone=name)


def due(line, milestone):
    return next(item["due_at"] for item in line.one()["milestones"] if item["name"] == milestone)


def test_the_clock_stands_still_in_a_pause(timed):
    timed.deliver(claim("asked", 0), claim("held", 60), claim("freed", 360), claim("held", 700), claim("freed", 800))
    timed.tick(810)
    assert due(timed, "answered") == moment(600 + 300 + 100)
    timed.tick(1_029)
    assert timed.one()["status"] == "in_progress"
    timed.tick(1_031)
    assert timed.one()["status"] == "stuck"


def test_a_pause_that_has_not_ended_lets_nothing_fall_due(timed):
    timed.deliver(claim("asked", 0), claim("held", 60))
    timed.tick(100_000)
    assert (timed.one()["status"], due(timed, "answered")) == ("in_progress", None)
    timed.deliver(claim("freed", 99_000))
    timed.tick(100_001)
    assert due(timed, "answered") == moment(600 + 99_000 - 60)


def test_a_pause_after_the_due_time_changes_nothing(timed):
    timed.deliver(claim("asked", 0), claim("held", 601), claim("freed", 900))
    timed.tick(1_000)
    assert (timed.one()["status"], due(timed, "answered")) == ("stuck", moment(600))


# START is a Sunday, 03:00 in New York; the office opens on Monday at 13:00 UTC
MONDAY_OPEN = 29 * 3_600
DAY = 86_400


def test_business_days_end_where_in_the_day_they_began(timed):
    timed.deliver(claim("asked", MONDAY_OPEN), claim("answered", MONDAY_OPEN + 3_600))
    timed.tick(MONDAY_OPEN + 3_700)
    assert due(timed, "reviewed") == moment(MONDAY_OPEN + 3_600 + 2 * DAY)


def test_business_days_stand_still_in_a_pause(timed):
    begin = MONDAY_OPEN + 3_600
    timed.deliver(claim("asked", MONDAY_OPEN), claim("answered", begin))
    timed.deliver(claim("held", begin + 60), claim("freed", begin + DAY + 60))
    timed.tick(begin + 2 * DAY)
    assert due(timed, "reviewed") == moment(begin + 3 * DAY)


def test_business_days_cross_the_change_of_the_clock(timed):
    # 2027-03-14 New York goes from UTC-5 to UTC-4: Friday 10:00 local is 15:00 UTC, Tuesday 10:00 local 14:00 UTC
    friday = (START.replace(year=2027, month=3, day=12, hour=15) - START).total_seconds()
    timed.deliver(claim("asked", friday - 60), claim("answered", friday))
    timed.tick(friday + 60)
    assert due(timed, "reviewed") == START.replace(year=2027, month=3, day=16, hour=14)


def order(name, at, system=""):
    return Event(f"{name}{at}", at, correlation="c2", flow="payment", milestone=name, system=system)


def hello(at, system, flow="payment"):
    return Event(f"hello{at}{system}", at, correlation=f"h{at}{system}", system=system, flow=flow)


def paid(line):
    return line.one("has(identifiers.value, 'c2')")["status"]


def test_a_source_is_not_blind_outside_its_calendar_and_deadlines_are_judged_there(timed):
    friday_evening = MONDAY_OPEN + 4 * DAY + 9 * 3_600 - 300
    timed.deliver(hello(friday_evening, "bank"), order("ordered", friday_evening))
    timed.tick(friday_evening + 60)
    timed.tick(friday_evening + 7_200)
    assert timed.store.value("SELECT blind FROM source_watermarks WHERE source = 'bank-feed'") == 0
    assert paid(timed) == "stuck"
    monday = MONDAY_OPEN + 7 * DAY
    timed.tick(monday + 240)
    assert timed.store.value("SELECT blind FROM source_watermarks WHERE source = 'bank-feed'") == 0
    timed.tick(monday + 330)
    assert timed.store.value("SELECT blind FROM source_watermarks WHERE source = 'bank-feed'") == 1


def test_only_what_matches_a_source_makes_it_heard(timed):
    timed.deliver(hello(0, "portal", "payment"), hello(10, "portal", "claim"), hello(500, "portal", "payment"))
    timed.tick(510)
    row = timed.store.rows("SELECT watermark, blind FROM source_watermarks WHERE source = 'portal-feed'")[0]
    assert (row["watermark"], row["blind"]) == (moment(10), 1)


def test_one_notice_for_a_silent_source_and_none_green_or_stuck_meanwhile(timed):
    timed.deliver(hello(MONDAY_OPEN, "bank"))
    timed.deliver(
        *(Event(f"o{n}", MONDAY_OPEN + n, correlation=f"p{n}", flow="payment", milestone="ordered") for n in range(50))
    )
    for at in (100, 500, 1_300, 2_000, 4_000):
        timed.tick(MONDAY_OPEN + at)
        wanted = {"in_progress"} if at < 1_300 else {"unknown"}
        assert {row["status"] for row in timed.rows("arrayExists(i -> i.value LIKE 'p%', identifiers)")} == wanted
    notices = timed.store.rows("SELECT id, ended_at FROM notices WHERE kind = 'source_blind'")
    assert notices == [{"id": "bank-feed", "ended_at": None}]
    timed.deliver(hello(MONDAY_OPEN + 4_010, "bank"))
    timed.tick(MONDAY_OPEN + 4_100)
    assert {row["status"] for row in timed.rows("arrayExists(i -> i.value LIKE 'p%', identifiers)")} == {"stuck"}
    notices = timed.store.rows("SELECT id, ended_at FROM notices FINAL WHERE kind = 'source_blind'")
    assert [(row["id"], row["ended_at"]) for row in notices] == [("bank-feed", moment(MONDAY_OPEN + 4_100))]


@pytest.mark.parametrize("years", [3, 20])
def test_business_time_is_counted_however_long_ago_it_was(timed, years):
    ago = -round(years * 365.25) * 86_400
    for name, at in [("asked", 0), ("answered", 60), ("reviewed", 20 * 86_400), ("done", 20 * 86_400)]:
        timed.deliver(claim(name, ago + at), received=moment(0))
    timed.tick(60)
    asked = moment(ago)
    assert asked < due(timed, "reviewed") < asked + timedelta(days=8)
    verdicts = timed.store.rows("SELECT rule, verdict FROM verdicts WHERE rule = 'within:reviewed'")
    assert [row["verdict"] for row in verdicts] == ["breached"]
