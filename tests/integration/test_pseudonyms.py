"""A pseudonymised identifier joins what two systems did, and is found by what a person types, which is kept nowhere."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import Served

MRN = "ZQ00417733"
CATALOG = """
kind: Identifier
name: medical_record
attributes: [patient.mrn, mrn]
title: Medical record
normalize: [trim, upper]
---
kind: Redaction
name: medical-record-number
action: hmac
key_pattern: "(?i)(^|[._-])mrn$"
"""
WAIT_S = 45.0


def post(url: str, body: Any, content_type: str) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": content_type})
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status < 300


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def span(service: str, key: str, value: str, number: int) -> dict[str, Any]:
    start = time.time_ns()
    sent = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "admit",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1_000_000),
        "attributes": [{"key": key, "value": {"stringValue": value}}],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [sent]}]}]}


def test_a_typed_record_number_finds_the_transaction_of_its_pseudonym(
    start_wayline: Callable[..., Served], tmp_path: Path
):
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "identifiers.yaml").write_text(CATALOG)
    served = start_wayline("--catalog", str(catalog))
    post(f"{served.otlp_http}/v1/traces", span("adt", "patient.mrn", MRN, 1), "application/json")
    post(f"{served.otlp_http}/v1/traces", span("lab", "mrn", f" {MRN.lower()}", 2), "application/json")
    found: Any = None
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        status, found = get(f"{served.url}/api/v1/transactions/{urllib.parse.quote(MRN)}")
        if status == 200 and len(found["spans"]) == 2:
            break
        time.sleep(0.3)
    assert {one["system"] for one in found["spans"]} == {"adt", "lab"}
    _, page = get(f"{served.url}/api/v1/transactions?q={MRN}")
    assert [one["transaction_id"] for one in page["items"]] == [found["transaction_id"]]
    served.process.terminate()
    served.process.wait(30)
    files = [served.log, *(path for path in served.data.rglob("*") if path.is_file())]
    assert not [path for path in files if MRN.lower().encode() in path.read_bytes().lower()]
