"""``wayline serve --store clickhouse://…``: what comes through the doors is a transaction found by its PO number."""

import uuid
from collections.abc import Callable

import httpx

from core.clock import SystemClock
from tests.integration.test_three_doors import DOORS, STARTED_AGO_NS, Order, answer, complete

PATIENCE_S = 60.0


def test_a_server_on_a_remote_store_answers_by_purchase_order(server_url: str, start_wayline: Callable[..., object]):
    served = start_wayline("--store", f"{server_url}/served_{uuid.uuid4().hex[:12]}")
    order = Order(1, SystemClock().now_ns() - STARTED_AGO_NS)
    for send in DOORS.values():
        send(served, order)
    body, _ = answer(served.url, order, PATIENCE_S)
    assert complete(body)
    assert body["flow"] == "procure_to_pay"
    assert {one["value"] for one in body["identifiers"]} == {order.po_number, order.correlation}
    assert httpx.get(f"{served.url}/", timeout=10).is_success
    assert not (served.data / "store").exists()
    served.process.terminate()
    assert served.process.wait(timeout=30) == 0
