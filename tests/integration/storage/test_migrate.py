import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ConfigError
from storage.config import StorageConfig
from storage.migrate import Migration, apply_migrations, list_migrations, pending_migrations
from storage.store import Store, StoreError, open_store


@pytest.fixture
def empty(engine_path: Path) -> Iterator[Store]:
    database = f"test_{uuid.uuid4().hex[:12]}"
    store = open_store(StorageConfig(path=engine_path, database=database, pool_size=1))
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


def test_everything_is_applied_once_and_in_order(empty: Store):
    applied = apply_migrations(empty)
    assert [migration.version for migration in applied] == [migration.version for migration in list_migrations()]
    assert apply_migrations(empty) == []
    assert pending_migrations(empty) == []


def test_versions_are_unique():
    versions = [migration.version for migration in list_migrations()]
    assert len(versions) == len(set(versions))


def test_a_file_changed_after_it_was_applied_stops_the_start(empty: Store):
    apply_migrations(empty)
    empty.execute(
        "ALTER TABLE schema_migrations UPDATE checksum = 'other' WHERE version = 1", None, {"mutations_sync": 2}
    )
    with pytest.raises(ConfigError, match="0001_create_spans was changed"):
        apply_migrations(empty)


def tables(store: Store) -> set[str]:
    return {row["name"] for row in store.rows("SELECT name FROM system.tables WHERE database = currentDatabase()")}


@pytest.mark.parametrize("behind", [1, 140, 153, 250])
def test_a_process_that_another_overtakes_ends_where_that_one_did(empty: Store, monkeypatch, behind):
    apply_migrations(empty)
    there = tables(empty)
    still = [migration for migration in list_migrations() if migration.version >= behind]
    monkeypatch.setattr("storage.migrate.pending_migrations", lambda _store: still)
    apply_migrations(empty)
    assert tables(empty) == there


def granules(store: Store) -> str:
    return str(store.value("SHOW CREATE TABLE transactions")).partition("index_granularity = ")[2].split(",")[0]


def test_transactions_stand_in_small_granules_in_a_new_store(engine: Store):
    assert granules(engine) == "1024"


def test_transactions_of_an_old_store_are_left_as_they_are(empty: Store):
    old = next(migration for migration in list_migrations() if migration.name == "create_transactions")
    empty.execute(old.sql)
    empty.execute("INSERT INTO transactions (transaction_id, flow) VALUES ('t', 'kept')")
    apply_migrations(empty)
    assert empty.rows("SELECT flow, joins FROM transactions") == [{"flow": "kept", "joins": []}]
    assert granules(empty) == "4096"


def before(version: int) -> list[Migration]:
    return [migration for migration in list_migrations() if migration.version < version]


def test_texts_within_arrays_of_observations_have_no_dictionaries_in_a_store_of_any_age(empty: Store, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr("storage.migrate.list_migrations", lambda: before(320))
        apply_migrations(empty)
    empty.execute(
        "INSERT INTO observations (unit_id, identifiers, steps) VALUES (1, [('po', '45', 'identity')], ['sent'])"
    )
    apply_migrations(empty)
    (row,) = empty.rows("SELECT identifiers[1].2 AS value, steps FROM observations")
    assert row == {"value": "45", "steps": ["sent"]}
    kinds = empty.rows("SELECT DISTINCT toTypeName(identifiers) AS found, toTypeName(steps) AS steps FROM observations")
    assert not any("LowCardinality" in kind for row in kinds for kind in row.values())


_RARE = {
    "status_message": "no such order", "exception_type": "KeyError", "exception_message": "45", "body": "sent",
    "source": "erp", "event_id": "e-1", "hop_hashes": [7, 2**64 - 1], "linked_units": [8],
    "links": [(b"\0trace" + bytes(10), b"sp\0n" + bytes(4))], "parent_type": "po", "parent_value": "44",
}  # fmt: skip


def test_what_few_observations_have_is_read_by_its_name_in_a_store_of_any_age(empty: Store, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr("storage.migrate.list_migrations", lambda: before(351))
        apply_migrations(empty)
    common = ["unit_id", "kind", "content_hash", "service", "severity_number"]
    empty.insert("observations", common, [[1, "span", 10, "erp", 0]])
    empty.insert("observations", [*common, *_RARE], [[2, "event", 11, "erp", 17, *_RARE.values()]])
    empty.insert("observations", [*common, "event_id", "body"], [[3, "log", 12, "erp", 9, "12", "sent"]])
    apply_migrations(empty)
    names = ", ".join([*_RARE, "severity_number", "details"])
    nothing, all_of_it, log = empty.rows(f"SELECT {names} FROM observations ORDER BY unit_id")
    assert {name: value for name, value in nothing.items() if value} == {}
    links = [{"trace_id": trace, "span_id": span} for trace, span in _RARE["links"]]
    all_of_it.pop("details")
    assert all_of_it == _RARE | {"links": links, "severity_number": 17}
    assert {name: value for name, value in log.items() if value} == {
        "body": "sent", "event_id": "12", "severity_number": 9, "details": {"body": "sent"},
    }  # fmt: skip


def test_what_a_tick_reads_and_stores_has_the_columns_of_observations_in_their_order(engine: Store):
    found = "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}"
    stored = [row["name"] for row in engine.rows(found, {"table": "observations"})]
    for table in ("tick_new", "tick_loaded"):
        assert [row["name"] for row in engine.rows(found, {"table": table})] == stored


def test_what_correlation_stores_is_merged_late(engine: Store):
    stored = engine.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'ReplacingMergeTree'"
        " AND create_table_query LIKE '%merge_selector_base = 16%'"
    )
    assert {
        "observations", "identifier_units", "transactions", "transaction_units", "transaction_identifiers",
        "transaction_children", "verdicts", "unit_transactions", "transaction_paths",
    } <= {row["name"] for row in stored}  # fmt: skip


def test_a_migration_that_fails_and_that_nobody_applied_stops_the_start(empty: Store, monkeypatch):
    still = [migration for migration in list_migrations() if migration.version == 153]
    monkeypatch.setattr("storage.migrate.pending_migrations", lambda _store: still)
    with pytest.raises(StoreError):
        apply_migrations(empty)


def test_looking_at_what_is_pending_changes_nothing(empty: Store):
    assert len(pending_migrations(empty)) == len(list_migrations())
    assert empty.value("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'spans'") == 0


def test_the_columns_other_tools_read_are_there(engine: Store):
    columns = engine.rows(
        "SELECT table, groupArray(name) AS names FROM system.columns"
        " WHERE database = currentDatabase() AND startsWith(table, 'otel_') GROUP BY table"
    )
    names = {row["table"]: set(row["names"]) for row in columns}
    assert {
        "Timestamp",
        "TraceId",
        "SpanId",
        "ParentSpanId",
        "SpanName",
        "SpanKind",
        "ServiceName",
        "Duration",
    } <= names["otel_traces"]
    assert {"Events.Timestamp", "Links.TraceId", "SpanAttributes", "ResourceAttributes", "StatusCode"} <= names[
        "otel_traces"
    ]
    assert {"TraceId", "Start", "End"} == names["otel_traces_trace_id_ts"]
    assert {"Timestamp", "Body", "SeverityText", "LogAttributes", "EventName"} <= names["otel_logs"]
    assert {"Value", "IsMonotonic", "AggregationTemporality", "Exemplars.TraceId"} <= names["otel_metrics_sum"]
    assert {"BucketCounts", "ExplicitBounds", "Min", "Max"} <= names["otel_metrics_histogram"]
    assert {"Scale", "PositiveBucketCounts", "NegativeOffset"} <= names["otel_metrics_exponential_histogram"]
    assert {"ValueAtQuantiles.Quantile", "ValueAtQuantiles.Value"} <= names["otel_metrics_summary"]
    assert "Value" in names["otel_metrics_gauge"]
