"""Times between milestones, rework and variants against a plain oracle over the same ways."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from path_rows import US, Way, insert_ways, random_ways

from analytics.read.context import ReadContext
from analytics.read.latencies import latency
from analytics.read.reworks import rework
from analytics.read.variants import variants
from analytics.sla.business_time import ladder, unix_us
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.sqlfiles import load_sql
from storage.store import Store

CATALOG = """
kind: Owner
name: team
---
kind: Calendar
name: office
zone: America/New_York
hours: {mon-fri: ["08:00-12:15", "13:00-17:30"]}
---
kind: Flow
name: order
tier: 2
owner: team
milestones:
  - {name: asked}
  - {name: checked, optional: true, repeat: true}
  - {name: sent}
  - {name: paid, terminal: true}
objectives: {deadline: 5m}
---
kind: Flow
name: leave
tier: 3
owner: team
milestones:
  - {name: asked}
  - {name: approved, within: 2 business days, calendar: office}
  - {name: booked, terminal: true}
"""
NAMES = ["asked", "checked", "sent", "paid"]
SINCE = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
UNTIL = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def ways(engine: Store) -> list[Way]:
    made = random_ways("order", NAMES, 700, SINCE, seed=4)
    made.append(Way("nowhere", "order", "in_progress", unix_us(SINCE) + US))
    insert_ways(engine, [Way(way.name, way.flow, "in_progress", way.started_us) for way in made[:50]], version=0)
    insert_ways(engine, made)
    gone = random_ways("order", NAMES, 20, SINCE, seed=5)
    insert_ways(engine, gone, version=1)
    insert_ways(engine, gone, version=2, deleted=1)
    insert_ways(engine, random_ways("order", NAMES, 30, SINCE - timedelta(hours=9), seed=6))
    return made


@pytest.fixture(scope="module")
def context(engine: Store, tmp_path_factory: pytest.TempPathFactory) -> ReadContext:
    folder: Path = tmp_path_factory.mktemp("catalog")
    (folder / "estate.yaml").write_text(CATALOG)
    clock = FakeClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    return ReadContext(engine, CatalogProvider([folder], clock), clock)


def flow(context: ReadContext, name: str):
    return context.catalogs.current().flows[name]


def plain(label: str) -> str:
    return label.removesuffix(":failed").removesuffix(":retry")


def between(values: list[float], low: float, shown: float, high: float) -> bool:
    """Whether *shown* lies between the neighbours of the exact quantile: engines interpolate differently."""
    ordered = sorted(values)
    return ordered[max(0, math.floor(low))] - 1e-6 <= shown <= ordered[min(len(ordered) - 1, math.ceil(high))] + 1e-6


def close(values: list[float], quantile: float, shown: float | None) -> bool:
    place = quantile * (len(values) - 1)
    return shown is not None and between(values, place - 1, shown, place + 1)


def test_times_between_neighbouring_milestones_are_those_of_the_oracle(context, ways):
    expected: dict[tuple[str | None, str | None], list[float]] = defaultdict(list)
    for way in ways:
        first = dict(reversed(way.passages))
        reached = [(name, first[name]) for name in NAMES if name in first]
        for (before, begun), (after, ended) in pairwise([(None, way.started_us), *reached]):
            expected[before, after].append((ended - begun) / 1e3)
        if way.status.startswith("completed"):
            expected[None, None].append((way.ended_us - way.started_us) / 1e3)
    items = latency(context, flow(context, "order"), SINCE, UNTIL)
    assert {(item["from"], item["to"]) for item in items} == set(expected)
    assert (items[-1]["from"], items[-1]["to"]) == (None, None)
    for item in items:
        took = expected[item["from"], item["to"]]
        measured = [ms for ms in took if ms >= 0]
        assert (item["count"], item["out_of_order"]) == (len(measured), len(took) - len(measured))
        assert item["clock"] == "elapsed"
        for name, quantile in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            assert close(measured, quantile, item[name]), (item["from"], item["to"], name)
        assert sum(bucket["count"] for bucket in item["buckets"]) == len(measured)
        for bucket in item["buckets"]:
            inside = sum(bucket["from_ms"] * (1 - 1e-5) <= ms < bucket["to_ms"] * (1 + 1e-5) for ms in measured)
            assert inside >= bucket["count"] - 1


def test_two_milestones_are_measured_whatever_lies_between(context, ways):
    took = []
    for way in ways:
        first = dict(reversed(way.passages))
        if "asked" in first and "sent" in first:
            took.append((first["sent"] - first["asked"]) / 1e3)
    (item,) = latency(context, flow(context, "order"), SINCE, UNTIL, ("asked", "sent"))
    assert (item["from"], item["to"]) == ("asked", "sent")
    assert item["count"] + item["out_of_order"] == len(took)
    assert close([ms for ms in took if ms >= 0], 0.9, item["p90_ms"])


def test_a_milestone_with_a_calendar_is_measured_in_its_opening_hours(context, engine):
    begin = datetime(2026, 10, 26, 6, 17, 11, tzinfo=UTC)
    made = [
        Way(
            f"leave-{n}",
            "leave",
            "completed",
            unix_us(begin) + n * 5_003 * US,
            [
                ("asked", unix_us(begin) + n * 5_003 * US),
                ("approved", unix_us(begin) + n * 5_003 * US + n * n * 900 * US),
                ("booked", unix_us(begin) + n * 5_003 * US + n * n * 900 * US + US),
            ],
            unix_us(begin) + n * 5_003 * US + n * n * 900 * US + US,
        )
        for n in range(50)
    ]
    insert_ways(engine, made)
    calendar = context.catalogs.current().calendars["office"]
    clock = ladder(calendar, begin.date() - timedelta(days=3), begin.date() + timedelta(days=60), "time")
    items = latency(context, flow(context, "leave"), begin - timedelta(days=1), begin + timedelta(days=10))
    item = next(item for item in items if item["to"] == "approved")
    opened = [
        (clock.reading_at(way.passages[1][1]) - clock.reading_at(way.passages[0][1])) / 1e3
        for way in made
        if way.started_us < unix_us(begin + timedelta(days=10))
    ]
    assert item["clock"] == "office"
    assert item["count"] == len(opened)
    for name, quantile in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99)):
        assert close(opened, quantile, item[name])
    # the engine interpolates between neighbours; the histogram tells the sum exactly
    under = sum(ms < 1 for ms in opened)
    assert sum(bucket["count"] for bucket in item["buckets"] if bucket["to_ms"] <= 1) == under
    assert next(item for item in items if item["to"] == "booked")["clock"] == "elapsed"


@pytest.mark.parametrize("repeats", ["collapse", "keep"])
@pytest.mark.parametrize("include_open", [False, True])
def test_variants_are_those_of_the_oracle(context, ways, repeats, include_open):
    wanted = [way for way in ways if include_open or way.status in ("completed", "completed_late", "failed")]

    def shape(labels):
        return tuple(labels) if repeats == "keep" else tuple(label for label, _ in groupby(labels))

    expected = Counter(shape(way.labels) for way in wanted)
    answer = variants(context, "order", SINCE, UNTIL, limit=7, repeats=repeats, include_open=include_open)
    assert (answer["transactions"], answer["variants"]) == (len(wanted), len(expected))
    assert [item["count"] for item in answer["items"]] == [count for _, count in expected.most_common(7)]
    for item in answer["items"]:
        steps = tuple(step["step"] for step in item["steps"])
        assert item["count"] == expected[steps]
        assert item["share"] == pytest.approx(item["count"] / len(wanted))
        of_it = [way for way in wanted if shape(way.labels) == steps]
        ended = [(way.ended_us - way.started_us) / 1e3 for way in of_it if way.status.startswith("completed")]
        assert close(ended, 0.95, item["p95_ms"]) if ended else item["p95_ms"] is None
        good = sum(way.status == "completed" for way in of_it)
        bad = sum(way.status in ("failed", "completed_late", "stuck") for way in of_it)
        assert item["achieved"] == (pytest.approx(good / (good + bad)) if good + bad else None)
        assert item["sample_transaction_id"] == min(of_it, key=lambda way: way.started_us).id
    assert answer["other"]["variants"] == len(expected) - 7
    assert sum(item["count"] for item in [*answer["items"], answer["other"]]) == len(wanted)


def test_rework_is_that_of_the_oracle(context, ways):
    answer = rework(context, flow(context, "order"), SINCE, UNTIL)
    assert answer["transactions"] == len(ways)
    items = {item["milestone"]: item for item in answer["items"]}
    for name in NAMES:
        costs, repeats, loops, looped = [], 0, 0, 0
        for way in ways:
            times = [at for label, at in way.passages if plain(label) == name]
            if len(times) < 2:
                continue
            runs = sum(found == name for found, _ in groupby(plain(label) for label in way.labels))
            costs.append((times[-1] - times[0]) / 1e3)
            repeats += len(times) - 1
            loops += runs - 1
            looped += runs > 1
        item = items[name]
        assert (item["transactions"], item["repeats"], item["loops"], item["looped"]) == (
            len(costs),
            repeats,
            loops,
            looped,
        )
        assert item["total_ms"] == pytest.approx(sum(costs))
        assert close(costs, 0.95, item["p95_ms"])
        assert item["expected"] == (name == "checked")
    expected: Counter[tuple[str, str]] = Counter()
    for way in ways:
        names = [plain(label) for label in way.labels]
        for place, (before, after) in enumerate(pairwise(names), start=1):
            if NAMES.index(after) < NAMES.index(before) and after in names[:place]:
                expected[before, after] += 1
    assert {(loop["from"], loop["to"]): loop["times"] for loop in answer["loops"]} == dict(expected)


def test_a_window_without_transactions_has_no_figures(context, ways):
    empty = (UNTIL + timedelta(days=30), UNTIL + timedelta(days=31))
    assert latency(context, flow(context, "order"), *empty) == []
    assert variants(context, "order", *empty)["items"] == []
    assert rework(context, flow(context, "order"), *empty) == {"transactions": 0, "items": [], "loops": []}


@pytest.mark.parametrize("name", ["total", "rework", "variants_rest"])
def test_one_flow_in_a_window_is_a_range_of_the_primary_key(engine, ways, name):
    sql = load_sql("analytics.process", f"sql/{name}").replace("PATH", "path")
    params = {"flow": "order", "since": SINCE, "until": UNTIL, "open": 1, "listed": []}
    plan = "\n".join(row["explain"] for row in engine.rows(f"EXPLAIN indexes = 1 {sql}", params))
    keys = plan.split("PrimaryKey")[1].split("Parts")[0]
    assert "flow" in keys
    assert "started_hour" in keys
