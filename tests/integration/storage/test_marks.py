"""Where granules begin is known of a part before anyone asks for its rows."""

import pytest

from storage.store import Store

_LOOKED_UP = {
    "transaction_identifiers": "value",
    "transaction_units": "unit_id",
    "unit_transactions": "unit_id",
    "observations": "unit_id",
    "transactions": "transaction_id",
    "verdicts": "transaction_id",
    "transaction_paths": "transaction_id",
    "spans": "service",
    "logs": "service",
    "events": "id",
}
"""Tables that a look-up reads, and a column of each."""


def known_files(engine: Store) -> int:
    return engine.value("SELECT value FROM system.metrics WHERE metric = 'MarkCacheFiles'")


@pytest.mark.parametrize("table", _LOOKED_UP)
def test_marks_of_a_part_are_known_once_it_is_written_or_merged(engine: Store, table: str):
    row = f"INSERT INTO {table} ({_LOOKED_UP[table]}) VALUES ('7')"
    engine.execute("SYSTEM DROP MARK CACHE")
    engine.execute(row)
    assert known_files(engine), "of what was inserted"
    engine.execute(row)
    engine.execute("SYSTEM DROP MARK CACHE")
    engine.execute(f"OPTIMIZE TABLE {table} FINAL")
    assert known_files(engine), "of what was merged"
