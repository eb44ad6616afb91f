"""The whole way: evidence through the door of a running server, one page with a runbook that opens, one resolve."""

import csv
import io
import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

CATALOG = """
kind: Tier
name: 1
objectives: {success_ratio: 0.99, deadline: 5s}
policy: {severity: page, notify_during: 24x7, group_wait: 0s, repeat_interval: 30m, ack_within: 5m}
---
kind: Owner
name: supply-integration
---
kind: Flow
name: test_orders
title: Test orders
tier: 1
owner: supply-integration
milestones:
  - {name: approved}
  - {name: paid, terminal: true}
"""


def _send(url: str, correlation: str, milestone: str, at: datetime) -> None:
    event = {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "test",
        "type": "order",
        "time": at.isoformat(),
        "correlationid": correlation,
        "flow": "test_orders",
        "milestone": milestone,
        "system": "erp",
    }
    answer = httpx.post(
        f"{url}/api/v1/events", json=event, headers={"Content-Type": "application/cloudevents+json"}, trust_env=False
    )
    assert answer.status_code == 202, answer.text


def test_a_late_tier_1_order_is_one_page_with_a_runbook_that_opens_and_one_resolve(
    start_wayline, receiver, tmp_path: Path
):
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    served = start_wayline("--catalog", str(folder), environment={"WAYLINE_ALERTING__WEBHOOK_URL": receiver.url})
    began = datetime.now(UTC)
    _send(served.url, "c-1", "approved", began - timedelta(minutes=2))
    [body] = receiver.wait_for(1, timeout_s=90)
    [alert] = body["alerts"]
    assert {name: alert["labels"][name] for name in ("tier", "flow", "owner", "severity")} == {
        "tier": "1",
        "flow": "test_orders",
        "owner": "supply-integration",
        "severity": "page",
    }
    assert alert["annotations"]["affected"] == "1"
    assert alert["annotations"]["oldest_at"].startswith((began - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M"))
    for link in ("runbook_url", "transactions_url"):
        assert httpx.get(alert["annotations"][link], trust_env=False).status_code == 200
    assert "c-1" not in str(body)
    _send(served.url, "c-1", "paid", datetime.now(UTC))
    bodies = receiver.wait_for(2, timeout_s=90)
    assert [each["status"] for each in bodies] == ["firing", "resolved"]
    listed = httpx.get(f"{served.url}/api/v1/alerts", params={"state": "resolved"}, trust_env=False).json()["items"]
    assert [item["fingerprint"] for item in listed] == [alert["fingerprint"]]
    _command_line_shows_it(served.url)


def _command_line_shows_it(url: str) -> None:
    as_json = json.loads(_wayline("alerts", "--url", url, "--state", "all", "--json"))
    assert [item["flow"] for item in as_json["items"]] == ["test_orders"]
    header, row = csv.reader(io.StringIO(_wayline("alerts", "--url", url, "--state", "resolved", "--csv")))
    assert dict(zip(header, row, strict=True))["state"] == "resolved"
    assert _wayline("alerts", "--url", url).strip() == "No alerts."
    assert "1 alerts" in _wayline(
        "backtest", "TransactionDeadlineMissed", "--url", url, "--window", "1h", "--step", "1s"
    )


def _wayline(*words: str) -> str:
    ended = subprocess.run([sys.executable, "-m", "wayline.cli", *words], check=True, capture_output=True, text=True)
    return ended.stdout
