"""The HTTP API over the real reader: paths, parameters, shapes, problem documents, probes."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from stored_rows import Transaction, hex_id, insert

from analytics.api.models import TransactionDetail, TransactionList
from core.component import Health
from storage.store import Store

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def order(engine: Store) -> Transaction:
    wanted = Transaction(
        "order",
        status="failed",
        identifiers=[("po_number", "45/00 12?#%", "identity"), ("supplier_id", "S-77", "reference")],
        milestones=[("approved", "done", 1), ("sent_to_supplier", "failed", 50), ("goods_receipt", "pending", None)],
        origin=("middleware", "mw-transform"),
        breached=True,
        verdicts=[("status", "failed", 61)],
        observations=[
            {"span": hex_id("a", 16), "system": "erp-finance", "name": "POST", "span_kind": 2, "took_s": 1},
            {"kind": "log", "system": "erp-finance", "body": "posted", "severity_number": 9, "event_id": "1"},
            {"kind": "event", "source": "/erp", "event_id": "e-1", "name": "erp.po.approved", "milestone": "approved"},
        ],
    )
    sibling = Transaction("sibling", flow="", tier=0, started_s=5, identifiers=[("supplier_id", "S-77", "reference")])
    insert(engine, wanted, sibling)
    return wanted


def test_an_identifier_with_slashes_is_found_percent_encoded(api: TestClient, order: Transaction):
    answer = api.get(f"/api/v1/transactions/{quote('45/00 12?#%', safe='')}")
    assert answer.status_code == 200
    assert answer.json()["transaction_id"] == order.id


def test_the_detail_has_exactly_the_published_shape(api: TestClient, order: Transaction):
    body = api.get(f"/api/v1/transactions/{order.id}").json()
    TransactionDetail.model_validate(body)
    assert set(body) - {"truncated"} == set(TransactionDetail.model_fields) - {"truncated"}
    assert body["milestones"][2] == {
        "name": "goods_receipt",
        "status": "pending",
        "system": "mw-transform",
        "attempts": 1,
    }
    assert body["started_at"] == "2026-11-22T07:00:00.000000Z"


def test_several_holders_are_300_with_their_list(api: TestClient, order: Transaction):
    answer = api.get("/api/v1/transactions/S-77")
    assert answer.status_code == 300
    listed = TransactionList.model_validate(answer.json())
    assert [item.flow for item in listed.items] == [None, "procure_to_pay"]


def test_nothing_found_is_404_and_says_what_was_searched(api: TestClient):
    answer = api.get("/api/v1/transactions/nowhere", params={"type": "po_number"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["searched"] == [{"type": "po_number", "value": "NOWHERE"}]
    assert {"type", "title", "status", "detail", "instance"} <= set(body)


@pytest.mark.parametrize(
    "query",
    [
        "sort=colour",
        "cursor=nonsense",
        "limit=0",
        "limit=1001",
        "limit=many",
        "status=lost",
        "tier=first",
        "since=yesterday",
        "since=2026-11-22T08:00:00",
    ],
)
def test_a_wrong_parameter_is_a_400_problem(api: TestClient, query):
    answer = api.get(f"/api/v1/transactions?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == 400


FAR = ["0001-01-01T00:00:00Z", "1899-12-31T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "-1", "99999999999"]
RANGES = ["flows/procure_to_pay/series", "flows/procure_to_pay/latency", "flows/procure_to_pay/variants"]
RANGES += ["flows/procure_to_pay/rework", "sla", "origins", "dependencies", "queues", "exceptions", "transactions"]


@pytest.mark.parametrize("path", RANGES)
def test_no_time_is_too_far_to_answer(api: TestClient, order: Transaction, path):
    for end in ("since", "until"):
        for moment in FAR:
            assert api.get(f"/api/v1/{path}", params={end: moment}).status_code in (200, 400), (end, moment)
    assert api.get(f"/api/v1/{path}", params={"window": "99999999999d"}).status_code == 200


def test_a_range_that_runs_backwards_is_refused(api: TestClient):
    backwards = {"since": "2026-11-22T08:00:00Z", "until": "2026-11-22T07:00:00Z"}
    for path in ("transactions", "sla", "origins"):
        assert api.get(f"/api/v1/{path}", params=backwards).json()["parameter"] == "since"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/flows?window=soon", 400),
        ("/api/v1/flows/procure_to_pay/series?bucket=1ms", 400),
        ("/api/v1/flows/nothing", 404),
        ("/api/v1/runbooks/nothing", 404),
        ("/api/v1/runbooks/PurchaseOrder?tx=nothing", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/sla?as=guessed", 400),
        ("/api/v1/sla?since=2026-11-22T08:00:00Z&until=2026-11-22T08:00:00Z", 400),
    ],
)
def test_every_refusal_is_a_problem_document(api: TestClient, path, status):
    answer = api.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"]


def test_the_instance_of_a_problem_is_an_address(api: TestClient):
    answer = api.get("/api/v1/transactions/a%2Fb%00%20%C3%A9?type=po_number")
    assert answer.json()["instance"] == "/api/v1/transactions/a/b%00%20%C3%A9"


def test_a_wrong_method_is_a_problem_that_names_the_right_one(api: TestClient):
    answer = api.delete("/api/v1/flows")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/transactions", "/flows", "/flows/procure_to_pay/series", "/sla", "/systems", "/dependencies", "/sources",
        "/queues", "/exceptions", "/runbooks", "/notices",
    ],
)  # fmt: skip
def test_every_list_has_items_and_a_cursor(api: TestClient, order: Transaction, path):
    answer = api.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert isinstance(body["items"], list)
    assert body["next_cursor"] is None


@pytest.mark.parametrize("path", ["/flows/procure_to_pay", "/flows/unclassified", "/stats", "/runbooks/PurchaseOrder"])
def test_single_things_answer(api: TestClient, order: Transaction, path):
    assert api.get(f"/api/v1{path}").status_code == 200


def test_origins_are_ranked_against_a_baseline(api: TestClient, order: Transaction):
    times = {"since": "2026-11-22T07:00:00Z", "until": "2026-11-22T08:00:00Z", "baseline_since": "2026-11-21T07:00:00Z"}
    assert isinstance(api.get("/api/v1/origins", params=times).json()["ranked"], list)


def test_parameters_may_be_repeated_or_separated_by_commas(api: TestClient, order: Transaction):
    by_comma = api.get("/api/v1/transactions?status=failed,completed&flow=procure_to_pay,unclassified").json()
    repeated = api.get("/api/v1/transactions?status=failed&status=completed").json()
    assert len(by_comma["items"]) == len(repeated["items"]) == 2


def test_a_plus_that_was_not_encoded_is_understood(api: TestClient, order: Transaction):
    answer = api.get("/api/v1/transactions?since=2026-11-22T09:00:01+02:00")
    assert answer.status_code == 200
    assert [item["flow"] for item in answer.json()["items"]] == [None]


def test_pages_join_up_by_cursor(api: TestClient, order: Transaction):
    first = api.get("/api/v1/transactions?limit=1").json()
    second = api.get("/api/v1/transactions", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert first["items"][0]["transaction_id"] != second["items"][0]["transaction_id"]
    assert second["next_cursor"] is None


def test_openapi_describes_every_path(api: TestClient):
    paths = set(api.get("/api/v1/openapi.json").json()["paths"])
    assert {"/api/v1/transactions", "/api/v1/transactions/{identifier}", "/api/v1/origins", "/api/v1/sla"} <= paths


def test_probes_tell_life_readiness_and_metrics(api: TestClient, health: list[Health]):
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").status_code == 200
    health[0] = Health("spool", ok=False, detail="full")
    refused = api.get("/readyz")
    assert refused.status_code == 503
    assert {"name": "spool", "ok": False, "detail": "full"} in refused.json()["components"]
    assert "wayline_spool_bytes" in api.get("/metrics").text
