"""A reader on the real engine and the shipped catalog, and the API before it."""

import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from analytics.api import build_probe_router, build_router, install_problem_handlers
from analytics.read import Reader
from core.clock import FakeClock
from core.component import Health
from runbooks import CatalogProvider
from storage.store import Store

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
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
