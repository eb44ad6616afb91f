"""Browsers, and pages served from the fakes: what a browser test needs besides a real server."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from selenium import webdriver

from core.clock import FakeClock
from dashboards.app import build_dash
from dashboards.config import DashboardsConfig
from tests.e2e.browser import browser_missing, open_browser
from tests.unit.dashboards.fakes import NOW, shipped_catalogs


@pytest.fixture(scope="session")
def _browser() -> Iterator[webdriver.Chrome]:
    reason = browser_missing()
    if reason:
        pytest.skip(reason)
    with open_browser() as driver:
        yield driver


@pytest.fixture
def browser(_browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The session's browser, with nothing left of the test before."""
    _browser.get("about:blank")
    _browser.get_log("browser")
    _browser.get_log("performance")
    yield _browser
    # A page that is left open goes on refreshing itself.
    _browser.get("about:blank")


@contextmanager
def serving(reader: Any, alerts: Any) -> Iterator[str]:
    server = FastAPI()
    build_dash(server, reader, alerts, shipped_catalogs(), FakeClock(NOW), DashboardsConfig())
    running = uvicorn.Server(uvicorn.Config(server, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join(10)


@pytest.fixture
def serve_pages() -> Iterator[Callable[[Any, Any], str]]:
    """Serve pages over a reader and an alert service; returns the address."""
    with ExitStack() as stack:
        yield lambda reader, alerts: stack.enter_context(serving(reader, alerts))
