"""Processes, risks, queues and failures over HTTP: published shapes, refusals, and an honest answer to a replay."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from path_rows import insert_ways, random_ways
from stored_rows import START, Transaction, hex_id, insert

from analytics.api.process_models import FailureGroups, Latencies, Queues, Rework, Risks, Variants
from analytics.read import queues, topology
from storage.store import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NAMES = ["approved", "sent_to_supplier", "goods_receipt"]


@pytest.fixture(scope="module", autouse=True)
def _stored(engine: Store) -> None:
    insert_ways(engine, random_ways("procure_to_pay", NAMES, 60, NOW - timedelta(hours=3), seed=2))
    steps = [("approved", "done", 1), ("sent_to_supplier", "failed", 5)]
    alike = {"status": "failed", "origin": ("middleware", "mw-transform"), "milestones": steps}
    insert(engine, *(Transaction(f"alike{n}", started_s=n, **alike) for n in range(8)))
    insert(engine, Transaction("other", status="failed", origin=("erp", "erp-finance"), milestones=steps))
    insert(engine, Transaction("loose", flow="", tier=0))
    depth("order-queue", 7.0, minutes=3, engine=engine)
    depth("order-queue", 9.0, minutes=1, engine=engine)
    depth("forgotten-queue", 4.0, minutes=45, engine=engine)


def depth(broker: str, value: float, *, minutes: float, engine: Store) -> None:
    when = NOW - timedelta(minutes=minutes)
    engine.insert(
        "metric_points_gauge",
        ["segment_id", "received_at", "time", "service", "metric", "attributes", "series", "value", "has_value"],
        [[1, when, when, broker, "messaging.queue.depth", {"messaging.destination.name": "orders"}, 5, value, True]],
    )


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/flows/procure_to_pay/latency", Latencies),
        ("/flows/procure_to_pay/rework", Rework),
        ("/flows/procure_to_pay/variants", Variants),
        ("/flows/procure_to_pay/variants?repeats=keep&include_open=true&limit=1000", Variants),
        ("/flows/unclassified/latency", Latencies),
        ("/flows/unclassified/rework", Rework),
        ("/flows/unclassified/variants", Variants),
        ("/at-risk", Risks),
        ("/at-risk?flow=procure_to_pay", Risks),
        ("/queues?window=1h", Queues),
        ("/exceptions", FailureGroups),
    ],
)
def test_answers_have_exactly_the_published_shape(api: TestClient, path, shape):
    answer = api.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    shape.model_validate(answer.json())


def test_pairs_of_milestones_have_both_names(api: TestClient):
    items = api.get("/api/v1/flows/procure_to_pay/latency").json()["items"]
    assert (items[0]["from"], items[0]["to"]) == (None, "approved")
    assert all("from" in item for item in items)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/flows/nothing/latency", 404),
        ("/flows/nothing/rework", 404),
        ("/flows/nothing/variants", 404),
        ("/flows/procure_to_pay/variants?limit=0", 400),
        ("/flows/procure_to_pay/variants?repeats=some", 400),
        ("/flows/procure_to_pay/latency?from=approved", 400),
        ("/flows/procure_to_pay/latency?from=approved&to=nowhere", 400),
        ("/transactions?variant=xyz&flow=procure_to_pay", 400),
        ("/transactions?at_risk=perhaps", 400),
    ],
)
def test_refusals_are_problem_documents(api: TestClient, path, status):
    answer = api.get(f"/api/v1{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_groups_of_failures_come_page_by_page(api: TestClient):
    whole = api.get("/api/v1/exceptions").json()
    assert whole["next_cursor"] is None
    first = api.get("/api/v1/exceptions?limit=1").json()
    second = api.get(f"/api/v1/exceptions?limit=1&cursor={first['next_cursor']}").json()
    assert first["items"] + second["items"] == whole["items"]
    assert second["next_cursor"] is None
    for wrong in ("cursor=zzz", f"cursor={first['next_cursor']}&flow=workforce_sync"):
        assert api.get(f"/api/v1/exceptions?limit=1&{wrong}").status_code == 400


def test_failures_are_grouped_with_examples_newest_first_and_their_list(api: TestClient):
    groups = api.get("/api/v1/exceptions").json()["items"]
    assert [(group["transactions"], group["origin"]["system"], group["milestone"]) for group in groups] == [
        (8, "mw-transform", "sent_to_supplier"),
        (1, "erp-finance", "sent_to_supplier"),
    ]
    assert groups[0]["examples"] == [hex_id(f"alike{n}") for n in (7, 6, 5, 4, 3)]
    assert groups[0]["first_at"] < groups[0]["last_at"]
    listed = api.get(f"/api/v1{groups[0]['transactions_url']}").json()["items"]
    assert {item["transaction_id"] for item in listed} == {hex_id(f"alike{n}") for n in range(8)}
    narrowed = api.get("/api/v1/exceptions?flow=workforce_sync").json()["items"]
    assert narrowed == []


def test_a_replay_that_nothing_can_honour_says_so_and_where_to_do_it(api: TestClient):
    group = api.get("/api/v1/exceptions").json()["items"][0]
    answer = api.post(f"/api/v1/exceptions/{group['id']}/replay")
    assert (answer.status_code, answer.headers["content-type"]) == (501, "application/problem+json")
    body = answer.json()
    assert "mw-transform" in body["detail"]
    assert body["runbooks"] == group["runbooks"] != []
    assert body["transactions_url"] == group["transactions_url"]


@pytest.mark.parametrize("unknown", ["0123456789abcdef", "nonsense", "ffffffffffffffffffff"])
def test_a_replay_of_an_unknown_group_is_not_found(api: TestClient, unknown):
    assert api.post(f"/api/v1/exceptions/{unknown}/replay").status_code == 404


def test_a_depth_is_the_last_word_of_the_broker_and_an_old_word_is_none(api: TestClient):
    queues = {queue["queue"]: queue for queue in api.get("/api/v1/queues?window=2h").json()["items"]}
    assert (queues["order-queue"]["depth"], queues["order-queue"]["destinations"]) == (9.0, ["orders"])
    assert queues["order-queue"]["consumer_lag"] is None
    assert "forgotten-queue" not in queues
    assert queues["workforce-queue"]["depth"] is None


def test_a_sample_of_the_traces_shows_the_same_dependencies_and_estimates_their_counts(reader, engine, monkeypatch):
    begin = START + timedelta(days=2)
    columns = ["segment_id", "received_at", "time", "duration_ns", "trace_id", "span_id", "parent_span_id", "name"]
    columns += ["kind", "service", "attributes", "links.trace_id", "links.span_id"]
    rows = []
    for number in range(400):
        when = begin + timedelta(seconds=number)
        sent, took = (bytes.fromhex(hex_id(f"{word}{number}", 16)) for word in ("sent", "took"))
        trace, other = (bytes.fromhex(hex_id(f"{word}{number}")) for word in ("sampled", "taker"))
        links = ([trace], [sent]) if number % 4 else ([], [])
        peer = {"peer.service": "order-queue"}
        rows.append([1, when, when, 1_000, trace, sent, bytes(8), "send", 4, "erp-finance", peer, [], []])
        rows.append([1, when, when, 1_000, other, took, bytes(8), "take", 5, "mw-transform", {}, *links])
    engine.insert("spans", columns, rows)
    window = (begin, begin + timedelta(hours=1))
    whole = reader.dependencies(*window)
    assert whole["sampled_one_in"] == 1
    monkeypatch.setattr(topology, "_ENOUGH_SPANS", 250)
    monkeypatch.setattr(queues, "_ENOUGH_SPANS", 250)
    sampled = reader.dependencies(*window)
    assert sampled["sampled_one_in"] == 4

    def shape(graph):
        return {(edge["source"], edge["target"], edge["kind"], edge["via"]): edge["calls"] for edge in graph["edges"]}

    assert shape(whole) == {
        ("erp-finance", "mw-transform", "queue", "order-queue"): 300,
        ("erp-finance", "order-queue", "queue", None): 100,
    }
    assert set(shape(sampled)) == set(shape(whole))
    for edge, calls in shape(sampled).items():
        assert calls == pytest.approx(shape(whole)[edge], rel=0.45)
    (queue,) = [queue for queue in reader.queues(*window) if queue["produced"]]
    assert (queue["queue"], queue["sampled_one_in"]) == ("order-queue", 4)
    assert queue["waiting"] == pytest.approx(100, rel=0.45)


def test_every_new_path_stands_in_the_openapi_document(api: TestClient):
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    for path in ("flows/{flow}/latency", "flows/{flow}/rework", "flows/{flow}/variants", "at-risk"):
        assert "get" in paths[f"/api/v1/{path}"]
    assert "post" in paths["/api/v1/exceptions/{exception_id}/replay"]
