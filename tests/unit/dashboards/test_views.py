from dataclasses import asdict
from datetime import UTC, timedelta

import pytest

from dashboards.views.health import flow_health, verdict
from dashboards.views.transaction import headline, primary_identifier, sla_clock, stations, time_parts
from dashboards.views.waterfall import Axis, build_waterfall
from tests.unit.dashboards.fakes import (
    FLOWS,
    NOW,
    events,
    failed_summary,
    iso,
    overview_entry,
    span,
    spans,
    stuck_summary,
    summary,
)

ENTRIES = [overview_entry(row) for row in FLOWS]


def test_flow_states_are_judged_from_figures(golden):
    golden("flow_health.json", [asdict(flow_health(entry)) for entry in ENTRIES])


def test_verdict_puts_the_lowest_tier_first_and_names_what_is_unsure(golden):
    golden("verdict.json", asdict(verdict(ENTRIES, [{"severity": "page"}], ["shelf-scanner"])))


def test_verdict_is_good_only_when_everything_was_judged():
    healthy = [entry for entry in ENTRIES if entry["flow"] == "workforce_sync"]
    assert verdict(healthy, [], []).level == "good"
    assert verdict(healthy, [], ["shelf-scanner"]).level == "unknown"
    assert (
        verdict([entry | {"started": 0, "in_progress": 0, "completed": 0} for entry in healthy], [], []).level
        == "unknown"
    )
    assert verdict([], [], []).level == "unknown"
    assert verdict(healthy, [], [], behind_ms=60_000.0).level == "unknown"


def test_flow_whose_transactions_are_all_open_is_unknown():
    entry = ENTRIES[1] | {"completed": 0, "achieved": None, "failure_ratio": None}
    assert flow_health(entry).state == "unknown"


def test_a_failure_rate_says_of_how_many_where_others_cannot_be_judged():
    entry = ENTRIES[0] | {
        "failed": 6,
        "completed": 1,
        "unknown": 62,
        "failure_ratio": 6 / 7,
        "success_objective": 0.995,
    }
    assert flow_health(entry).reason == (
        "86 % of the 7 transactions that ended fail, 0.50 % is allowed; 62 cannot be judged"
    )


def test_business_identity_names_a_transaction_before_technical_ids():
    assert primary_identifier(failed_summary()["identifiers"]) == ("po_number", "4500012345")
    assert primary_identifier([{"type": "trace", "value": "ab", "role": "identity"}]) == ("trace", "ab")
    assert primary_identifier([]) is None


@pytest.mark.parametrize(
    ("changes", "level", "word"),
    [
        ({}, "info", "Due"),
        ({"sla": {"deadline_at": iso(NOW + timedelta(minutes=2)), "judged": True}}, "warn", "Due"),
        ({"sla": {"deadline_at": iso(NOW - timedelta(minutes=2)), "judged": True}}, "bad", "Overdue"),
        ({"sla": {"deadline_at": iso(NOW - timedelta(minutes=2)), "judged": False}}, "unknown", "Not judged"),
        ({"status": "unknown"}, "unknown", "Not judged"),
        ({"sla": {"deadline_at": None}}, "unknown", "No deadline"),
        ({"sla": {"deadline_at": iso(NOW), "breached": True, "late_by_ms": 5.0}}, "bad", "Breached"),
        ({"ended_at": iso(NOW), "status": "completed"}, "good", "Met"),
        ({"ended_at": iso(NOW), "status": "failed"}, "bad", "Failed"),
        ({"ended_at": None, "status": "failed"}, "bad", "Failed"),
        (
            {"ended_at": iso(NOW), "status": "completed", "sla": {"deadline_at": iso(NOW), "judged": False}},
            "unknown",
            "Not judged",
        ),
    ],
)
def test_sla_clock_never_calls_the_unjudged_met(changes, level, word):
    clock = sla_clock(summary("a" * 32, "in_progress", "4500000001", 30) | changes, NOW)
    assert (clock.level, clock.headline) == (level, word)


def test_headline_says_where_it_failed_and_where_it_starts():
    assert headline(failed_summary(), NOW) == "Failed at sent to supplier. It starts in mw-transform (middleware)."
    assert headline(stuck_summary(), NOW).startswith("Waiting for goods receipt, due 20 m ago.")


def test_overdue_milestones_are_told_from_those_to_come():
    stops = stations(stuck_summary()["milestones"], NOW, UTC)
    assert [(stop.status, stop.overdue) for stop in stops[2:4]] == [("pending", True), ("pending", False)]


def test_a_failed_transaction_owes_no_further_milestone():
    stops = stations(stuck_summary()["milestones"], NOW, UTC, "failed")
    assert not any(stop.overdue for stop in stops)


def test_time_parts_share_the_whole():
    parts = time_parts({"time": {"work_ms": 30.0, "queue_ms": 60.0, "retry_ms": 0.0, "unexplained_ms": 10.0}})
    assert [part.share for part in parts] == [0.3, 0.6, 0.0, 0.1]
    assert time_parts({"time": {"work_ms": 0}}) == ()


def test_waterfall_of_a_failed_order(golden):
    golden("waterfall.json", asdict(build_waterfall(spans(), events(), 250)))


def test_axis_folds_long_gaps_and_keeps_order():
    axis = Axis([(0.0, 100.0), (3_600_000.0, 3_600_200.0), (7_200_000.0, 7_200_050.0)])
    assert [fold.gap_ms for fold in axis.folds] == [3_599_900.0, 3_599_800.0]
    places = [axis.at(ms) for ms in (0, 50, 100, 3_600_000, 3_600_200, 7_200_000, 7_200_050)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == pytest.approx(1.0)
    assert places[2] - places[0] > 0.1


def test_axis_of_one_moment_is_not_divided_by_zero():
    assert Axis([(0.0, 0.0)]).at(0.0) == 0.0


def test_thousands_of_spans_become_a_bounded_number_of_rows_and_keep_every_failure():
    root = span(1, 0, "batch", "mw-transform", "middleware", 0, 60_000.0)
    many = [
        root
        | {
            "span_id": f"{number:016x}",
            "parent_span_id": root["span_id"],
            "name": f"item {number % 3}",
            "duration_ms": 4.0,
        }
        for number in range(5_000)
    ]
    broken = [dict(many[number]) | {"is_error": True, "status": "error"} for number in (7, 70, 700)]
    for row in broken:
        row["span_id"] = "e" + row["span_id"][1:]
    shape = build_waterfall([root, *many, *broken], [], 250)
    assert len(shape.bars) <= 250
    assert sum(bar.mark.is_error for bar in shape.bars) == 3
    assert sum(bar.members for bar in shape.bars) + shape.hidden == 5_004


def test_spans_of_different_names_beyond_the_limit_are_counted_as_hidden():
    rows = [
        span(1, 0, f"step {number}", "erp", "erp", number, number) | {"span_id": f"{number:016x}"}
        for number in range(900)
    ]
    shape = build_waterfall(rows, [], 100)
    assert len(shape.bars) == 100
    assert shape.hidden == 800


def test_deep_and_circular_call_trees_are_drawn_once_each():
    chain = [
        span(0, 0, "s", "erp", "erp", n, 1.0) | {"span_id": f"{n:016x}", "parent_span_id": f"{n - 1:016x}"}
        for n in range(3_000)
    ]
    assert len(build_waterfall(chain, [], 5_000).bars) == 3_000
    circle = [span(1, 2, "a", "erp", "erp", 0, 1.0), span(2, 1, "b", "erp", "erp", 0, 1.0)]
    assert len(build_waterfall(circle, [], 10).bars) == 2


def test_nothing_to_draw_is_an_empty_waterfall():
    assert build_waterfall([], [], 10).bars == ()
