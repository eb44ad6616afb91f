"""What goes on for long or changes under way: a sink that is away, a clock that jumps, settings of another version."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.aftermath import Aftermath
from collector.auth import OpenDoor
from collector.commit import Commit
from collector.config import CollectorConfig, SpoolConfig
from collector.door import Door
from collector.flush import Flusher
from collector.flush_config import FlushConfig
from collector.ingest import Ingest
from collector.keys import SpoolKey
from collector.otlp import TRACES
from collector.signals import Signal
from collector.spool import Spool
from core.clock import Clock, FakeClock, SystemClock
from storage.store import Store
from tests.integration.collector.victim import request

KEY = SpoolKey(b"k" * 32)
WAIT_S = 20.0
DAY_S = 86_400
PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture
def store(engine: Store) -> Store:
    return engine


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[Callable[..., Spool]]:
    opened: list[Spool] = []

    def start(clock: Clock | None = None, **settings: object) -> Spool:
        config = {"path": tmp_path / "spool", "seal_after_s": 0.0, "resend_entries": 1_000} | settings
        opened.append(Spool(SpoolConfig(**config), KEY, clock or SystemClock()))
        opened[-1].start()
        return opened[-1]

    yield start
    for spool in opened:
        spool.stop(WAIT_S)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come to pass"
        time.sleep(0.02)


def stored_names(store: Store) -> dict[str, int]:
    return {row["name"]: row["copies"] for row in store.rows("SELECT name, count() AS copies FROM spans GROUP BY name")}


def padded(number: int) -> bytes:
    one = ExportTraceServiceRequest.FromString(request("down", number))
    one.resource_spans[0].scope_spans[0].spans[0].trace_state = "x" * 1_000
    return one.SerializeToString()


def test_while_the_sink_is_away_the_spool_fills_clients_wait_and_nothing_acknowledged_is_lost(
    store: Store, open_spool: Callable[..., Spool], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("collector.room._REFUSED_RECENTLY_S", 1.0)
    spool = open_spool(quota_bytes=40_000, soft_mark_ratio=0.5, hard_mark_ratio=0.8)
    flusher = Flusher(spool, store, SystemClock(), FlushConfig(backoff_min_s=0.02, backoff_max_s=0.1))
    door = Door(CollectorConfig(grpc_port=0, http_port=0), spool, OpenDoor(), SystemClock())
    store.execute("RENAME TABLE spans TO away")
    flusher.start()
    door.start()
    acknowledged, waits = [], []
    with httpx.Client(base_url=f"http://127.0.0.1:{door.http_port}", headers=PROTOBUF, timeout=WAIT_S) as client:
        for number in range(60):
            answer = client.post("/v1/traces", content=padded(number))
            if answer.is_success:
                acknowledged.append(number)
            else:
                assert answer.status_code in (429, 503)
                waits.append(int(answer.headers["retry-after"]))
        assert 10 < len(acknowledged) < 40
        assert waits
        assert all(1 <= seconds <= 30 for seconds in waits)
        with grpc.insecure_channel(f"127.0.0.1:{door.grpc_port}") as channel:
            with pytest.raises(grpc.RpcError) as refused:
                channel.unary_unary(f"/{TRACES.grpc_service}/Export")(padded(99), timeout=WAIT_S)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            retry = error_details_pb2.RetryInfo()
            assert any(packed.Unpack(retry) for packed in rpc_status.from_call(refused.value).details)
            assert retry.retry_delay.seconds >= 1
        assert spool.room.used_bytes <= 40_000
        assert not spool.health()[0].ok
        wait_until(lambda: not flusher.health()[0].ok)
        store.execute("RENAME TABLE away TO spans")
        wait_until(lambda: not spool.sealed() and spool.room.used_bytes < 20_000)
        # A fresh request gets through, and what was refused may come again.
        for number in range(60):
            assert client.post("/v1/traces", content=padded(number)).is_success
            acknowledged.append(number)
            wait_until(lambda: spool.room.used_bytes < 15_000)
        wait_until(lambda: not spool.room.used_bytes)
        assert spool.dead_letters.names() == []
        assert set(stored_names(store)) == {f"down/{number}" for number in range(60)}
        wait_until(lambda: spool.health()[0].ok and flusher.health()[0].ok)
    door.stop(2)
    flusher.stop(WAIT_S)
    assert set(acknowledged) == set(range(60))
    assert set(stored_names(store).values()) == {1}


def test_a_slow_sink_slows_no_acknowledgement_and_a_stop_loses_nothing(
    store: Store, open_spool: Callable[..., Spool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    spool = open_spool()
    blocked, real = threading.Event(), Ingest.insert

    def slowly(*words: object, **named: object) -> object:
        blocked.wait(WAIT_S)
        return real(*words, **named)

    monkeypatch.setattr(Ingest, "insert", slowly)
    flusher = Flusher(spool, store, SystemClock())
    flusher.start()
    for number in range(5):
        assert spool.append(Signal.TRACES, request("slow", number), items=1).result(WAIT_S)
    spool.seal_open(WAIT_S)
    flusher.stop(0.1)  # the grace period ends with the insert under way
    spool.stop(WAIT_S)
    again = Spool(SpoolConfig(path=tmp_path / "spool", resend_entries=1_000), KEY, SystemClock())
    blocked.set()
    flusher._thread.join(WAIT_S)
    monkeypatch.undo()
    again.start()
    commit = Commit(again, Ingest(store, SystemClock()), chunk_bytes=2**20)
    for segment in again.sealed():
        commit.store([segment])
    again.stop(WAIT_S)
    assert stored_names(store) == {f"slow/{number}": 1 for number in range(5)}


def test_a_clock_that_jumps_by_days_costs_no_row_no_resend_and_no_order(
    store: Store, open_spool: Callable[..., Spool], clock: FakeClock
):
    ids: list[int] = []
    for number, jump_s in enumerate((0, 3 * DAY_S, -5 * DAY_S, 0.001, 9 * DAY_S, -9 * DAY_S)):
        clock.advance(jump_s)
        spool = open_spool(clock)
        assert spool.append(Signal.TRACES, request("clock", number), items=1).result(WAIT_S) is True
        if number:
            # Within a window of a day, after a jump of three: forgotten is only what two windows of filling displaced.
            resent = spool.append(Signal.TRACES, request("clock", number - 1), items=1).result(WAIT_S)
            assert resent is False, number
        spool.seal_open(WAIT_S)
        segments = spool.sealed()
        ids += [segment.id for segment in segments]
        Commit(spool, Ingest(store, clock), chunk_bytes=2**20).store(segments)
        assert len(spool.retired()) == number + 1, "the grace period does not run on the wall clock"
        spool.stop(WAIT_S)
    assert ids == sorted(set(ids))
    assert stored_names(store) == {f"clock/{number}": 1 for number in range(6)}
    ledger = store.rows("SELECT segment_id, stored_at FROM ingest_ledger ORDER BY stored_at")
    assert [row["segment_id"] for row in ledger] == ids
    assert len({row["stored_at"] for row in ledger}) == 6


def test_an_attempt_by_another_version_is_recognised_whatever_its_settings(
    store: Store, open_spool: Callable[..., Spool], tmp_path: Path
):
    """A token would not be: it depends on how rows are cut into blocks."""
    spool = open_spool()
    futures = [spool.append(Signal.TRACES, request("version", number), items=1) for number in range(9)]
    for future in futures:
        future.result(WAIT_S)
    spool.seal_open(WAIT_S)
    segments = spool.sealed()
    first = Commit(spool, Ingest(store, SystemClock()), chunk_bytes=100)  # a part a request
    expected = first._insert(Signal.TRACES, segments)
    assert sum(expected.values()) == 9
    spool.stop(WAIT_S)
    again = open_spool()
    Commit(again, Ingest(store, SystemClock()), chunk_bytes=2**20).store(again.sealed())
    assert stored_names(store) == {f"version/{number}": 1 for number in range(9)}
    assert not again.sealed()


def test_a_copied_segment_file_is_not_stored_twice(store: Store, open_spool: Callable[..., Spool], tmp_path: Path):
    spool = open_spool()
    spool.append(Signal.TRACES, request("copy", 0), items=1).result(WAIT_S)
    spool.stop(WAIT_S)
    folder = tmp_path / "spool"
    file = next(folder.glob("*.seg"))
    (folder / "copy.seg").write_bytes(file.read_bytes())
    again = open_spool()
    commit = Commit(again, Ingest(store, SystemClock()), chunk_bytes=2**20)
    commit.store(again.sealed())
    again.stop(WAIT_S)
    # And once more after it was retired: the id is known.
    (folder / "copy.seg").write_bytes(next((folder / "retired").glob("*.seg")).read_bytes())
    third = open_spool()
    assert third.sealed() == []
    assert len(third.recovered.quarantined_files) == 1
    assert stored_names(store) == {"copy/0": 1}


def test_what_a_start_finds_is_told_as_a_notice_until_it_is_dealt_with(
    store: Store, open_spool: Callable[..., Spool], tmp_path: Path
):
    spool = open_spool()
    spool.append(Signal.TRACES, request("gone", 0), items=1).result(WAIT_S)
    spool.stop(WAIT_S)
    lost = next((tmp_path / "spool").glob("*.seg"))
    lost.rename(tmp_path / lost.name)
    again = open_spool()
    aftermath = Aftermath(again, store, SystemClock())
    for _ in range(2):
        aftermath.tell()
        notices = store.rows("SELECT kind, subject, ended_at FROM notices FINAL")
        assert notices == [{"kind": "segment_missing", "subject": lost.name, "ended_at": None}]
    again.stop(WAIT_S)
    (tmp_path / lost.name).rename(lost)
    Aftermath(open_spool(), store, SystemClock()).tell()
    assert store.value("SELECT count() FROM notices FINAL WHERE ended_at IS NULL") == 0
