"""
One door to the engine, embedded or remote: rows in, rows out, values always bound.

A clickhouse-connect client on the embedded engine holds a lock while a statement runs, but several clients run
side by side and release the GIL; so the store lends clients from a pool. Every time that comes out is aware and UTC.
"""

import bisect
import fcntl
import io
import os
import queue
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import clickhouse_connect
import pyarrow as pa
import pyarrow.ipc
import zstandard
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httpclient import HttpClient

from core.memory_file import MemoryFile
from storage.config import StorageConfig
from storage.engine_connection import EngineConnection
from storage.engine_memory import keep_freed_pages
from storage.errors import FolderInUseError, StoreError, error_from_engine
from storage.sending import SentOnce

__all__ = ["Params", "Store", "StoreError", "open_store"]

Params = Mapping[str, Any]

_NOT_WORTH_IT = (
    # Compiled at the third use of each function: a second of CPU in the middle of a tick, for a few per cent after it.
    "compile_expressions",
    "compile_aggregate_expressions",
    "compile_sort_description",
    # A pass over every expression that takes as long as all others together.
    "optimize_and_compare_chain",
)
"""Switched off: statements here are long and many and read little, so that they are planned longer than they run."""
_KEPT_BYTES = (2 * 2**20, 16 * 2**20, 64 * 2**20)
"""Memory that stays with a store for the next rows of that size that it sends to the engine in this process."""


class Store:
    """
    A pool of clients on one database.

    Args:
        config: Where the engine is.
        create: Whether a database that is missing is made.

    Raises:
        StoreError: The engine cannot be reached, or another process holds the folder.
    """

    def __init__(self, config: StorageConfig, *, create: bool = True) -> None:
        self.config = config
        self._clients: queue.LifoQueue[Client] = queue.LifoQueue()
        self._local: Self | None = None
        self._local_lock = threading.Lock()
        self._alone = threading.Lock()
        self._rows = [MemoryFile(most_bytes) for most_bytes in _KEPT_BYTES]
        self._connections: dict[tuple[int, frozenset[tuple[str, Any]]], EngineConnection] = {}
        if create:
            self._create_database(config.target_database)
        for _ in range(config.pool_size):
            self._clients.put(self._connect(database=config.target_database))

    def local_engine(self) -> Self:
        """
        Return a store on the engine in this process, which can read this process's memory files.

        It is this store when that is embedded; else one that is opened at the first call, keeps nothing, and is closed
        with this one.
        """
        if not self.config.url:
            return self
        with self._local_lock:
            if self._local is None:
                local = self.config.model_copy(update={"url": "", "database": "default", "pool_size": 1})
                self._local = type(self)(local)
            return self._local

    def _create_database(self, name: str) -> None:
        bootstrap = self._connect(database=None)
        try:
            bootstrap.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters={"name": name})
        except ClickHouseError as error:
            raise error_from_engine(error) from error
        finally:
            bootstrap.close()

    def _connect(self, database: str | None) -> Client:
        try:
            if self.config.url:
                client = clickhouse_connect.get_client(
                    dsn=self.config.url,
                    database=database or "default",
                    interface=self.config.interface,
                    tz_mode="aware",
                    autogenerate_session_id=False,
                    ca_cert=str(self.config.ca_file) if self.config.ca_file else None,
                )
                remote = cast(HttpClient, client)
                remote.http = SentOnce(remote.http)  # type: ignore[assignment]  # the part of a pool that it uses
            else:
                self.config.path.mkdir(parents=True, exist_ok=True)
                keep_freed_pages()
                client = clickhouse_connect.get_client(
                    interface="chdb", path=str(self.config.path), database=database, tz_mode="aware"
                )
        except ClickHouseError as error:
            if not self.config.url and is_held(self.config.path):
                raise FolderInUseError(self.config.path) from error
            raise error_from_engine(error) from error
        client.set_client_setting("session_timezone", "UTC")
        for name in _NOT_WORTH_IT:
            if name in client.server_settings:
                client.set_client_setting(name, 0)
        return client

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Lend a client; engine errors come out as `StoreError`."""
        lent = self._clients.get()
        try:
            yield lent
        except ClickHouseError as error:
            # The engine's text may quote a row, so the original is not chained.
            raise error_from_engine(error) from None
        finally:
            self._clients.put(lent)

    def _connection_of(self, lent: Client, settings: Params | None = None) -> EngineConnection:
        """Return the connection with *settings* that goes with a client of the embedded engine while it is lent."""
        key = (id(lent), frozenset((settings or {}).items()))
        found = self._connections.get(key)
        if found is None:
            off = dict.fromkeys((name for name in _NOT_WORTH_IT if name in lent.server_settings), 0)
            in_force = {"session_timezone": "UTC", **off, **(settings or {})}
            found = EngineConnection(self.config.path, self.config.target_database, in_force)
            self._connections[key] = found
        return found

    @contextmanager
    def exclusively(self) -> Iterator[Client]:
        """Lend a client while no statement of this store runs; those that come meanwhile wait."""
        with self._alone, ExitStack() as held:
            clients = [held.enter_context(self.client()) for _ in range(self.config.pool_size)]
            yield clients[0]

    def rows(self, sql: str, params: Params | None = None, settings: Params | None = None) -> list[dict[str, Any]]:
        """Return the result of *sql* as one dict a row; few sets of *settings* are in use, each kept for good."""
        with self.client() as client:
            if self.config.url:
                result = client.query(sql, parameters=dict(params or {}), settings=dict(settings or {}))
                return list(result.named_results())
            return self._connection_of(client, settings).rows(sql, params or {})

    def value(self, sql: str, params: Params | None = None) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        with self.client() as client:
            rows = client.query(sql, parameters=dict(params or {})).result_rows
            return rows[0][0] if rows else None

    def arrow(self, sql: str, params: Params | None = None) -> pa.Table:
        """Return the result of *sql* as an Arrow table, each of whose columns has one dictionary at most."""
        with self.client() as client:
            if self.config.url:
                stream = client.raw_query(sql, parameters=dict(params or {}), fmt="ArrowStream")
                found = pa.ipc.open_stream(stream).read_all()
            else:
                found = self._connection_of(client).columns(sql, params or {})
        return found.unify_dictionaries()

    def execute(self, sql: str, params: Params | None = None, settings: Params | None = None) -> None:
        """Run a statement that returns nothing."""
        with self.client() as client:
            client.command(sql, parameters=dict(params or {}), settings=dict(settings or {}))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert *rows* (sequences in the order of *columns*) into *table*; returns when they are stored."""
        if not rows:
            return
        with self.client() as client:
            client.insert(table, rows, column_names=list(columns), settings={"async_insert": 0})

    def insert_arrow(self, table: str, rows: pa.Table) -> None:
        """Insert *rows*, whose columns are named as those of *table*; returns when they are stored."""
        if not rows.num_rows:
            return
        if self.config.url:
            sink = pa.BufferOutputStream()
            _write_stream(rows, sink)
            with self.client() as client:
                # As a stream: a request that may have been executed is not to be sent again (`SentOnce`).
                client.raw_insert(
                    table,
                    column_names=rows.column_names,
                    insert_block=io.BytesIO(zstandard.compress(sink.getvalue(), level=1)),
                    fmt="ArrowStream",
                    compression="zstd",
                )
            return
        # By size: a file is cut behind what is written, and what comes next would ask for the pages again.
        file = self._rows[bisect.bisect_left(_KEPT_BYTES[:-1], rows.nbytes)]
        with file.written(lambda sink: _write_stream(rows, sink)) as path:
            names = ", ".join(f"`{name}`" for name in rows.column_names)
            self.execute(
                f"INSERT INTO {table} ({names}) FROM INFILE '{path}'"  # names are ours
                " SETTINGS optimize_on_insert = 0, max_insert_threads = 1 FORMAT ArrowStream"
            )

    def native(self, sql: str, params: Params | None = None) -> bytes:
        """Return the result of *sql* as the engine's Native blocks."""
        with self.client() as client:
            return client.raw_query(sql, parameters=dict(params or {}), fmt="Native")

    def insert_native(self, table: str, columns: Sequence[str], blocks: bytes, settings: Params | None = None) -> None:
        """Insert Native *blocks*, whose columns are named *columns*, into *table*; returns when they are stored."""
        with self.client() as client:
            # As a stream: a request that may have been executed is not to be sent again (`SentOnce`).
            client.raw_insert(
                table,
                column_names=list(columns),
                insert_block=io.BytesIO(zstandard.compress(blocks, level=1)),
                settings=dict(settings or {}),
                compression="zstd",
            )

    def close(self) -> None:
        """Close every client; statements under way must have ended."""
        if self._local is not None:
            self._local.close()
        for file in self._rows:
            file.clear()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        while not self._clients.empty():
            self._clients.get().close()


def _write_stream(rows: pa.Table, sink: Any) -> None:
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)


def is_held(path: Path) -> bool:
    """Return whether a process (this one, too) has the embedded engine open on the folder *path*."""
    try:
        descriptor = os.open(path / "status", os.O_RDWR)
    except OSError:  # none was opened here yet, or not for us: the engine itself will say so
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def open_store(config: StorageConfig, *, create: bool = True) -> Store:
    """
    Open the store that *config* names; schema changes are `storage.migrate`'s work.

    Raises:
        FolderInUseError: Another process has the embedded engine open on this folder.
        StoreError: The engine cannot be reached.
    """
    if not config.url and "chdb" not in sys.modules and is_held(config.path):
        # Asked before the engine is loaded, which would print its own words first; loaded, it may be ours.
        raise FolderInUseError(config.path)
    return Store(config, create=create)
