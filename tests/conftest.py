"""Fixtures shared by every test: a still clock, and the real engine with a fresh database per test."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from core.clock import FakeClock

# On a loaded machine any example may take long once; what CI sets besides stays.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")

# Taken before any test: a server in this process goes to live in its folder, where a relative name means another one.
_SHARED_DATA = Path(os.environ.get("WAYLINE_SHARED_DATA", "../shared/data")).resolve()
_BESIDE_EACH_OTHER = (
    "unit",
    "contract",
    "golden",
    "integration/analytics",
    "integration/correlate",
    "integration/collector/test_checklists.py",
    "integration/collector/test_decode.py",
    "integration/collector/test_redaction.py",
    "integration/collector/test_views.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What computes runs on every core at once; what starts, kills and waits for processes runs alone after it."""
    here = Path(__file__).parent
    beside = [here / folder for folder in _BESIDE_EACH_OTHER]
    for item in items:
        if not any(item.path.is_relative_to(folder) for folder in beside):
            item.add_marker("alone")


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


@dataclass(frozen=True)
class Served:
    """Addresses of a running ``wayline serve``, its process and its data folder."""

    url: str
    grpc: str
    otlp_http: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _wait_ready(served: Served, timeout_s: float, *, log_from: int) -> None:
    """The pages are there before the doors are; the log says when all is."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            raise AssertionError(f"wayline ended with {served.process.returncode}:\n{served.log.read_text()[-4000:]}")
        with served.log.open("rb") as log:
            log.seek(log_from)
            if b"Wayline is ready." in log.read():
                return
        time.sleep(0.05)
    raise AssertionError(f"wayline was not ready in {timeout_s} s:\n{served.log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def _started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Servers that are still wanted."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    _end(started)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module", autouse=True)
def _end_with_the_module(_started: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    """A server that nobody asks any more would take its share of the machine from the tests after it."""
    before = list(_started)
    yield
    _end([process for process in _started if process not in before and process not in _KEPT])


_KEPT: list[subprocess.Popen[bytes]] = []


@pytest.fixture(scope="session")
def start_wayline(
    tmp_path_factory: pytest.TempPathFactory, _started: list[subprocess.Popen[bytes]]
) -> Callable[..., Served]:
    """
    Start ``wayline serve`` (or another command) as a user would, on free ports; ended with the module.

    Call it with ``data=`` to reopen a folder, ``environment=`` for settings, ``wait=False`` to look at the start,
    ``keep=True`` for a server that lives as long as the session, further words for the command line.
    """

    def start(
        *words: str,
        command: str = "serve",
        data: Path | None = None,
        environment: Mapping[str, str] | None = None,
        ports: list[int] | None = None,
        wait: bool = True,
        keep: bool = False,
    ) -> Served:
        folder = data or tmp_path_factory.mktemp("served")
        page, grpc_port, http_port = ports or _free_ports(3)
        listens = command in {"serve", "demo", "collect"}
        doors = ["--grpc-port", str(grpc_port), "--otlp-http-port", str(http_port)] if listens else []
        log = folder.parent / f"{folder.name}.log"
        log_from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "wayline.cli",
                    command,
                    "--data",
                    str(folder),
                    "--port",
                    str(page),
                    *doors,
                    *words,
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd=folder,
            )
        _started.append(process)
        if keep:
            _KEPT.append(process)
        scheme = "https" if "WAYLINE_SERVER__TLS__CERT_FILE" in (environment or {}) else "http"
        served = Served(
            f"{scheme}://127.0.0.1:{page}",
            f"127.0.0.1:{grpc_port}",
            f"{scheme}://127.0.0.1:{http_port}",
            folder,
            process,
            log,
        )
        if wait:
            _wait_ready(served, 60, log_from=log_from)
        return served

    return start


@pytest.fixture(scope="module")
def wayline(start_wayline: Callable[..., Served]) -> Iterator[Served]:
    """A server of the module's own."""
    served = start_wayline()
    yield served
    served.process.terminate()
    served.process.wait(timeout=30)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference data sets; tests that need it skip where it is absent."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("no reference data here: set WAYLINE_SHARED_DATA")
    return _SHARED_DATA


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
