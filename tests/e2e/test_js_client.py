"""A stock JavaScript client from npm: gRPC, OTLP/JSON and gzipped protobuf, end to end."""

import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import httpx
import pytest

SOURCES = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
def client(tmp_path_factory) -> Path:
    """The folder of the client with its modules: those beside it, or in CI installed into a temporary copy."""
    if not shutil.which("node"):
        pytest.skip("no Node.js here")
    if (SOURCES / "node_modules").is_dir():
        return SOURCES
    if os.environ.get("CI") != "true":
        pytest.skip("no npm modules here: run `npm install --no-package-lock` in tests/e2e/js")
    folder = tmp_path_factory.mktemp("js")
    for name in ("package.json", "send.mjs"):
        shutil.copy(SOURCES / name, folder)
    install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(install, cwd=folder, check=True, timeout=300)
    return folder


def test_what_the_javascript_sdk_sends_through_every_door_becomes_one_transaction(wayline, client):
    po_number, correlation = f"49{uuid.uuid4().int % 10**8:08d}", f"c-{uuid.uuid4().hex[:12]}"
    words = ["node", "send.mjs", wayline.otlp_http, f"http://{wayline.grpc}", po_number, correlation]
    subprocess.run(words, cwd=client, check=True, timeout=60)
    body = _transaction(wayline.url, po_number)
    roots = {span["name"]: span for span in body["spans"] if not span["parent_span_id"]}
    assert set(roots) == {"submit order by grpc", "submit order by json", "submit order by protobuf"}
    assert {span["trace_id"] for span in body["spans"]} == {span["trace_id"] for span in roots.values()}
    assert len(body["spans"]) == 6
    for span in roots.values():
        assert span["service"] == "js-portal"
        assert span["attributes"]["order.lines"] == "3"
        assert span["attributes"]["order.total"] == "12.5"
        assert span["attributes"]["order.urgent"] == "false"
        assert span["attributes"]["order.items"] == '["gloves","gauze"]'
    assert body["logs"][0]["trace_id"] == roots["submit order by protobuf"]["trace_id"]
    assert {(found["type"], found["value"]) for found in body["identifiers"]} == {
        ("correlation", correlation),
        ("po_number", po_number),
    }


def _transaction(url: str, identifier: str) -> dict:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        reply = httpx.get(f"{url}/api/v1/transactions/{identifier}", timeout=10)
        if reply.status_code == 200 and len(reply.json()["spans"]) == 6 and reply.json()["logs"]:
            return reply.json()
        time.sleep(0.1)
    raise AssertionError(f"not whole in time: {reply.text[:500]}")
