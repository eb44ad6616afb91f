"""
A database beside the one in use: the raw tables as views of the real ones, everything derived from them empty.

Its name follows from that of the database in use, so that what a killed process left is found and dropped.
"""

from collections.abc import Sequence

from storage.migrate import build, list_migrations
from storage.sqlfiles import load_sql
from storage.store import Store, open_store

RAW = ("spans", "logs", "events", "metric_points_gauge", "metric_points_sum", "ingest_ledger")
KEPT = ("verdicts", "notices", "correlation_ticks", "transactions_gone", "reindex_swaps")
"""Derived tables that are history, or true under any catalog: amended at the end, not exchanged."""
NORMAL = ("step_durations", "step_templates", "queue_backlogs")
"""Learned of past hours: taken along, so that what is late is measured by it before it is learned anew."""
_FIRST_DERIVED = 99
_LAST_DERIVED = 399
_SUFFIX = "_reindex"


def beside_of(store: Store) -> str:
    """Return the name of the database beside that of *store*."""
    return store.config.target_database + _SUFFIX


def drop_beside(store: Store) -> None:
    """Drop the database beside, with what is in it."""
    store.execute("DROP DATABASE IF EXISTS {name:Identifier} SYNC", {"name": beside_of(store)})


def open_beside(store: Store, pool_size: int = 2) -> Store:
    """Make the database beside anew and return a store on it; the caller closes it."""
    drop_beside(store)
    beside = open_store(store.config.in_database(beside_of(store), pool_size))
    main = store.config.target_database
    for table in RAW:
        _mirror(beside, table, main, table)
    _mirror(beside, "observations_before", main, "observations")
    _mirror(beside, "transactions_before", main, "transactions", "FINAL")
    _mirror(beside, "unit_transactions_before", main, "unit_transactions", "FINAL")
    for migration in list_migrations():
        if _FIRST_DERIVED <= migration.version <= _LAST_DERIVED:
            build(beside, migration)
    return beside


def exchanged(beside: Store) -> Sequence[str]:
    """Return the names of the tables that take the place of the old ones, in a fixed order."""
    rows = beside.rows(load_sql("analytics.reindex", "sql/derived_tables"))
    return [row["name"] for row in rows if row["name"] not in KEPT]


def _mirror(beside: Store, name: str, database: str, table: str, final: str = "") -> None:
    # A view keeps its text: names cannot be bound in it. They are ours, and that of the configured database.
    quoted = database.replace("\\", "\\\\").replace("`", "\\`")
    beside.execute(f"CREATE VIEW {name} AS SELECT * FROM `{quoted}`.{table} {final}")
