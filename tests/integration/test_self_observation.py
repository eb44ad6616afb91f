"""Wayline about itself, on a real server: each metric of the catalogue moves, and its own traces feed on nothing."""

import gzip
import json
import os
import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from collector.config import SpoolConfig
from collector.flush import Flusher
from collector.keys import SpoolKey, load_key
from collector.signals import Signal
from collector.spool import Spool
from core.clock import FakeClock, SystemClock
from core.selfmetrics import REGISTRY

NEVER_HERE = {
    "wayline_spool_missing_segments": "tests/unit/collector/test_journal.py",
    "wayline_store_broken_parts": "tests/integration/collector/test_power_loss.py",
    "wayline_alerting_notifications": "tests/integration/alerting/test_shared.py",
    "wayline_collector_refused_requests": "test_every_reason_of_refusal_is_counted, below",
}
WAITING = {"wayline_ingest_lag_seconds", "wayline_spool_bytes", "wayline_spool_segments"}  # test_waiting_is_shown
EVERY_S = 0.5


def traces(name="GET /orders", service="erp-core", correlation="c-self"):
    span = {
        "traceId": os.urandom(16).hex(),
        "spanId": os.urandom(8).hex(),
        "name": name,
        "kind": 2,
        "startTimeUnixNano": str(time.time_ns()),
        "endTimeUnixNano": str(time.time_ns()),
        "attributes": [{"key": "correlation.id", "value": {"stringValue": correlation}}],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}


def scrape(served):
    """Return sample name with labels -> value."""
    text = httpx.get(f"{served.url}/metrics").text
    lines = [line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    # When a metric was made says nothing about whether it moved.
    return {name: float(value) for name, _, value in lines if "_created" not in name}


def poison(data):
    """Leave a sealed segment that no engine reads."""
    spool = Spool(SpoolConfig(path=data / "spool", seal_after_s=0), load_key(data / "spool.key"), SystemClock())
    spool.start()
    spool.append(Signal.LOGS, b"\xff" * 9, items=1).result(10)
    spool.stop(10)


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def served(start_wayline, tmp_path_factory):
    data = tmp_path_factory.mktemp("observed")
    poison(data)
    environment = {
        "WAYLINE_SELF_TRACES__ENABLED": "true",
        "WAYLINE_SELF_TRACES__EXPORT_EVERY_S": str(EVERY_S),
    }
    served = start_wayline(data=data, environment=environment)
    yield served
    served.process.terminate()
    served.process.wait(timeout=30)


def test_each_metric_of_the_catalogue_moves(served):
    assert httpx.post(f"{served.otlp_http}/v1/traces", json=traces()).status_code == 200
    assert httpx.get(f"{served.url}/api/v1/transactions").status_code == 200
    until(lambda: httpx.get(f"{served.url}/api/v1/transactions/c-self").status_code == 200)
    until(lambda: any(name.startswith("wayline_dead_letters_total") for name in scrape(served)))
    after = scrape(served)
    for metric in REGISTRY.collect():
        if metric.name in {*NEVER_HERE, *WAITING}:
            continue
        samples = [name for name in after if name.startswith(metric.name)]
        assert any(after[name] > 0 for name in samples), metric.name
    assert after['wayline_collector_accepted_items_total{signal="traces",transport="http"}'] >= 1
    assert after['wayline_dead_letters_total{reason="unredactable",signal="logs"}'] == 1
    assert after["wayline_dead_letter_bytes"] > 9
    assert after["wayline_spool_fsync_seconds_count"] > 0
    assert after['wayline_spool_spooled_bytes_total{signal="traces"}'] > 100
    assert after['wayline_spool_retired_segments_total{signal="traces"}'] >= 1
    assert after['wayline_spool_retired_bytes_total{signal="traces"}'] > 100


def test_waiting_is_shown(tmp_path, engine):
    spool = Spool(SpoolConfig(path=tmp_path, seal_after_s=0), SpoolKey(b"k" * 32), SystemClock())
    spool.start()
    spool.append(Signal.LOGS, bytes(100), items=1).result(10)
    segment = spool.take(10)
    until(lambda: REGISTRY.get_sample_value("wayline_spool_bytes") > 100)
    assert REGISTRY.get_sample_value("wayline_spool_segments") == 1
    flusher = Flusher(spool, engine, FakeClock(datetime.now(UTC) + timedelta(seconds=90)))
    flusher._measure_lag([segment])
    assert 89 < REGISTRY.get_sample_value("wayline_ingest_lag_seconds") < 120
    spool.retire(segment)
    assert REGISTRY.get_sample_value("wayline_spool_segments") == 0
    flusher._measure_lag([])
    assert REGISTRY.get_sample_value("wayline_ingest_lag_seconds") == 0
    spool.stop(10)


def test_every_reason_of_refusal_is_counted(served):
    url = f"{served.otlp_http}/v1/traces"
    protobuf = {"Content-Type": "application/x-protobuf"}
    assert httpx.post(url, content=b"\xff", headers=protobuf).status_code == 400
    bomb = gzip.compress(bytes(65 * 2**20))
    assert (
        httpx.post(url, content=bomb, headers={**protobuf, "Content-Encoding": "gzip"}, timeout=30).status_code == 413
    )
    assert httpx.post(url, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    counted = scrape(served)
    for reason in ("bad_data", "too_large", "unsupported_media"):
        assert counted[f'wayline_collector_refused_requests_total{{reason="{reason}",signal="traces"}}'] >= 1, reason


def test_no_label_holds_a_value_of_telemetry(served):
    secret = "4111-MRN-SELF"
    httpx.post(f"{served.otlp_http}/v1/traces", json=traces(secret, secret, secret))
    until(lambda: httpx.get(f"{served.url}/api/v1/transactions/{secret}").status_code == 200)
    assert secret not in httpx.get(f"{served.url}/metrics").text


def own_spans(served):
    """Return how many of the stored spans are Wayline's own: all that was stored and not acknowledged at a door."""
    now = scrape(served)
    stored = now.get('wayline_flush_stored_rows_total{signal="traces"}', 0)
    return stored - sum(
        value for name, value in now.items() if re.match(r'.*accepted_items_total\{signal="traces"', name)
    )


def test_own_traces_are_stored_are_no_transactions_and_come_to_rest(served):
    httpx.get(f"{served.url}/api/v1/flows")
    until(lambda: own_spans(served) > 0)
    listed = httpx.get(f"{served.url}/api/v1/transactions", params={"limit": 1000}).json()["items"]
    systems = httpx.get(f"{served.url}/api/v1/systems").json()["items"]
    assert '"wayline"' not in json.dumps(listed)
    # It is seen as a system that sends, and as one without transactions.
    assert [one["transactions"] for one in systems if one["system"] == "wayline"] == [0]
    # Idle, nothing is about itself: /metrics is not traced, and a flush of own spans makes none.
    time.sleep(4 * EVERY_S)
    first = own_spans(served)
    time.sleep(12 * EVERY_S)
    assert own_spans(served) - first <= 2
