"""What a stock Collector's ClickHouse exporter inserts becomes transactions like anything else, exactly once."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from collector.commit import Commit
from collector.config import LimitsConfig, SpoolConfig
from collector.ingest import Ingest
from collector.keys import SpoolKey
from collector.otel_ingest.config import OtelIngestConfig
from collector.otel_ingest.lease import Lease
from collector.otel_ingest.mover import OtelIngest
from collector.otel_ingest.statements import SIGNALS_OF_TABLES
from collector.spool import Spool
from collector.validate import Validator
from core.clock import SystemClock
from core.errors import TransientError
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.errors import StatementRefusedError
from storage.migrate import list_migrations
from storage.store import Store, open_store
from tests.integration.collector import exporter_rows as rows

KEY = SpoolKey(b"k" * 32)
WAIT_S = 10.0
CATALOG = """
kind: Owner
name: team
---
kind: System
name: erp
category: erp
---
kind: Identifier
name: po_number
attributes: [po_number]
---
kind: Flow
name: order
tier: 1
owner: team
identifiers: [po_number]
max_duration: 1d
milestones:
  - {name: approved, match: {service.name: [erp]}}
  - {name: paid, terminal: true, match: {service.name: [bank]}}
objectives: {deadline: 1h}
"""


class Line:
    """The way from the exporter's tables into the raw tables."""

    def __init__(self, store: Store, folder: Path, **config: float) -> None:
        self.store = store
        self.spool = Spool(SpoolConfig(path=folder, seal_after_s=0.0, resend_entries=1_000), KEY, SystemClock())
        self.spool.start()
        config_model = OtelIngestConfig(enabled=True, **config)
        self.mover = OtelIngest(store, self.spool, Validator(LimitsConfig()), config_model)
        self.commit = Commit(self.spool, Ingest(store, SystemClock()), chunk_bytes=2**20)

    def flush(self) -> None:
        self.spool.seal_open(WAIT_S)
        for segment in self.spool.sealed():
            self.commit.store([segment])

    def waiting(self) -> int:
        return self.store.value(
            "SELECT sum(total_rows) FROM system.tables WHERE database = 'otel_ingest' AND name LIKE 'otel_%'"
        )


@pytest.fixture
def open_line(engine: Store, tmp_path: Path) -> Iterator[Callable[..., Line]]:
    rows.empty(engine)
    opened: list[Line] = []

    def start(**config: float) -> Line:
        opened.append(Line(engine, tmp_path / "spool", **config))
        return opened[-1]

    yield start
    for one in opened:
        one.spool.stop(WAIT_S)
    rows.empty(engine)


@pytest.fixture
def line(open_line: Callable[..., Line]) -> Line:
    return open_line()


def read_back(store: Store, view: str, columns: list[str]) -> list[dict]:
    listed = ", ".join(f"`{column}`" for column in columns)
    return store.rows(f"SELECT {listed} FROM {view} ORDER BY ALL")


def test_every_column_of_a_span_is_read_back_through_the_view_of_the_same_name(line: Line):
    sent = [rows.span(number) for number in range(3)]
    rows.insert(line.store, "otel_traces", sent)
    assert line.mover.step() == 1
    line.flush()
    assert line.waiting() == 0
    stored = read_back(line.store, "otel_traces", list(sent[0]))
    # Attributes are stored sorted by key.
    assert sorted(stored, key=lambda row: row["TraceId"]) == sent
    ledger = line.store.rows("SELECT source, signal, rows FROM ingest_ledger")
    assert ledger == [{"source": "otlp", "signal": "traces", "rows": 3}]


def test_every_column_of_a_log_record_is_read_back(line: Line):
    sent = [rows.log(0), rows.log(1, TraceId="ab" * 16, SpanId="cd" * 8)]
    rows.insert(line.store, "otel_logs", sent)
    line.mover.step()
    line.flush()
    stored = read_back(line.store, "otel_logs", list(sent[0]))
    for row in stored:
        row["TraceId"] = row["TraceId"].replace("0" * 32, "")
        row["SpanId"] = row["SpanId"].replace("0" * 16, "")
    assert stored == sent


@pytest.mark.parametrize("kind", rows.METRIC_KINDS)
def test_every_column_of_a_data_point_is_read_back(line: Line, kind: str):
    sent = [rows.point(kind, number) for number in range(2)]
    rows.insert(line.store, f"otel_metrics_{kind}", sent)
    line.mover.step()
    line.flush()
    assert read_back(line.store, f"otel_metrics_{kind}", list(sent[0])) == sent
    if kind == "gauge":
        assert line.store.value("SELECT min(has_value) FROM metric_points_gauge") is True


def test_spelling_of_older_exporters_text_that_is_no_utf8_and_a_missing_resource_are_taken(line: Line):
    old = rows.span(0, SpanKind="SPAN_KIND_CLIENT", StatusCode="STATUS_CODE_OK", ResourceAttributes={})
    rows.insert(line.store, "otel_traces", [old])
    line.store.execute("INSERT INTO otel_ingest.otel_logs (Body, ServiceName) SELECT unhex('61ff62'), 'x'")
    line.mover.step()
    line.flush()
    assert line.store.rows("SELECT kind, status_code, service FROM spans") == [
        {"kind": 3, "status_code": 1, "service": "erp"}
    ]
    assert line.store.value("SELECT body FROM logs") == "a\ufffdb"


def test_a_span_without_valid_ids_is_left_out_as_at_the_doors_and_holds_nothing_up(line: Line):
    rows.insert(line.store, "otel_traces", [rows.span(0), rows.span(1, TraceId="short")])
    line.mover.step()
    line.flush()
    assert line.waiting() == 0
    assert line.store.value("SELECT count() FROM spans") == 1


def test_large_parts_become_several_requests_and_equal_rows_are_all_kept(open_line: Callable[..., Line]):
    line = open_line(chunk_bytes=10_000)
    rows.insert(line.store, "otel_logs", [rows.log(7)] * 500)
    line.mover.step()
    line.flush()
    assert line.store.value("SELECT count() FROM logs") == 500
    assert line.store.value("SELECT count() FROM ingest_ledger") >= 1


def test_exported_rows_become_one_transaction_with_what_came_by_other_ways(line: Line, tmp_path: Path):
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    rows.insert(line.store, "otel_traces", [rows.span(1, StatusCode="Ok", **{"Events.Name": ["note"]})])
    paid = rows.span(2, SpanAttributes={"po_number": "4500001"}, StatusCode="Ok", ServiceName="bank")
    paid["ResourceAttributes"] = {"service.name": "bank"}
    paid["Events.Name"] = ["note"]
    rows.insert(line.store, "otel_traces", [paid])
    rows.insert(line.store, "otel_logs", [rows.log(3, LogAttributes={"po_number": "4500001"})])
    assert line.mover.step() == 3
    line.flush()
    Tick(line.store, CorrelateConfig()).run(load_catalog([catalog]), rows.AT + timedelta(minutes=1))
    found = line.store.rows("SELECT flow, status FROM transactions_current WHERE flow = 'order'")
    assert found == [{"flow": "order", "status": "completed"}]


def test_trouble_with_one_part_does_not_hold_up_the_others(line: Line):
    line.store.execute("CREATE TABLE otel_ingest.kept AS otel_ingest.otel_logs")
    line.store.execute("EXCHANGE TABLES otel_ingest.kept AND otel_ingest.otel_logs")
    line.store.execute("DROP TABLE otel_ingest.otel_logs SYNC")
    line.store.execute(
        "CREATE TABLE otel_ingest.otel_logs AS otel_ingest.kept ENGINE = MergeTree ORDER BY Timestamp SETTINGS"
        " index_granularity = 8192"
    )
    try:
        rows.insert(line.store, "otel_logs", [rows.log(0)])
        rows.insert(line.store, "otel_traces", [rows.span(0)])
        with pytest.raises(TransientError, match="otel_logs in database otel_ingest was not made by Wayline"):
            line.mover.step()
        line.flush()
        assert line.store.value("SELECT count() FROM spans") == 1
        assert line.waiting() == 1
    finally:
        line.store.execute("DROP TABLE otel_ingest.otel_logs SYNC")
        line.store.execute("RENAME TABLE otel_ingest.kept TO otel_ingest.otel_logs")


def test_the_component_takes_rows_by_itself_and_says_when_it_cannot(open_line: Callable[..., Line]):
    line = open_line(poll_s=0.02)
    line.mover.start()
    rows.insert(line.store, "otel_logs", [rows.log(0)])
    wait_until(lambda: line.waiting() == 0)
    assert line.mover.health()[0].ok
    line.spool.room.add(2**32)  # the spool is full: rows wait in their table, and it is said
    rows.insert(line.store, "otel_logs", [rows.log(number) for number in range(2)])
    wait_until(lambda: not line.mover.health()[0].ok)
    assert line.waiting() == 2
    line.spool.room.give(2**33)
    wait_until(lambda: line.mover.health()[0].ok)
    wait_until(lambda: line.waiting() == 0)
    line.mover.stop(WAIT_S)
    assert not line.mover.health()[0].ok


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 3 * WAIT_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come to pass"
        time.sleep(0.02)


def test_an_embedded_store_is_left_alone_unless_told_otherwise(engine: Store, open_line: Callable[..., Line]):
    spool = open_line().spool
    quiet = OtelIngest(engine, spool, Validator(LimitsConfig()), OtelIngestConfig())
    quiet.start()
    assert quiet.health() == []
    quiet.stop(WAIT_S)


def test_the_example_for_a_stock_collector_names_these_tables():
    example = Path(__file__).parents[3] / "deploy" / "otel-collector-clickhouse.yaml"
    exporter = yaml.safe_load(example.read_text(encoding="utf-8"))["exporters"]["clickhouse"]
    named = {exporter["logs_table_name"], exporter["traces_table_name"]}
    named |= {table["name"] for table in exporter["metrics_tables"].values()}
    assert named == set(SIGNALS_OF_TABLES)
    assert (exporter["database"], exporter["create_schema"]) == ("otel_ingest", False)


MOVE_ONCE = Path(__file__).with_name("move_once.py")


@pytest.mark.parametrize("place", ["spool.synced", "otel_ingest.taken", "otel_ingest.dropped"])
def test_a_death_between_two_steps_loses_and_doubles_nothing(tmp_path: Path, place: str):
    answers = []
    for fault in (place, ""):
        done = subprocess.run(
            [sys.executable, str(MOVE_ONCE), str(tmp_path)],
            env={"WAYLINE_FAULT": fault, "PYTHONPATH": str(Path.cwd()), "PATH": ""},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        answers.append(done)
    assert answers[0].returncode == -9
    assert answers[1].returncode == 0, answers[1].stderr
    found = json.loads(answers[1].stdout.splitlines()[-1])
    assert found == {"rows": 300, "distinct": 300, "ledger": 300, "waiting": 0}


def test_of_several_processes_on_one_server_one_takes_rows_at_a_time(
    server_url: str, engine_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # A slot of an hour and no margin: the test is done before it ends.
    monkeypatch.setattr("collector.otel_ingest.lease.SLOT_S", 3_600.0)
    monkeypatch.setattr("collector.otel_ingest.lease._MARGIN_S", 0.0)
    stores = [open_store(StorageConfig(url=f"{server_url}/default", path=engine_path, pool_size=1)) for _ in range(2)]
    stores[0].execute(next(one.sql for one in list_migrations() if one.name == "create_otel_ingest"))
    first, second = (Lease(store, "test") for store in stores)
    assert first.acquire()
    assert not second.acquire()
    assert first.acquire()
    first.release()
    third = Lease(stores[1], "third")
    assert third.acquire()
    third.release()
    for store in stores:
        store.close()


def test_the_holder_goes_on_into_the_next_slot_and_nobody_else_does(monkeypatch: pytest.MonkeyPatch):
    """The server is a stand-in for its clock and its names only: a real one cannot be told the time."""
    now_ms, taken = [0], set()

    class Server:
        def value(self, _sql: str) -> int:
            return now_ms[0]

        def rows(self, _sql: str) -> list[dict[str, str]]:
            return [{"name": name} for name in sorted(taken)]

        def insert(self, *_words: object) -> None:
            pass

        def execute(self, sql: str, params: dict[str, str]) -> None:
            if sql.startswith("DROP"):
                taken.discard(params["table"])
            elif params["table"] in taken:
                error = StatementRefusedError("there is such a table")
                error.code = 57
                raise error
            else:
                taken.add(params["table"])

    monkeypatch.setattr("collector.otel_ingest.lease.time.monotonic", lambda: now_ms[0] / 1_000)
    holder, other = Lease(Server(), "a"), Lease(Server(), "b")
    held: list[str] = []
    for second in range(0, 300, 5):
        now_ms[0] = second * 1_000
        both = (holder.acquire() if second < 200 else False, other.acquire())
        assert both != (True, True), second
        held.append("a" if both[0] else "b" if both[1] else "-")
    assert set(held[:40]) == {"a"}
    # The holder died at 200 s: its slot ends at 240 s, and the other one goes on from there.
    assert set(held[40:48]) == {"-"}
    assert set(held[48:]) == {"b"}
