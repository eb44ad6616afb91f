from datetime import UTC, datetime

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


def test_arrow_gives_text_as_text(engine: Store):
    table = engine.arrow("SELECT 'é' AS text, toDateTime64(0, 6, 'UTC') AS at")
    assert table.column("text").to_pylist() == ["é"]
    assert table.column("at").to_pylist() == [datetime(1970, 1, 1, tzinfo=UTC)]


def test_nothing_is_inserted_for_no_rows(engine: Store):
    engine.insert("schema_migrations", ["version"], [])
