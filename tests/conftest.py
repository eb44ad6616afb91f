"""Fixtures shared by every test: a still clock, and the real engine with a fresh database per test."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def engine_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded engine allows one path a process: every test shares it, in a database of its own."""
    return tmp_path_factory.mktemp("engine")


@pytest.fixture
def engine(engine_path: Path) -> Iterator["Store"]:  # noqa: F821  # imported below, only where an engine is wanted
    """A migrated store in a database of its own."""
    from storage.config import StorageConfig  # noqa: PLC0415  # unit tests never load the engine
    from storage.migrate import apply_migrations  # noqa: PLC0415
    from storage.store import open_store  # noqa: PLC0415

    database = f"test_{uuid.uuid4().hex[:12]}"
    store = open_store(StorageConfig(path=engine_path, database=database, pool_size=2))
    apply_migrations(store)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference data sets; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("WAYLINE_SHARED_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip("no reference data here: set WAYLINE_SHARED_DATA")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI everything a test needs is installed: a skip is a failure, save for the optional server."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "WAYLINE_TEST_CLICKHOUSE_URL" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where nothing may be missing: {reason}"
    return report
