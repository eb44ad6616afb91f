"""Work tables are emptied where something was written to them, and only there."""

import pyarrow as pa
import pytest

from analytics.correlate.statements import Statements
from core.errors import TransientError

ROWS = pa.table({"unit_id": [1]})


class Engine:
    """Remembers what it was sent."""

    def __init__(self):
        self.emptied = []

    def execute(self, sql, _params=None):
        if sql.startswith("TRUNCATE TABLE "):
            self.emptied.append(sql.removeprefix("TRUNCATE TABLE "))

    def insert_arrow(self, table, rows):
        pass

    def insert(self, table, columns, rows):
        pass


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def statements(engine):
    found = Statements(engine)
    found.empty("tick_units", "tick_held")
    engine.emptied.clear()
    return found


def test_a_work_table_that_nothing_was_written_to_is_not_emptied_again(statements, engine):
    statements.empty("tick_units", "tick_held")
    assert engine.emptied == []


@pytest.mark.parametrize(
    "write",
    [
        lambda statements: statements.text("-- says why\nINSERT INTO tick_units\nSELECT 1", {}),
        lambda statements: statements.text("INSERT INTO tick_units (unit_id)\nSELECT 1", {}),
        lambda statements: statements.put("tick_units", ROWS),
        lambda statements: statements.insert("tick_units", ["unit_id"], [[1]]),
    ],
)
def test_a_work_table_that_was_written_to_is_emptied(statements, engine, write):
    write(statements)
    statements.empty("tick_units", "tick_held")
    assert engine.emptied == ["tick_units"]


def test_a_statement_that_failed_may_have_written(statements, engine):
    def fail(_sql, _params=None):
        raise TransientError("gone")

    engine.execute, execute = fail, engine.execute
    with pytest.raises(TransientError):
        statements.text("INSERT INTO tick_units\nSELECT 1", {})
    engine.execute = execute
    statements.empty("tick_units")
    assert engine.emptied == ["tick_units"]


def test_what_was_cut_short_is_emptied_whole(statements, engine):
    statements.forget()
    statements.empty("tick_units", "tick_held")
    assert engine.emptied == ["tick_units", "tick_held"]


def test_a_table_that_others_fill_is_always_emptied(statements, engine):
    statements.empty("work_origins")
    statements.empty("work_origins")
    assert engine.emptied == ["work_origins", "work_origins"]
