"""A carrier posts its notification in its own words; the transaction of the shipment shows the milestone."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.conftest import Served

WAIT_S = 30
BODY = {
    "notification": {"id": "n-1", "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "kind": "booked"},
    "shipment": {"number": "SHP-4711"},
}


def call(url: str, body: bytes | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_webhook_becomes_a_milestone_of_its_transaction(start_wayline: Callable[..., Served]):
    served = start_wayline()
    hook = f"{served.url}/api/v1/hooks/carrier-webhook"
    for _ in range(2):
        assert call(hook, json.dumps(BODY).encode()) == (202, {"accepted": 1})
    found: Any = {}
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        status, found = call(f"{served.url}/api/v1/transactions/SHP-4711")
        if status == 200:
            break
        time.sleep(0.3)
    assert found["flow"] == "inventory_sync"
    assert [one["name"] for one in found["milestones"] if one["status"] == "done"] == ["shipment_booked"]
    assert [(one["source"], one["system"]) for one in found["events"]] == [("carrier-webhook", "carrier-saas")]

    status, refused = call(f"{served.url}/api/v1/hooks/nobody", b"{}")
    assert (status, refused["title"], refused["reason"]) == (404, "Not Found", "unknown_source")
    status, refused = call(hook, b"{")
    assert (status, refused["title"], refused["instance"]) == (400, "Bad Request", "/api/v1/hooks/carrier-webhook")


def test_a_source_shows_why_its_last_delivery_was_refused_until_one_is_taken(start_wayline: Callable[..., Served]):
    served = start_wayline()
    hook = f"{served.url}/api/v1/hooks/carrier-webhook"

    def last_error() -> tuple[Any, Any]:
        items = call(f"{served.url}/api/v1/sources")[1]["items"]
        (found,) = [item for item in items if item["source"] == "carrier-webhook"]
        return found["last_error"], found["last_error_at"]

    assert last_error() == (None, None)
    assert call(hook, b'{"patient": "Jane Q')[0] == 400
    message, at = last_error()
    assert message == "bad_data: the body is not valid JSON"
    assert at.endswith("Z")
    assert call(hook, json.dumps(BODY).encode())[0] == 202
    assert last_error() == (None, None)
