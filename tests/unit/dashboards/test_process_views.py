"""Words and shares of processes and predictions, and the layered map: pure, held against golden files."""

import random
from dataclasses import asdict
from itertools import pairwise

import pytest

from dashboards.charts import histogram
from dashboards.pages.queues import queue_state
from dashboards.pages.service_levels import budget
from dashboards.router import draw
from dashboards.views.dependency_map import dependency_map, rate
from dashboards.views.layers import lay_out
from dashboards.views.prediction import chance, forecast, spread
from dashboards.views.process import drop_offs, pair_name, rework_sentence, step_name
from tests.unit.dashboards.conftest import hrefs_of, text_of
from tests.unit.dashboards.fakes import NOW, TX_BATCH, BusyReader, EmptyReader, FakeAlerts
from tests.unit.dashboards.process_fakes import BusyProcesses, prediction, queue

NODES = [
    {"system": name, "title": name.title(), "category": category}
    for name, category in (("erp", "erp"), ("mw", "middleware"), ("q", "queue"), ("saas", "saas"), ("db", "database"))
]
EDGES = [
    {"source": "erp", "target": "mw", "kind": "queue", "via": "q", "calls": 400, "errors": 12, "p95_ms": 90.0},
    {"source": "mw", "target": "saas", "kind": "call", "via": None, "calls": 390, "errors": 0, "p95_ms": 700.0},
    {"source": "mw", "target": "db", "kind": "call", "via": None, "calls": 1_200, "errors": 1, "p95_ms": 4.0},
    {"source": "saas", "target": "erp", "kind": "call", "via": None, "calls": 3, "errors": 0, "p95_ms": 40.0,
     "observed": False},
]  # fmt: skip


def test_a_prediction_is_an_estimate_in_every_word(golden):
    cases = {
        "likely": prediction(0.83),
        "certain": prediction(0.999),
        "possible": prediction(0.3),
        "unlikely": prediction(0.002),
        "no deadline": prediction(None),
        "may never": prediction(None, remaining_ms={"p50": None}),
        "silent": {"judged": False, "why": "fewer than 30 earlier transactions waited this long"},
    }
    golden("forecast.json", {name: asdict(forecast(case)) for name, case in cases.items()})
    assert forecast(None) is None
    assert "100 %" not in chance(1.0)
    assert chance(0.0) != "0 %"
    assert spread(prediction()) == "half of them within 15 m to 40 m, one in ten after 1 h 5 m"


def test_steps_of_a_variant_say_what_became_of_them():
    assert step_name({"step": "sent_to_supplier:failed", "times": 2}) == ("Sent to supplier", "failed", 2)
    assert step_name({"step": "SRM: Created", "times": 1}) == ("SRM: Created", "", 1)


def test_pairs_name_start_and_end():
    pairs = BusyProcesses().latency("f", NOW, NOW)
    assert [pair_name(pair) for pair in (pairs[0], pairs[-1])] == [
        ("Start", "Approved"),
        ("Start", "End (whole transaction)"),
    ]


def test_the_funnel_loses_those_that_failed_or_ended_without_a_milestone_but_not_those_that_may_come():
    funnel = [
        {"reached": 90, "failed": 0, "missing": 0, "pending": 10},
        {"reached": 40, "failed": 6, "missing": 4, "pending": 50},
        {"reached": 0, "failed": 0, "missing": 0, "pending": 40},
    ]
    first, second, third = drop_offs(funnel)
    assert (first.count, second.count, second.share) == (0, 10, 0.2)
    assert third is None


def test_expected_repeats_are_no_rework():
    found = BusyProcesses().rework("f", NOW, NOW)
    assert rework_sentence(found).startswith("Sent to supplier costs most: 61 transactions")
    expected = [item for item in found["items"] if item["expected"]]
    assert "No milestone was passed more than once" in rework_sentence(found | {"items": expected})
    assert (
        rework_sentence({"transactions": 0, "items": [], "loops": []}) == "No transaction started in this time range."
    )


def test_a_histogram_says_where_most_are():
    buckets = BusyProcesses().latency("f", NOW, NOW)[0]["buckets"]
    assert "most, 446, between 26 s and 40 s" in str(histogram(buckets).children[0].title)
    assert text_of(histogram([])) == "none measured"


@pytest.mark.parametrize(
    ("figures", "level"),
    [
        ((None, None, None, None), "unknown"),
        ((5, 5, 0, None), "good"),
        ((5, 4, 1, 900.0), "info"),
        ((5, 4, 1, 120_000.0), "warn"),
    ],
)
def test_a_queue_of_which_nothing_is_known_is_never_in_order(figures, level):
    assert queue_state(queue("q", *figures))[0] == level


def test_a_queue_without_a_consumer_says_so_and_a_depth_alone_is_enough_to_know():
    assert queue_state(queue("q", 1, 1, 0, None, consumers=0.0)) == ("warn", "No consumer")
    assert queue_state(queue("q", None, None, None, None, depth=0.0)) == ("good", "Drained")


def test_an_unknown_budget_is_not_a_full_one():
    assert text_of(budget(None)) == "unknown"
    assert "overdrawn by 320 %" in text_of(budget(-3.2))
    assert "used up" in text_of(budget(0.0))


def test_the_map_is_the_same_for_the_same_graph_and_shows_queues_as_nodes(golden):
    drawn = dependency_map(NODES, EDGES, 3_600)
    golden("dependency_map.json", asdict(drawn))
    shuffled = dependency_map(NODES[::-1], EDGES[::-1], 3_600)
    assert asdict(shuffled) == asdict(drawn)
    assert ("erp", "q") in {(ribbon.source, ribbon.target) for ribbon in drawn.ribbons}
    assert ("q", "mw") in {(ribbon.source, ribbon.target) for ribbon in drawn.ribbons}
    failing = {(ribbon.source, ribbon.target) for ribbon in drawn.ribbons if ribbon.failing}
    assert failing == {("q", "mw")}


def test_layers_run_with_the_edges_and_every_node_has_a_place_of_its_own():
    dice = random.Random(3)
    for _ in range(60):
        names = [f"n{number}" for number in range(dice.randrange(1, 14))]
        edges = {(dice.choice(names), dice.choice(names)) for _ in range(dice.randrange(0, 24))}
        layout = lay_out(names, edges)
        assert set(layout.places) == set(names)
        assert len(set(layout.places.values())) == len(names)
        drawn = {edge for edge in edges if edge[0] != edge[1]}
        assert set(layout.routes) == drawn
        for (source, target), route in layout.routes.items():
            assert (route[0], route[-1]) == (layout.places[source], layout.places[target])
            assert all(abs(one.layer - other.layer) == 1 for one, other in pairwise(route))
        backwards = [edge for edge, route in layout.routes.items() if route[0].layer > route[-1].layer]
        assert not backwards or _has_cycle(drawn)


def _has_cycle(edges):
    left = set(edges)
    while left:
        sinks = {target for _, target in left} - {source for source, _ in left}
        if not sinks:
            return True
        left = {edge for edge in left if edge[1] not in sinks}
    return False


def test_rates_come_in_the_unit_in_which_they_are_read():
    assert [rate(calls, 3_600) for calls in (7, 900, 7_200, 90_000)] == ["7.0/h", "15.0/min", "2.0/s", "25/s"]


def test_pages_lead_to_the_transactions_behind_every_figure(page_context):
    variants = hrefs_of(draw(page_context("/flows/procure_to_pay?view=variants")).body)
    assert "/transactions?flow=procure_to_pay&variant=0000000000000001" in variants
    failures = hrefs_of(draw(page_context("/exceptions")).body)
    assert any("milestone=sent_to_supplier%3Afailed" in href and "origin=mw-transform" in href for href in failures)
    assert any("/runbooks/PurchaseOrderTransformFailed?tx=" in href for href in failures)
    assert "/transactions?at_risk=true" in hrefs_of(draw(page_context("/")).body)
    levels = hrefs_of(draw(page_context("/sla")).body)
    assert "/transactions?tier=1&status=failed" in levels


def test_an_open_transaction_says_that_it_will_probably_breach(page_context):
    text = text_of(draw(page_context(f"/transactions/{TX_BATCH}")).body)
    assert "Will probably breach in 12 m" in text
    assert "From 214 earlier transactions" in text


def test_nothing_known_is_said_and_not_shown_as_good(page_context):
    for address, said in (
        ("/queues", "No queue is in the catalog"),
        ("/exceptions", "Nothing failed in this time range."),
        ("/sla", "The catalog names no flow."),
    ):
        assert said in text_of(draw(page_context(address, EmptyReader(), FakeAlerts())).body)
    assert text_of(draw(page_context("/queues", BusyReader())).body).count("unknown") >= 4
