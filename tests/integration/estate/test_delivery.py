"""The estate sends exactly what it tells, through the real SDK and over real sockets."""

import json
import threading
import time
from collections import Counter
from pathlib import Path

from core.clock import SystemClock
from runbooks.catalog_loader import load_catalog
from wayline.estate.config import EstateConfig
from wayline.estate.run import Estate

QUICK_FAULTS = ("queue_backlog", "database_deadlock", "silent_source", "batch_partial")
"""Faults whose transactions end within a second or two."""


def run_estate(received, truth: Path | None = None, **settings):
    values = {"rate_per_s": 30.0, "duration_s": 1.5, "seed": 5, "faults": QUICK_FAULTS, "pace": 0.001, **settings}
    config = EstateConfig(endpoint=received.endpoint, events_url=received.events_url, truth=truth, **values)
    return Estate(load_catalog(), config, SystemClock()).run(threading.Event())


def test_all_signals_arrive_with_their_resources_and_context(received, tmp_path):
    summary = run_estate(received, tmp_path / "truth.jsonl")
    spans = received.spans()
    logs = [
        record
        for request in received.logs
        for resource in request.resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]
    assert summary.lost == 0
    assert len(spans) + len(logs) + len(received.events) == summary.items
    assert {resource["service.name"] for resource, _ in spans} >= {"sourcing-saas", "mw-transform", "erp-finance"}
    assert all(resource["telemetry.sdk.language"] == "python" for resource, _ in spans)
    known = {(span.trace_id, span.span_id) for _, span in spans}
    assert all((record.trace_id, record.span_id) in known for record in logs)
    assert {metric.name for metric in _metrics(received)} == {"messaging.queue.depth"}
    assert set(received.content_types) <= {
        "application/cloudevents-batch+json",
        "application/cloudevents+json",
        "application/json",
    }
    assert all(event["specversion"] == "1.0" and event["id"] and event["source"] for event in received.events)


def test_every_transaction_has_one_line_of_truth(received, tmp_path):
    truth = tmp_path / "truth.jsonl"
    summary = run_estate(received, truth)
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    assert len(lines) == summary.transactions
    assert Counter(line["status"] for line in lines) == summary.statuses
    assert sum(line["children"] == 200 for line in lines) == 1


def test_a_run_counts_what_it_told_whether_the_truth_is_written_or_not(received, tmp_path):
    written = run_estate(received, tmp_path / "truth.jsonl")
    assert set(written.statuses) & {"stuck", "unknown"}
    told = run_estate(received)
    assert (told.transactions, told.statuses) == (written.transactions, written.statuses)


def test_nothing_is_lost_when_the_server_refuses_at_first(received):
    received.refusals = 4
    summary = run_estate(received, faults=())
    assert summary.lost == 0
    assert len({(span.trace_id, span.span_id) for _, span in received.spans()}) == len(received.spans())


def test_an_absent_server_is_reported_as_lost_evidence(received):
    received.refusals = 10_000
    assert run_estate(received, faults=(), duration_s=0.2, give_up_s=0.1).lost > 0


def test_history_is_written_hours_back_at_once(received):
    before_ns = SystemClock().now_ns()
    run_estate(received, history_s=3_600, history_rate_per_s=0.02, duration_s=0.1, pace=0.01, faults=())
    oldest = min(span.start_time_unix_nano for _, span in received.spans())
    assert 3_500 < (before_ns - oldest) / 1e9 < 3_700


def test_a_stopped_run_writes_the_true_state_of_what_is_open(received, tmp_path):
    ending = threading.Event()
    truth = tmp_path / "truth.jsonl"
    config = EstateConfig(
        endpoint=received.endpoint,
        events_url=received.events_url,
        rate_per_s=20,
        duration_s=None,
        seed=5,
        truth=truth,
        pace=1.0,
    )
    threading.Thread(target=stop_once_heard, args=(received, ending)).start()
    Estate(load_catalog(), config, SystemClock()).run(ending)
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    assert {line["status"] for line in lines} == {"in_progress"}


def stop_once_heard(received, ending):
    for _ in range(600):
        if received.traces:
            break
        time.sleep(0.1)
    ending.set()


def test_two_runs_of_one_seed_have_the_same_truth_apart_from_the_time(received, tmp_path):
    def facts(name):
        run_estate(received, tmp_path / name)
        lines = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        return sorted(
            json.dumps({key: value for key, value in line.items() if key != "started_at"}, sort_keys=True)
            for line in lines
        )

    assert facts("first") == facts("second")


def _metrics(received):
    return [
        metric
        for request in received.metrics
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    ]
