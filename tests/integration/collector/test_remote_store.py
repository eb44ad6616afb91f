"""
The same pipeline against a ClickHouse server by HTTP: decoded here, shipped as Native blocks, counted there, retired.

The server is `clickhouse_endpoint` (the engine behind the protocol, which can misbehave), and once more the real one
that WAYLINE_TEST_CLICKHOUSE_URL names (``clickhouse://user:password@host:port``).
"""

import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.config import SpoolConfig
from collector.flush import Flusher
from collector.flush_config import FlushConfig
from collector.keys import SpoolKey
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock
from core.errors import TransientError
from storage.config import StorageConfig
from storage.errors import StoreError
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.integration.storage.endpoint_process import Endpoint

INTO_SPANS = r"^insert into \S*spans\b"
INTO_LEDGER = r"^insert into \S*ingest_ledger\b"
WAIT_S = 30.0
QUICK = FlushConfig(backoff_min_s=0.02, backoff_max_s=0.2)


def open_remote(url: str, engine_path: Path, database: str) -> Store:
    # The engine allows one path a process: the local one that decodes shares the tests'.
    return open_store(StorageConfig(url=f"{url}/{database}", path=engine_path, pool_size=3))


@pytest.fixture
def remote(server_url: str, engine_path: Path) -> Iterator[Store]:
    """A migrated remote store in a database of its own."""
    database = f"test_{uuid.uuid4().hex[:12]}"
    store = open_remote(server_url, engine_path, database)
    apply_migrations(store)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


@pytest.fixture(scope="module")
def migrated(endpoint: Endpoint, engine_path: Path) -> Iterator[Store]:
    store = open_remote(endpoint.url, engine_path, "misbehaving")
    apply_migrations(store)
    yield store
    store.close()


@pytest.fixture
def misbehaving(endpoint: Endpoint, migrated: Store) -> tuple[Endpoint, Store]:
    """The stand-in, and an empty store on it."""
    for table in ("spans", "ingest_ledger"):
        migrated.execute(f"TRUNCATE TABLE {table}")
    return endpoint, migrated


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[Callable[[str], Spool]]:
    opened: list[Spool] = []

    def open_named(name: str = "spool") -> Spool:
        config = SpoolConfig(path=tmp_path / name, seal_after_s=0.0)
        opened.append(Spool(config, SpoolKey(b"k" * 32), SystemClock()))
        opened[-1].start()
        return opened[-1]

    yield open_named
    for spool in opened:
        spool.stop(WAIT_S)


def spans(count: int) -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "erp"
    listed = resource.scope_spans.add().spans
    for _ in range(count):
        span = listed.add(trace_id=secrets.token_bytes(16), span_id=secrets.token_bytes(8), name="op", kind=2)
        span.start_time_unix_nano, span.end_time_unix_nano = 1_700_000_000_000_000_001, 1_700_000_000_000_001_001
        span.attributes.add(key="correlation.id").value.string_value = "c-1"
        span.events.add(name="e", time_unix_nano=5).attributes.add(key="n").value.int_value = 7
        span.links.add(trace_id=b"l" * 16, span_id=b"m" * 8)
    return request.SerializeToString()


def one_of_each() -> dict[Signal, bytes]:
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "hello"
    metrics = ExportMetricsServiceRequest()
    listed = metrics.resource_metrics.add().scope_metrics.add().metrics
    listed.add(name="g").gauge.data_points.add(as_int=3)
    listed.add(name="h").histogram.data_points.add(count=1, sum=2.0, bucket_counts=[1], explicit_bounds=[])
    event = {
        **dict.fromkeys(("source", "id", "type", "subject", "correlation_id", "flow", "milestone", "outcome"), "x"),
        **dict.fromkeys(("system", "data", "parent_type", "parent_id"), ""),
        "time_ns": 1,
        "attributes": {"po_number": "4711"},
    }
    return {
        Signal.TRACES: spans(2),
        Signal.LOGS: logs.SerializeToString(),
        Signal.METRICS: metrics.SerializeToString(),
        Signal.EVENTS: json.dumps([event, event | {"id": "y"}]).encode(),
    }


ITEMS = {Signal.TRACES: 2, Signal.LOGS: 1, Signal.METRICS: 2, Signal.EVENTS: 2}


def wait_stored(store: Store, count: int) -> None:
    """Wait until the ledger knows of *count* rows."""
    deadline = time.monotonic() + WAIT_S
    while store.value("SELECT sum(rows) FROM ingest_ledger") < count and time.monotonic() < deadline:
        time.sleep(0.05)


def send(spool: Spool, requests: int, each: int = 5) -> None:
    for future in [spool.append(Signal.TRACES, spans(each), items=each) for _ in range(requests)]:
        future.result(WAIT_S)


def assert_stored_once(store: Store, count: int) -> None:
    assert store.value("SELECT count() FROM spans") == count
    assert store.value("SELECT uniqExact(trace_id, span_id) FROM spans") == count
    ledger = store.rows("SELECT sum(rows) AS rows, count() AS entries, uniqExact(segment_id) AS ids FROM ingest_ledger")
    assert ledger[0]["rows"] == count
    assert ledger[0]["entries"] == ledger[0]["ids"]


def test_every_signal_reaches_its_table_of_the_server(remote: Store, open_spool: Callable[..., Spool]):
    spool = open_spool()
    flusher = Flusher(spool, remote, SystemClock(), QUICK)
    flusher.start()
    for signal, payload in one_of_each().items():
        spool.append(signal, payload, items=ITEMS[signal]).result(WAIT_S)
    wait_stored(remote, sum(ITEMS.values()))
    flusher.stop(WAIT_S)
    ledger = {row["signal"]: row["rows"] for row in remote.rows("SELECT signal, rows FROM ingest_ledger")}
    assert ledger == {signal.value: count for signal, count in ITEMS.items()}
    span = remote.rows("SELECT * FROM spans LIMIT 1")[0]
    assert (span["service"], span["correlation_id"], span["duration_ns"]) == ("erp", "c-1", 1_000)
    assert span["events.attributes"] == [{"n": "7"}]
    assert span["links.trace_id"] == [b"l" * 16]
    assert remote.rows("SELECT value, int_value FROM metric_points_gauge") == [{"value": 3.0, "int_value": 3}]
    assert remote.value("SELECT attributes['po_number'] FROM events LIMIT 1") == "4711"


def test_more_rows_than_one_block_become_one_part(remote: Store, open_spool: Callable[..., Spool]):
    spool = open_spool()
    flusher = Flusher(spool, remote, SystemClock(), QUICK)
    spool.append(Signal.TRACES, spans(1) * 70_000, items=70_000).result(WAIT_S)
    flusher.start()
    wait_stored(remote, 70_000)
    flusher.stop(WAIT_S)
    assert remote.value("SELECT count() FROM spans") == 70_000
    parts = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'spans' AND active"
    assert remote.value(parts) == 1


def test_several_collectors_share_the_server(
    remote: Store, server_url: str, engine_path: Path, open_spool: Callable[..., Spool]
):
    second = open_remote(server_url, engine_path, remote.config.target_database)
    spools = [open_spool("a"), open_spool("b")]
    flushers = [
        Flusher(spool, store, SystemClock(), QUICK) for spool, store in zip(spools, (remote, second), strict=True)
    ]
    for flusher in flushers:
        flusher.start()
    for _ in range(5):
        for spool in spools:
            send(spool, 2)
    wait_stored(remote, 100)
    for flusher in flushers:
        flusher.stop(WAIT_S)
    second.close()
    assert_stored_once(remote, 100)


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "500", "too_many_parts"])
@pytest.mark.parametrize("statement", [INTO_SPANS, INTO_LEDGER, "from {table:identifier}"])
def test_what_the_server_does_wrong_neither_loses_nor_doubles_a_row(
    misbehaving: tuple[Endpoint, Store], open_spool: Callable[..., Spool], kind: str, statement: str
):
    endpoint, store = misbehaving
    # What was executed before the answer was lost is found, not executed again: that fault is met once for sure.
    endpoint.misbehave(kind, statement, times=1 if kind == "cut_after" else 2)
    spool = open_spool()
    flusher = Flusher(spool, store, SystemClock(), QUICK)
    flusher.start()
    send(spool, 4)
    wait_stored(store, 20)
    flusher.stop(WAIT_S)
    assert endpoint.faults_left() == 0
    assert_stored_once(store, 20)


def test_an_insert_whose_answer_is_lost_is_not_sent_again(misbehaving: tuple[Endpoint, Store]):
    endpoint, store = misbehaving
    endpoint.misbehave("cut_after", INTO_LEDGER)
    with pytest.raises(TransientError):
        store.insert("ingest_ledger", ["segment_id", "signal", "rows"], [[1, "traces", 1]])
    assert store.value("SELECT count() FROM ingest_ledger") == 1


def test_an_insert_larger_than_a_socket_takes_survives_a_slow_server(
    misbehaving: tuple[Endpoint, Store], open_spool: Callable[..., Spool]
):
    endpoint, store = misbehaving
    endpoint.misbehave("slow", INTO_SPANS, seconds=1.0)
    spool = open_spool()
    flusher = Flusher(spool, store, SystemClock(), QUICK)
    flusher.start()
    send(spool, 2, each=3_000)
    wait_stored(store, 6_000)
    flusher.stop(WAIT_S)
    assert_stored_once(store, 6_000)


def test_what_is_acknowledged_while_the_server_is_down_is_stored_when_it_is_back(
    misbehaving: tuple[Endpoint, Store], open_spool: Callable[..., Spool]
):
    endpoint, store = misbehaving
    spool = open_spool()
    flusher = Flusher(spool, store, SystemClock(), QUICK)
    flusher.start()
    send(spool, 2)
    wait_stored(store, 10)
    endpoint.stop()
    send(spool, 3)
    deadline = time.monotonic() + WAIT_S
    while flusher.health()[0].ok and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not flusher.health()[0].ok
    endpoint.start()
    wait_stored(store, 25)
    flusher.stop(WAIT_S)
    assert_stored_once(store, 25)
    assert not spool.sealed()


def test_a_wrong_password_is_refused_without_being_shown(endpoint: Endpoint, engine_path: Path):
    url = f"clickhouse://wayline:s3cr3t-w0rd@127.0.0.1:{endpoint.port}"
    with pytest.raises(StoreError) as caught:
        open_remote(url, engine_path, "any")
    assert "s3cr3t" not in str(caught.value)
