"""The four parts as processes of their own on one remote store: together they are `wayline serve`."""

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from core.clock import SystemClock
from core.errors import ConfigError
from storage.config import StorageConfig
from storage.migrate import list_migrations, pending_migrations
from storage.store import open_store
from tests.integration.test_three_doors import DOORS, STARTED_AGO_NS, Order, answer
from wayline.roles import Role, refuse_embedded
from wayline.settings import load_settings

MARK = "counted work"
REQUESTS = 30
SPANS = 20


@pytest.mark.parametrize("role", list(Role))
def test_a_part_alone_wants_a_store_that_others_can_reach(role, tmp_path):
    settings = load_settings(flags={"server.data": tmp_path})
    with pytest.raises(ConfigError, match="--store"):
        refuse_embedded(settings, frozenset({role}))
    refuse_embedded(settings, frozenset(Role))


@pytest.mark.slow
def test_collect_correlate_alert_and_dashboard_are_one_wayline(endpoint, start_wayline, tmp_path):
    store = f"{endpoint.url}/roles_{uuid.uuid4().hex[:12]}"
    shared = {"WAYLINE_SERVER__STATE_URL": f"sqlite:///{tmp_path / 'state.sqlite'}"}
    # All at once on an empty database: each makes what is missing of the schema.
    names = ("collect", "collect", "correlate", "alert", "dashboard")
    parts = [start_wayline("--store", store, command=name, environment=shared, wait=False) for name in names]
    for served in parts:
        wait_ready(served)
    one, other, correlating, alerting, pages = parts
    order = Order(1, SystemClock().now_ns() - STARTED_AGO_NS)
    for send in DOORS.values():
        send(one, order)
    send_at_once(one, other)
    body, _ = answer(pages.url, order, 60.0)
    assert body["flow"] == "procure_to_pay"
    assert httpx.get(f"{pages.url}/", timeout=20).is_success
    assert httpx.get(f"{pages.url}/api/v1/alerts", timeout=20).is_success
    # What a part does not do it does not answer for.
    assert httpx.get(f"{one.url}/api/v1/transactions", timeout=20).status_code == 404
    assert httpx.post(f"{pages.url}/api/v1/events", json={}, timeout=20).status_code in (404, 405)
    for served in (correlating, alerting):
        assert httpx.get(f"{served.url}/readyz", timeout=20).status_code == 200
        assert httpx.get(f"{served.url}/", timeout=20).status_code == 404
    check_store(store, tmp_path)
    for served in parts:
        served.process.terminate()
    assert [served.process.wait(timeout=60) for served in parts] == [0] * len(parts)


def send_at_once(*collectors):
    """Send `REQUESTS` of `SPANS` to each, all doors at the same time."""

    def work(served):
        for number in range(REQUESTS):
            body = traces(f"svc-{number % 3}")
            assert httpx.post(f"{served.otlp_http}/v1/traces", json=body, timeout=30).status_code == 200

    with ThreadPoolExecutor(len(collectors)) as pool:
        list(pool.map(work, collectors))


def traces(service):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    now_ns = str(time.time_ns())
    times = {"startTimeUnixNano": now_ns, "endTimeUnixNano": now_ns}
    spans = [
        {"traceId": os.urandom(16).hex(), "spanId": os.urandom(8).hex(), "name": MARK, **times} for _ in range(SPANS)
    ]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}


def check_store(url, tmp_path):
    """Nothing is lost or doubled, and there is one schema."""
    opened = open_store(StorageConfig(url=url, path=tmp_path / "decode", pool_size=1))
    try:
        expected = 2 * REQUESTS * SPANS
        deadline = time.monotonic() + 60
        named = {"name": MARK}
        while opened.value("SELECT count() FROM spans WHERE name = {name:String}", named) < expected:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        counted = "SELECT count(), uniqExact(trace_id, span_id) FROM spans WHERE name = {name:String}"
        (row,) = opened.rows(counted, named)
        assert list(row.values()) == [expected, expected]
        assert opened.value("SELECT count() = uniqExact(segment_id) FROM ingest_ledger") == 1
        assert pending_migrations(opened) == []
        assert opened.value("SELECT uniqExact(version) FROM schema_migrations") == len(list_migrations())
    finally:
        opened.close()


def wait_ready(served):

    deadline = time.monotonic() + 120
    while "Wayline is ready." not in served.log.read_text():
        assert served.process.poll() is None, served.log.read_text()[-3000:]
        assert time.monotonic() < deadline, served.log.read_text()[-3000:]
        time.sleep(0.1)
