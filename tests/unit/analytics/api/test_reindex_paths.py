"""What a reindex is asked for stands in the query or in a JSON body; nothing that was said is passed over."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from analytics.api import install_problem_handlers
from analytics.reindex import Progress
from analytics.reindex.api import build_reindex_router

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Asked:
    def __init__(self):
        self.since = []

    def begin(self, since):
        self.since.append(since)
        return Progress("running", since)


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def client(asked):
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_reindex_router(asked))
    return TestClient(app)


@pytest.mark.parametrize(
    ("said", "since"),
    [
        ({}, None),
        ({"json": {}}, None),
        ({"params": {"since": "2026-11-22T12:00:00Z"}}, NOON),
        ({"json": {"since": "2026-11-22T13:00:00+01:00"}}, NOON),
    ],
)
def test_since_is_heard_wherever_it_stands(client, asked, said, since):
    assert client.post("/api/v1/reindex", **said).status_code == 202
    assert asked.since == [since]


@pytest.mark.parametrize(
    "said",
    [
        {"json": {"sinse": "2026-11-22T12:00:00Z"}},
        {"json": {"since": "yesterday"}},
        {"json": []},
        {"content": '{"since": "2026-11-22T12:00:00Z"}', "headers": {"content-type": "text/plain"}},
    ],
)
def test_what_is_not_understood_starts_nothing(client, asked, said):
    assert client.post("/api/v1/reindex", **said).status_code == 422
    assert asked.since == []
