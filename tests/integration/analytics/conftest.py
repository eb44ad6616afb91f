"""A reader on the real engine and the shipped catalog, and the API before it."""

import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from analytics.api import build_probe_router, build_router, install_problem_handlers
from analytics.read import Reader
from core.clock import FakeClock
from core.component import Health
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations, list_migrations
from storage.store import Store, open_store

sys.path.insert(0, str(Path(__file__).parent))


_OF_ORIGINS = {3, 4, 102, *range(200, 250), 365, 366, 367}
"""Points of metrics, transactions, and what the search for origins reads and fills."""


@pytest.fixture(scope="module")
def origin_store(engine_path: Path) -> Iterator[Store]:
    """A database that holds only the work tables of the search for origins, and what is known of other transactions."""
    database = f"test_{uuid.uuid4().hex[:12]}"
    store = open_store(StorageConfig(path=engine_path, database=database, pool_size=1))
    for migration in list_migrations():
        if migration.version in _OF_ORIGINS:
            store.execute(migration.sql)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


@pytest.fixture(scope="module")
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def engine(engine_path: Path) -> Iterator[Store]:
    """One migrated database a module: reads change nothing, and tests that insert do it in a time of their own."""
    database = f"test_{uuid.uuid4().hex[:12]}"
    store = open_store(StorageConfig(path=engine_path, database=database, pool_size=2))
    apply_migrations(store)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


@pytest.fixture(scope="module")
def reader(engine: Store, clock: FakeClock) -> Reader:
    return Reader(engine, CatalogProvider(None, clock), clock)


@pytest.fixture
def health() -> list[Health]:
    return [Health("spool", ok=True), Health("correlation", ok=True)]


@pytest.fixture
def api(reader: Reader, health: list[Health]) -> TestClient:
    app = FastAPI(openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs")
    install_problem_handlers(app)
    app.include_router(build_probe_router(lambda: health))
    app.include_router(build_router(reader))
    return TestClient(app, raise_server_exceptions=False)
