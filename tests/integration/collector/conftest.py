"""One migrated database for all tests of the collector: migrating costs a hundred times what emptying does."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

_TABLES = (
    "SELECT name, total_rows AS rows FROM system.tables"
    " WHERE database = currentDatabase() AND name != 'schema_migrations'"
)


class _Shared:
    """The database, made anew when a test left it with other tables."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.store = self._open()
        self._names = self._listed().keys()

    def _open(self) -> Store:
        database = f"collector_{uuid.uuid4().hex[:12]}"
        store = open_store(StorageConfig(path=self._path, database=database, pool_size=2))
        apply_migrations(store)
        return store

    def _listed(self) -> dict[str, int | None]:
        return {row["name"]: row["rows"] for row in self.store.rows(_TABLES)}

    def empty(self) -> Store:
        listed = self._listed()
        if listed.keys() != self._names:
            self.drop()
            self.store = self._open()
            return self.store
        for name, rows in listed.items():
            if rows:
                self.store.execute("TRUNCATE TABLE {name:Identifier}", {"name": name})
        return self.store

    def drop(self) -> None:
        self.store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": self.store.config.database})
        self.store.close()


@pytest.fixture(scope="session")
def shared_database(engine_path: Path) -> Iterator[_Shared]:
    shared = _Shared(engine_path)
    yield shared
    shared.drop()


@pytest.fixture
def engine(shared_database: _Shared) -> Store:
    """An empty migrated store; instead of the one of the root, which makes a database for each test."""
    return shared_database.empty()
