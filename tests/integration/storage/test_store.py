from datetime import UTC, datetime

import pyarrow as pa
import pytest

from core.errors import PermanentError, TransientError
from storage.errors import StatementRefusedError, StoreError, StoreUnavailableError
from storage.store import Store

SECRET = "123-45-6789"


def test_times_come_out_aware_and_in_utc(engine: Store):
    row = engine.rows("SELECT toDateTime64('2026-11-22 08:00:00.25', 9, 'UTC') AS at, [at] AS many, now() AS now")[0]
    assert row["at"] == datetime(2026, 11, 22, 8, 0, 0, 250_000, tzinfo=UTC)
    assert row["many"] == [row["at"]]
    assert row["now"].tzinfo is not None


def test_values_are_bound_not_pasted(engine: Store):
    hostile = "x' OR 1 = 1 -- \\"
    assert engine.value("SELECT {v:String}", {"v": hostile}) == hostile
    assert engine.rows("SELECT arrayJoin({v:Array(String)}) AS v", {"v": [hostile, "b"]}) == [
        {"v": hostile},
        {"v": "b"},
    ]


def test_a_wrong_statement_is_permanent_and_says_what_is_wrong(engine: Store):
    with pytest.raises(StatementRefusedError, match="no_such_table") as caught:
        engine.rows("SELECT * FROM no_such_table")
    assert caught.value.code == 60
    assert isinstance(caught.value, PermanentError)
    assert isinstance(caught.value, StoreError)


def test_running_out_of_memory_is_transient(engine: Store):
    with pytest.raises(StoreUnavailableError) as caught:
        engine.rows("SELECT groupArray(number) FROM numbers(10000000)", None, {"max_memory_usage": 1_000_000})
    assert caught.value.code == 241
    assert isinstance(caught.value, TransientError)


def test_an_error_never_quotes_the_data(engine: Store):
    with pytest.raises(StatementRefusedError) as caught:
        engine.value("SELECT toUInt8(concat({v:String}, toString(rand())))", {"v": SECRET})
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    with pytest.raises(StatementRefusedError) as of_rows:
        engine.rows("SELECT toUInt8(concat({v:String}, toString(rand())))", {"v": SECRET})
    assert SECRET not in str(of_rows.value)
    assert of_rows.value.__suppress_context__


def test_settings_hold_for_the_statement_they_are_given_with(engine: Store):
    asked = "SELECT getSetting('max_threads') AS threads, getSetting('session_timezone') AS zone"
    assert engine.rows(asked, None, {"max_threads": 3}) == [{"threads": 3, "zone": "UTC"}]
    assert engine.rows(asked)[0]["threads"] != 3


def test_rows_come_whole_however_many_there_are(engine: Store):
    rows = engine.rows("SELECT number AS n, toString(number) AS text FROM numbers(200000)", None, {"max_threads": 2})
    assert [row["n"] for row in rows] == list(range(200_000))
    assert engine.rows("SELECT 1 AS n WHERE 0") == []


def test_arrow_gives_text_as_text(engine: Store):
    table = engine.arrow("SELECT 'é' AS text, toDateTime64(0, 6, 'UTC') AS at")
    assert table.column("text").to_pylist() == ["é"]
    assert table.column("at").to_pylist() == [datetime(1970, 1, 1, tzinfo=UTC)]


def test_arrow_columns_stay_what_they_were_whatever_is_read_after_them(engine: Store):
    read = "SELECT number AS n, toString(number) AS text FROM numbers({from:UInt64}, 100000)"
    first = engine.arrow(read, {"from": 0})
    numbers, texts = first.column("n").slice(99_000), first.column("text")
    del first
    for begin in range(1, 6):
        engine.arrow(read, {"from": begin * 1_000_000})
    assert numbers.to_pylist() == list(range(99_000, 100_000))
    assert texts.to_pylist() == [str(number) for number in range(100_000)]


def test_arrow_without_rows_has_its_columns(engine: Store):
    table = engine.arrow("SELECT number AS n, toString(n) AS text FROM numbers(0)")
    assert (table.num_rows, table.column_names) == (0, ["n", "text"])
    assert engine.arrow("SELECT toLowCardinality('') AS few WHERE 0").column("few").to_pylist() == []


def test_values_of_every_kind_are_bound_for_arrow_too(engine: Store):
    when = datetime(2026, 11, 22, 8, 0, 0, 250_000, tzinfo=UTC)
    bound = {"v": "x' OR 1 = 1 -- \\\n", "many": ["a'", "\\b"], "at": when, "numbers": [1, 2**63]}
    (row,) = engine.arrow(
        "SELECT {v:String} AS v, {many:Array(String)} AS many, {at:DateTime64(6, 'UTC')} AS at,"
        " {numbers:Array(UInt64)} AS numbers",
        bound,
    ).to_pylist()
    assert row == bound


def test_a_statement_for_arrow_fails_as_others_do(engine: Store):
    with pytest.raises(StatementRefusedError, match="no_such_table") as caught:
        engine.arrow("SELECT * FROM no_such_table")
    assert caught.value.code == 60
    with pytest.raises(StatementRefusedError) as quoting:
        engine.arrow("SELECT toUInt8(concat({v:String}, toString(rand())))", {"v": SECRET})
    assert SECRET not in str(quoting.value)
    assert (quoting.value.code, quoting.value.__cause__) == (6, None)
    with pytest.raises(StoreUnavailableError) as short:
        engine.arrow("SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000")
    assert short.value.code == 241


def test_arrow_columns_come_back_as_they_went_in(engine):
    engine.execute(
        "CREATE TABLE sent (number UInt64, few LowCardinality(String), ids Array(FixedString(16)),"
        " pairs Array(Tuple(type String, value String)), moment Array(Int64)) ENGINE = Memory"
    )
    pairs = pa.StructArray.from_arrays([pa.array([b"po", b"po"]), pa.array([b"1", b"\xff"])], ["type", "value"])
    rows = pa.table(
        {
            "moment": pa.array([[1, -2], []], pa.list_(pa.int64())),  # by name, not by place
            "number": pa.array([2**64 - 1, 0], pa.uint64()),
            "few": pa.array([b"a", b""]).dictionary_encode(),
            "ids": pa.array([[bytes(range(16))], []], pa.list_(pa.binary(16))),
            "pairs": pa.ListArray.from_arrays(pa.array([0, 2, 2], pa.int32()), pairs),
        }
    )
    engine.insert_arrow("sent", rows)
    engine.insert_arrow("sent", rows.slice(0, 0))
    sent = engine.arrow("SELECT * FROM sent SETTINGS output_format_arrow_string_as_string = 0")
    assert sent.num_rows == 2
    for name in ("number", "ids", "pairs", "moment"):
        assert sent.column(name).to_pylist() == rows.column(name).to_pylist()
    assert sent.column("few").to_pylist() == [b"a", b""]


def test_nothing_is_inserted_for_no_rows(engine: Store):
    engine.insert("schema_migrations", ["version"], [])
