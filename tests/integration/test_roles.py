"""The four parts as processes of their own on one remote store: together they are `wayline serve`."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from core.clock import SystemClock
from core.errors import ConfigError
from tests.integration.test_three_doors import DOORS, STARTED_AGO_NS, Order, answer
from wayline.roles import Role, refuse_embedded
from wayline.settings import load_settings


@pytest.mark.parametrize("role", list(Role))
def test_a_part_alone_wants_a_store_that_others_can_reach(role, tmp_path):
    settings = load_settings(flags={"server.data": tmp_path})
    with pytest.raises(ConfigError, match="--store"):
        refuse_embedded(settings, frozenset({role}))
    refuse_embedded(settings, frozenset(Role))


@pytest.fixture
def receiver():
    """Counts webhooks."""
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", bodies
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_collect_correlate_alert_and_dashboard_are_one_wayline(endpoint, start_wayline, tmp_path, receiver):
    store = ("--store", f"{endpoint.url}/roles_{uuid.uuid4().hex[:12]}")
    url, _ = receiver
    shared = {
        "WAYLINE_SERVER__STATE_URL": f"sqlite:///{tmp_path / 'state.sqlite'}",
        "WAYLINE_ALERTING__WEBHOOK_URL": url,
    }
    # All at once on an empty database: the schema is made by whoever is first.
    parts = {}
    for name in ("collect", "correlate", "alert", "dashboard"):
        parts[name] = start_wayline(*store, command=name, environment=shared, wait=False)
    for served in parts.values():
        wait_ready(served)
    order = Order(1, SystemClock().now_ns() - STARTED_AGO_NS)
    collector, pages = parts["collect"], parts["dashboard"]
    for name, send in DOORS.items():
        assert name
        send(collector, order)
    body, _ = answer(pages.url, order, 60.0)
    assert body["flow"] == "procure_to_pay"
    assert httpx.get(f"{pages.url}/", timeout=20).is_success
    assert httpx.get(f"{pages.url}/api/v1/alerts", timeout=20).is_success
    # What a part does not do it does not answer for.
    assert httpx.get(f"{collector.url}/api/v1/transactions", timeout=20).status_code == 404
    assert httpx.post(f"{pages.url}/api/v1/events", json={}, timeout=20).status_code in (404, 405)
    for name in ("correlate", "alert"):
        assert httpx.get(f"{parts[name].url}/readyz", timeout=20).status_code == 200
        assert httpx.get(f"{parts[name].url}/", timeout=20).status_code == 404
    for served in parts.values():
        served.process.terminate()
    assert [served.process.wait(timeout=60) for served in parts.values()] == [0, 0, 0, 0]


def wait_ready(served):

    deadline = time.monotonic() + 120
    while "Wayline is ready." not in served.log.read_text():
        assert served.process.poll() is None, served.log.read_text()[-3000:]
        assert time.monotonic() < deadline, served.log.read_text()[-3000:]
        time.sleep(0.1)
