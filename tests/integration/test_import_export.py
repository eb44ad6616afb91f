"""An event log through ``wayline import``, into a running server and into a stopped one's folder; and out again."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

CATALOG = """
kind: Owner
name: travel-desk
---
kind: Identifier
name: permit
role: identity
---
kind: Flow
name: travel
tier: 2
owner: travel-desk
identifiers: [correlation, permit]
milestones:
  - {name: submitted}
  - {name: approved}
  - {name: paid, terminal: true}
"""
MAPPING = """
format: csv
flow: travel
source: portal
time: {column: at, timezone: Europe/Amsterdam}
milestone: activity
event_id: id
correlation: case
identifiers: {permit: permit}
"""
LOG = """id,case,permit,activity,at
e1,c1,p 1,submitted,2026-03-01 10:00:00
e2,c1,p 1,approved,2026-03-01 11:00:00
e3,c2,p 1,paid,2026-03-02 10:00:00
e4,c3,p 2,submitted,2026-03-02 11:00:00
e5,c3,p 2,approved,not a time
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "travel.yaml").write_text(CATALOG)
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def _wayline(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wayline.cli", *words], capture_output=True, text=True, timeout=120, check=False
    )


def _statuses(url: str) -> dict[str, str]:
    items = httpx.get(f"{url}/api/v1/transactions", params={"flow": "travel"}).json()["items"]
    permits = {
        item["value"]: body["status"] for body in items for item in body["identifiers"] if item["type"] == "permit"
    }
    assert len(items) == len(permits)
    return permits


def _wait_for(url: str, expected: dict[str, str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _statuses(url) != expected:
        time.sleep(0.3)
    assert _statuses(url) == expected


EXPECTED = {"p 1": "completed_late", "p 2": "stuck"}


def test_an_imported_log_becomes_transactions_once_and_comes_out_again(start_wayline, folder):
    served = start_wayline("--catalog", str(folder / "catalog"))
    for _ in range(2):
        result = _wayline(
            "import", str(folder / "log.csv"), "--mapping", str(folder / "mapping.yaml"), "--url", served.url
        )
        assert (result.returncode, result.stdout.strip()) == (1, "4 events sent, 1 rows left out"), result.stderr
        assert "row 5" in result.stderr
    _wait_for(served.url, EXPECTED)
    detail = httpx.get(f"{served.url}/api/v1/transactions/p%201").json()
    assert [event["id"] for event in detail["events"]] == ["e1", "e2", "e3"]

    out = folder / "out.csv"
    result = _wayline("export", str(out), "--url", served.url, "--flow", "travel")
    assert result.returncode == 0, result.stderr
    with out.open(newline="") as file:
        assert sorted(row["status"] for row in csv.DictReader(file)) == ["completed_late", "stuck"]
    served.process.terminate()
    assert served.process.wait(timeout=30) == 0


def test_a_log_imported_without_a_server_is_there_when_one_starts(start_wayline, folder):
    data = folder / "data"
    words = ("--mapping", str(folder / "mapping.yaml"), "--catalog", str(folder / "catalog"), "--data", str(data))
    result = _wayline("import", str(folder / "log.csv"), *words, "--url", "http://127.0.0.1:9")
    assert result.stdout.strip().endswith("4 events sent, 1 rows left out"), result.stderr
    served = start_wayline("--catalog", str(folder / "catalog"), data=data)
    assert _statuses(served.url) == EXPECTED
