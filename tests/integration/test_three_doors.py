"""One transaction in three pieces through three doors, in all six orders: the same JSON.

The seconds each order took are printed; three are promised on a machine that does nothing else. No test asserts time.
"""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from core.clock import SystemClock, datetime_from_ns, rfc3339

PATIENCE_S = 20.0
STARTED_AGO_NS = 60_000_000_000


@dataclass(frozen=True)
class Order:
    """The ids of one transaction; everything else is the same for all of them."""

    number: int
    at_ns: int

    @property
    def po_number(self) -> str:
        return f"47{self.number:08d}"

    @property
    def correlation(self) -> str:
        return f"c-doors-{self.number}"

    def id(self, name: str, size: int) -> bytes:
        return sha256(f"{name}/{self.number}".encode()).digest()[:size]

    def anonymous(self, body: Any) -> Any:
        """Return *body* with the ids of this order replaced by their roles."""
        text = json.dumps(body, sort_keys=True)
        roles = {
            self.po_number: "PO",
            self.correlation: "CORRELATION",
            self.id("trace", 16).hex(): "TRACE",
            self.id("span", 8).hex(): "SPAN",
            self.id("event", 8).hex(): "EVENT",
            body["transaction_id"]: "TRANSACTION",
        }
        for value, role in roles.items():
            text = text.replace(value, role)
        return json.loads(text)


def text_attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def by_grpc(served, order: Order) -> None:
    """A trace that knows the correlation id only."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "sourcing-saas"
    span = resource.scope_spans.add().spans.add(
        trace_id=order.id("trace", 16),
        span_id=order.id("span", 8),
        name="approve requisition",
        kind=2,
        start_time_unix_nano=order.at_ns,
        end_time_unix_nano=order.at_ns + 40_000_000,
    )
    for key, value in (
        ("correlation.id", order.correlation),
        ("business.flow", "procure_to_pay"),
        ("business.milestone", "po_approved"),
    ):
        span.attributes.add(key=key).value.string_value = value
    with grpc.insecure_channel(served.grpc) as channel:
        TraceServiceStub(channel).Export(request, timeout=10)


def by_json_log(served, order: Order) -> None:
    """A log record that knows both the correlation id and the purchase order."""
    record = {
        "timeUnixNano": str(order.at_ns + 1_000_000_000),
        "severityNumber": 9,
        "severityText": "INFO",
        "body": {"stringValue": "order created"},
        "attributes": [
            text_attribute("correlation_id", order.correlation),
            text_attribute("po_number", order.po_number),
        ],
    }
    body = {
        "resourceLogs": [
            {
                "resource": {"attributes": [text_attribute("service.name", "mw-orchestrator")]},
                "scopeLogs": [{"logRecords": [record]}],
            }
        ]
    }
    httpx.post(f"{served.otlp_http}/v1/logs", json=body, timeout=10).raise_for_status()


def by_cloudevent(served, order: Order) -> None:
    """An event that knows the purchase order only."""
    event = {
        "specversion": "1.0",
        "source": "/supplier-network",
        "id": order.id("event", 8).hex(),
        "type": "com.supplier-network.order.acknowledged",
        "time": rfc3339(datetime_from_ns(order.at_ns + 2_000_000_000)),
        "milestone": "supplier_ack",
        "system": "supplier-network",
        "data": {"po_number": order.po_number},
    }
    headers = {"content-type": "application/cloudevents+json"}
    httpx.post(f"{served.url}/api/v1/events", content=json.dumps(event), headers=headers, timeout=10).raise_for_status()


DOORS: dict[str, Callable[..., None]] = {"grpc": by_grpc, "json log": by_json_log, "cloudevent": by_cloudevent}


def complete(body: dict[str, Any]) -> bool:
    return bool(body.get("spans") and body.get("events") and body.get("logs"))


def answer(url: str, order: Order, patience_s: float) -> tuple[dict[str, Any], float]:
    """Ask by the purchase order until all three pieces are there; return the body and the seconds it took."""
    started = time.monotonic()
    body: dict[str, Any] = {}
    while (waited := time.monotonic() - started) < patience_s:
        reply = httpx.get(f"{url}/api/v1/transactions/{order.po_number}", timeout=10)
        body = reply.json()
        if reply.status_code == 200 and complete(body):
            return body, waited
        time.sleep(0.05)
    return body, waited


def settled(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out what tells how often and when Wayline looked, which depends on the order of arrival by its nature."""
    kept = {key: value for key, value in body.items() if key not in {"revision", "verdicts"}}
    kept["verdicts"] = [
        {key: value for key, value in verdict.items() if key not in {"revision", "decided_at"}}
        for verdict in body["verdicts"]
    ]
    return kept


def test_six_orders_of_arrival_give_the_same_transaction(wayline):
    at_ns = SystemClock().now_ns() - STARTED_AGO_NS
    warm_up = Order(0, at_ns)
    for send in DOORS.values():
        send(wayline, warm_up)
    assert complete(answer(wayline.url, warm_up, 30)[0])

    seen = {}
    for number, names in enumerate(itertools.permutations(DOORS), start=1):
        order = Order(number, at_ns)
        for name in names:
            DOORS[name](wayline, order)
        body, waited_s = answer(wayline.url, order, PATIENCE_S)
        print(f"{' > '.join(names)}: {waited_s:.2f} s")
        assert complete(body), f"not whole within {PATIENCE_S} s: {body}"
        seen[names] = order.anonymous(settled(body))
    first, *others = seen.values()
    assert first["identifiers"] == [
        {"type": "correlation", "value": "CORRELATION", "role": "identity"},
        {"type": "po_number", "value": "PO", "role": "identity"},
    ]
    for other in others:
        assert other == first


@pytest.mark.parametrize("names", list(itertools.permutations(DOORS)), ids=" > ".join)
def test_pieces_that_come_one_tick_apart_join_all_the_same(wayline, names):
    order = Order(100 + list(itertools.permutations(DOORS)).index(names), SystemClock().now_ns() - STARTED_AGO_NS)
    for name in names:
        DOORS[name](wayline, order)
        time.sleep(1.2)
    body, _ = answer(wayline.url, order, 15)
    assert complete(body)
    assert {piece["value"] for piece in body["identifiers"]} == {order.po_number, order.correlation}
