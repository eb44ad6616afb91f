"""Servers that several integration tests need."""

import os
import socket
from collections.abc import Iterator

import pytest

from tests.integration.storage.endpoint_process import Endpoint

VARIABLE = "WAYLINE_TEST_CLICKHOUSE_URL"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = Endpoint(tmp_path_factory.mktemp("endpoint"), port)
    endpoint.start()
    yield endpoint
    endpoint.stop()


@pytest.fixture(params=["endpoint", "server"])
def server_url(request: pytest.FixtureRequest) -> str:
    """Address without a database, of the stand-in and of a real server."""
    if request.param == "server":
        if not os.environ.get(VARIABLE):
            pytest.skip(f"no ClickHouse server: {VARIABLE} is not set")
        return os.environ[VARIABLE].rstrip("/")
    return request.getfixturevalue("endpoint").url
