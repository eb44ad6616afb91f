"""Sealed segments of the real spool become rows of the real engine, each once."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.commit import Commit, RowsMissingError
from collector.config import SpoolConfig
from collector.decode.statements import Decode, decodes_of
from collector.flush import Flusher
from collector.flush_config import FlushConfig
from collector.ingest import Ingest, OwnedFrame
from collector.keys import SpoolKey
from collector.redact import Redactor
from collector.segment import Segment
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock
from core.errors import WaylineError
from runbooks.redactions import Redaction
from storage.errors import StatementRefusedError
from storage.store import Store

KEY = SpoolKey(b"k" * 32)
WAIT_S = 10.0


def spans(count: int, name: str = "op") -> bytes:
    request = ExportTraceServiceRequest()
    listed = request.resource_spans.add().scope_spans.add().spans
    for _ in range(count):
        listed.add(trace_id=secrets.token_bytes(16), span_id=secrets.token_bytes(8), name=name)
    return request.SerializeToString()


def two_arms() -> bytes:
    """A span whose attribute value has two arms of the oneof: valid, the last one counts."""
    key_value = b"\x0a\x01k\x12\x05\x0a\x01a\x18\x03"
    span = ExportTraceServiceRequest.FromString(spans(1)).resource_spans[0].scope_spans[0].spans[0]
    body = span.SerializeToString() + b"\x4a" + bytes([len(key_value)]) + key_value
    scope = b"\x12" + bytes([len(body)]) + body
    resource = b"\x12" + bytes([len(scope)]) + scope
    return b"\x0a" + bytes([len(resource)]) + resource


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(SpoolConfig(path=tmp_path / "spool", seal_after_s=0.0), KEY, SystemClock())
    spool.start()
    yield spool
    spool.stop(WAIT_S)


@pytest.fixture
def commit(spool: Spool, engine: Store) -> Commit:
    return Commit(spool, Ingest(engine, SystemClock()), chunk_bytes=2**20)


def sealed(spool: Spool, *payloads: bytes, items: int, signal: Signal = Signal.TRACES) -> list[Segment]:
    for future in [spool.append(signal, payload, items=items) for payload in payloads]:
        future.result(WAIT_S)
    assert spool.wait_sealed(WAIT_S)
    return spool.sealed()


def retired(spool: Spool) -> None:
    """Wait until nothing waits: an open segment is not among the sealed ones yet."""
    deadline = time.monotonic() + WAIT_S
    while spool.room.used_bytes and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not spool.room.used_bytes
    assert not spool.sealed()


def test_every_acknowledged_span_is_stored_once_and_its_segment_retired(spool: Spool, engine: Store):
    flusher = Flusher(spool, engine, SystemClock())
    flusher.start()
    for future in [spool.append(Signal.TRACES, spans(7), items=7) for _ in range(20)]:
        future.result(WAIT_S)
    retired(spool)
    flusher.stop(WAIT_S)
    assert engine.value("SELECT count() FROM spans") == 140
    assert engine.value("SELECT uniqExact(trace_id, span_id) FROM spans") == 140
    ledger = engine.rows(
        "SELECT sum(rows) AS rows, uniqExact(segment_id) AS ids, count() AS entries FROM ingest_ledger"
    )
    assert ledger[0]["rows"] == 140
    assert ledger[0]["ids"] == ledger[0]["entries"]
    assert flusher.health()[0].ok is False  # it has stopped


def one_of_each() -> dict[Signal, bytes]:
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "hello"
    metrics = ExportMetricsServiceRequest()
    metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    event = {
        **dict.fromkeys(("source", "id", "type", "subject", "correlation_id", "flow", "milestone", "outcome"), "x"),
        **dict.fromkeys(("system", "data", "parent_type", "parent_id"), ""),
        "time_ns": 1,
        "attributes": {},
    }
    return {
        Signal.TRACES: spans(1),
        Signal.LOGS: logs.SerializeToString(),
        Signal.METRICS: metrics.SerializeToString(),
        Signal.EVENTS: json.dumps([event]).encode(),
    }


def test_every_signal_reaches_its_table(spool: Spool, engine: Store):
    flusher = Flusher(spool, engine, SystemClock())
    flusher.start()
    for signal, payload in one_of_each().items():
        spool.append(signal, payload, items=1).result(WAIT_S)
    retired(spool)
    flusher.stop(WAIT_S)
    ledger = engine.rows("SELECT signal, rows FROM ingest_ledger ORDER BY signal")
    assert [(row["signal"], row["rows"]) for row in ledger] == [(signal, 1) for signal in sorted(one_of_each())]
    for table in ("spans", "logs", "metric_points_gauge", "events"):
        assert engine.value(f"SELECT count() FROM {table}") == 1


def test_a_signal_that_cannot_be_stored_does_not_hold_up_the_others(spool: Spool, engine: Store):
    engine.execute("RENAME TABLE metric_points_gauge TO away")
    flusher = Flusher(spool, engine, SystemClock(), FlushConfig(backoff_max_s=0.2))
    flusher.start()
    payloads = one_of_each()
    for signal in (Signal.METRICS, Signal.LOGS, Signal.TRACES):
        spool.append(signal, payloads[signal], items=1).result(WAIT_S)
    deadline = time.monotonic() + WAIT_S
    while engine.value("SELECT count() FROM ingest_ledger") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert engine.rows("SELECT signal FROM ingest_ledger ORDER BY signal") == [{"signal": "logs"}, {"signal": "traces"}]
    assert "metrics" in flusher.health()[0].detail
    engine.execute("RENAME TABLE away TO metric_points_gauge")
    retired(spool)
    while not flusher.health()[0].ok and time.monotonic() < deadline + WAIT_S:
        time.sleep(0.01)
    assert flusher.health()[0].ok
    flusher.stop(WAIT_S)
    assert engine.value("SELECT count() FROM metric_points_gauge") == 1


def test_several_segments_in_one_insert_keep_their_own_ids(spool: Spool, engine: Store, commit: Commit):
    both = []
    for count in (2, 3):
        spool.append(Signal.TRACES, spans(count), items=count).result(WAIT_S)
        both.append(spool.take(WAIT_S))
    commit.store(both)
    counts = engine.rows("SELECT segment_id, count() AS n FROM spans GROUP BY segment_id ORDER BY segment_id")
    assert [(row["segment_id"], row["n"]) for row in counts] == [(both[0].id, 2), (both[1].id, 3)]


def recover(spool: Spool, tmp_path: Path) -> Spool:
    """Leave the spool as a crash would, and open the folder anew."""
    spool.stop(WAIT_S)
    again = Spool(SpoolConfig(path=tmp_path / "spool", seal_after_s=0.0), KEY, SystemClock())
    again.start()
    return again


def test_a_segment_stored_before_the_crash_is_only_counted_and_retired(spool: Spool, engine: Store, tmp_path: Path):
    segment = sealed(spool, spans(5), items=5)[0]
    ingest = Ingest(engine, SystemClock())
    ingest.insert(Signal.TRACES, owned(segment), ["nested"])
    again = recover(spool, tmp_path)
    Commit(again, ingest, chunk_bytes=2**20).store(again.sealed())
    assert engine.value("SELECT count() FROM spans") == 5
    assert engine.value("SELECT sum(rows) FROM ingest_ledger") == 5
    assert not again.sealed()
    again.stop(WAIT_S)


def owned(segment: Segment, count: int | None = None) -> list[OwnedFrame]:
    return [OwnedFrame(segment, frame) for frame in list(segment.frames())[:count]]


def test_a_segment_stored_in_part_before_the_crash_is_made_whole(spool: Spool, engine: Store, tmp_path: Path):
    segment = sealed(spool, spans(5), spans(4), items=5)[0]
    ingest = Ingest(engine, SystemClock())
    ingest.insert(Signal.TRACES, owned(segment, 1), ["nested"])
    again = recover(spool, tmp_path)
    segments = again.sealed()
    with pytest.raises(RowsMissingError):  # the receiver is said to have counted 10, and there are 9
        Commit(again, ingest, chunk_bytes=2**20).store(segments)
    assert engine.value("SELECT count() FROM spans") == 9
    assert engine.value("SELECT uniqExact(span_id) FROM spans") == 9
    again.stop(WAIT_S)


def test_a_request_with_another_number_of_rows_is_buried_and_its_neighbours_are_stored(
    spool: Spool, engine: Store, commit: Commit
):
    segments = sealed(spool, spans(5), spans(4, "poison"), spans(5), items=5)
    for _ in range(5):
        try:
            commit.store(spool.sealed())
        except RowsMissingError:
            continue
        break
    assert len(segments) == 1
    assert not spool.sealed()
    assert engine.value("SELECT count() FROM spans") == 10
    assert engine.value("SELECT countIf(name = 'poison') FROM spans") == 0
    assert [letter.reason for letter in spool.dead_letters.list_letters()] == ["row_count"]


def test_a_valid_request_that_the_engine_refuses_is_rewritten_not_buried(spool: Spool, engine: Store, commit: Commit):
    commit.store(sealed(spool, two_arms(), items=1))
    assert engine.value("SELECT attributes['k'] FROM spans") == "3"


def test_values_nested_deeper_than_the_statement_looks_are_stored_as_json(spool: Spool, engine: Store, commit: Commit):
    request = ExportTraceServiceRequest.FromString(spans(1))
    value = request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="deep").value
    for _ in range(5):
        value = value.array_value.values.add()
    value.int_value = 7
    commit.store(sealed(spool, request.SerializeToString(), items=1))
    assert engine.value("SELECT attributes['deep'] FROM spans") == "[[[[[7]]]]]"


def test_a_store_that_refuses_for_its_own_reasons_buries_nothing(spool: Spool, engine: Store, commit: Commit):
    segments = sealed(spool, spans(3), items=3)
    engine.execute("RENAME TABLE spans TO spans_away")
    with pytest.raises(StatementRefusedError):
        commit.store(segments)
    engine.execute("RENAME TABLE spans_away TO spans")
    commit.store(segments)
    assert engine.value("SELECT count() FROM spans") == 3
    assert not list(spool.dead_letters.list_letters())


@pytest.mark.parametrize("signal", list(Signal))
def test_an_engine_that_does_not_understand_a_statement_makes_no_request_poison(
    spool: Spool, commit: Commit, monkeypatch: pytest.MonkeyPatch, signal: Signal
):
    def broken(*words: object) -> list[Decode]:
        return [
            replace(decode, insert_sql="SELECT no_such_function()", count_sql="SELECT no_such_function()")
            for decode in decodes_of(*words)
        ]

    segments = sealed(spool, one_of_each()[signal], items=1, signal=signal)
    with monkeypatch.context() as patch:
        patch.setattr("collector.ingest.decodes_of", broken)
        for _ in range(5):
            with pytest.raises(WaylineError):
                commit.store(segments)
    assert spool.dead_letters.names() == []
    commit.store(segments)
    assert not spool.sealed()


def test_a_large_segment_is_inserted_in_chunks(spool: Spool, engine: Store):
    segments = sealed(spool, *[spans(50) for _ in range(20)], items=50)
    Commit(spool, Ingest(engine, SystemClock()), chunk_bytes=5_000).store(segments)
    assert engine.value("SELECT count() FROM spans") == 1_000
    assert engine.value("SELECT count() FROM ingest_ledger") == len(segments)


def test_rows_lost_by_the_store_after_retirement_are_stored_anew(spool: Spool, engine: Store, commit: Commit):
    commit.store(sealed(spool, spans(5), items=5))
    assert commit.restore(spool.retired()) == 0
    engine.execute("TRUNCATE TABLE spans")
    assert commit.restore(spool.retired()) == 1
    assert engine.value("SELECT count() FROM spans") == 5
    assert engine.value("SELECT count() FROM ingest_ledger") == 1


def gauge_and_nested_sum(number: int) -> bytes:
    """Points of two tables; only the later one has a value that the statements which redact do not read."""
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="g").gauge.data_points.add(as_int=number)
    point = metrics.add(name="s").sum.data_points.add(as_int=1)
    point.attributes.add(key="list").value.array_value.values.add(string_value="a")
    return request.SerializeToString()


def test_a_value_refused_for_a_later_table_doubles_no_row_of_an_earlier_one(spool: Spool, engine: Store):
    rules = Redactor([Redaction(name="ssn", value_pattern=r"\d{3}-\d{2}-\d{4}", action="mask")], b"k" * 32, "1")
    commit = Commit(spool, Ingest(engine, SystemClock()), chunk_bytes=2**20, redactor=lambda: rules)
    for number in range(2):
        segments = sealed(spool, gauge_and_nested_sum(number), items=2, signal=Signal.METRICS)
        commit.store(segments)
    assert engine.value("SELECT count() FROM metric_points_gauge") == 2
    assert engine.value("SELECT count() FROM metric_points_sum") == 2


def test_rows_that_came_twice_are_not_taken_for_those_of_a_whole_segment(spool: Spool, engine: Store, commit: Commit):
    (segment,) = sealed(spool, spans(3), items=3)
    ingest = Ingest(engine, SystemClock())
    commit._attempts[segment.id] = 1
    for _ in range(2):
        ingest.insert(Signal.TRACES, owned(segment), ["flat"])
    commit.store([segment])
    assert engine.value("SELECT count() FROM spans") == 3


def test_rows_of_a_request_that_was_damaged_after_it_was_stored_stay(spool: Spool, engine: Store, commit: Commit):
    (segment,) = sealed(spool, spans(3), items=3)
    Ingest(engine, SystemClock()).insert(Signal.TRACES, owned(segment), ["flat"])
    data = segment.path.read_bytes()
    segment.path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert not list(segment.frames())
    commit._attempts[segment.id] = 1
    commit.store([segment])
    assert engine.value("SELECT count() FROM spans") == 3
