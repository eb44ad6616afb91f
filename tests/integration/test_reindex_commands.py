"""`wayline reindex` and `wayline flows draft` against a running server, and on the folder of a stopped one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from runbooks.linting import lint

BASE = """
kind: Tier
name: 1
---
kind: Owner
name: team
---
kind: Identifier
name: order_no
attributes: [{attribute}]
"""


def wayline(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wayline.cli", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=dict(os.environ),
        cwd=Path.cwd(),
    )


def event(number: int, kind: str, second: int) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"{kind}{number}",
        "source": "/shop",
        "type": f"shop.{kind}",
        "time": f"2026-11-22T08:{number:02}:{second:02}Z",
        "correlationid": f"c{number}",
        "data": {"new_order_no": f"N{number}"},
    }


@pytest.fixture(scope="module")
def served(start_wayline, tmp_path_factory):
    catalog = tmp_path_factory.mktemp("catalog")
    (catalog / "estate.yaml").write_text(BASE.format(attribute="old_order_no"), encoding="utf-8")
    server = start_wayline("--catalog", str(catalog))
    batch = [event(n, kind, second) for n in range(5) for kind, second in (("ordered", 1), ("packed", 31))]
    headers = {"content-type": "application/cloudevents-batch+json"}
    httpx.post(f"{server.url}/api/v1/events", json=batch, headers=headers, timeout=30).raise_for_status()
    wait_for(server, "c4", 2)
    return server, catalog


def wait_for(server, identifier: str, events: int) -> dict[str, object]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = httpx.get(f"{server.url}/api/v1/transactions/{identifier}", timeout=30)
        if answer.status_code == 200 and len(answer.json()["events"]) == events:
            return answer.json()
        time.sleep(0.2)
    raise AssertionError(answer.text)


def reindex_on_the_server(served):
    server, catalog = served
    before = wait_for(server, "c1", 2)
    assert httpx.get(f"{server.url}/api/v1/transactions/N1", timeout=30).status_code == 404
    (catalog / "estate.yaml").write_text(BASE.format(attribute="new_order_no"), encoding="utf-8")
    done = wayline("reindex", "--url", server.url)
    assert (done.returncode, done.stdout.split(":")[0]) == (0, "reindex done"), done.stderr
    found = httpx.get(f"{server.url}/api/v1/transactions/N1", timeout=30).json()
    assert found["transaction_id"] == before["transaction_id"]
    assert found["revision"] > before["revision"]
    progress = httpx.get(f"{server.url}/api/v1/reindex", timeout=30).json()
    assert (progress["state"], progress["done"], progress["total"]) == ("done", 10, 10)


def draft_passes_the_check(served, tmp_path):
    server, _ = served
    drafted = wayline(
        "flows", "draft", "--url", server.url, "--since", "2026-11-22T00:00:00Z", "--out", str(tmp_path / "d.yaml")
    )
    assert drafted.returncode == 0, drafted.stderr
    (tmp_path / "estate.yaml").write_text(BASE.format(attribute="new_order_no"), encoding="utf-8")
    assert [found for found in lint([tmp_path]) if found.severity == "error"] == []
    assert "shop_packed" in (tmp_path / "d.yaml").read_text(encoding="utf-8")
    assert "unclassified" in wayline("flows", "--url", server.url, "--window", "3650d").stdout


def reindex_in_the_folder(served):
    server, catalog = served
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0
    (catalog / "estate.yaml").write_text(BASE.format(attribute="old_order_no"), encoding="utf-8")
    words = ("--url", server.url, "--data", str(server.data), "--catalog", str(catalog))
    done = wayline("reindex", *words)
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "reindex done: 10 rows of evidence"), done.stderr


def test_a_catalog_change_is_worked_in_by_a_server_and_without_one_and_what_is_new_is_drafted(served, tmp_path):
    reindex_on_the_server(served)
    draft_passes_the_check(served, tmp_path)
    reindex_in_the_folder(served)  # last: it ends the server
