"""
One door to the engine, embedded or remote: rows in, rows out, values always bound.

A clickhouse-connect client on the embedded engine holds a lock while a statement runs, but several clients run
side by side and release the GIL; so the store lends clients from a pool.
"""

import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from core.errors import TransientError
from storage.config import StorageConfig

Params = Mapping[str, Any]


class StoreError(TransientError):
    """A statement failed in the engine; the text carries the engine's code, not the data."""


class Store:
    """
    A pool of clients on one database.

    Args:
        config: Where the engine is.
    """

    def __init__(self, config: StorageConfig) -> None:
        self.config = config
        self._clients: queue.LifoQueue[Client] = queue.LifoQueue()
        bootstrap = self._connect(database=None)
        bootstrap.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters={"name": config.database})
        bootstrap.close()
        for _ in range(config.pool_size):
            self._clients.put(self._connect(database=config.database))

    def _connect(self, database: str | None) -> Client:
        if self.config.url:
            return clickhouse_connect.get_client(dsn=self.config.url, database=database)
        self.config.path.mkdir(parents=True, exist_ok=True)
        return clickhouse_connect.get_client(interface="chdb", path=str(self.config.path), database=database)

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Lend a client; engine errors come out as `StoreError`."""
        lent = self._clients.get()
        try:
            yield lent
        except ClickHouseError as error:
            raise StoreError(f"the store refused a statement: {error}") from error
        finally:
            self._clients.put(lent)

    def rows(self, sql: str, params: Params | None = None, settings: Params | None = None) -> list[dict[str, Any]]:
        """Return the result of *sql* as one dict a row."""
        with self.client() as client:
            result = client.query(sql, parameters=dict(params or {}), settings=dict(settings or {}))
            return list(result.named_results())

    def value(self, sql: str, params: Params | None = None) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        with self.client() as client:
            rows = client.query(sql, parameters=dict(params or {})).result_rows
            return rows[0][0] if rows else None

    def execute(self, sql: str, params: Params | None = None, settings: Params | None = None) -> None:
        """Run a statement that returns nothing."""
        with self.client() as client:
            client.command(sql, parameters=dict(params or {}), settings=dict(settings or {}))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert *rows* (sequences in the order of *columns*) into *table*."""
        if not rows:
            return
        with self.client() as client:
            client.insert(table, rows, column_names=list(columns), settings={"async_insert": 0})

    def close(self) -> None:
        """Close every client; statements under way must have ended."""
        while not self._clients.empty():
            self._clients.get().close()


def open_store(config: StorageConfig) -> Store:
    """Open the store that *config* names; schema changes are `storage.migrate`'s work."""
    return Store(config)
