import csv
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from defusedxml.ElementTree import parse

from analytics.export.flat import COLUMNS, spreadsheet_safe
from analytics.export.write import WRITERS

SUMMARY = {
    "transaction_id": "3f0c",
    "flow": "procure_to_pay",
    "tier": 1,
    "status": "failed",
    "started_at": "2026-11-22T08:00:00.000000Z",
    "ended_at": None,
    "duration_ms": 12.5,
    "identifiers": [{"type": "po_number", "value": "=cmd()", "role": "identity"}],
    "milestones": [
        {"name": "approved", "status": "done", "at": "2026-11-22T08:00:00.000000Z", "system": "sourcing-saas"},
        {"name": "paid", "status": "pending", "at": None},
    ],
    "origin": {"category": "middleware", "system": "=HYPERLINK(1)", "confidence": 0.9},
    "sla": {"deadline_at": None, "breached": True, "late_by_ms": 3.0},
    "url": "/transactions/3f0c",
}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", ' "=1', "\0=1"])
def test_text_that_looks_like_a_formula_is_disarmed(text):
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["4500012345", "a-b", -1.5, None, True, ""])
def test_other_values_stay_as_they_are(value):
    assert spreadsheet_safe(value) == value


def test_csv_has_one_safe_row_a_transaction(tmp_path):
    path = tmp_path / "x.csv"
    assert WRITERS["csv"]([SUMMARY], path) == 1
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert tuple(row) == COLUMNS
    assert (row["origin_system"], row["last_milestone"], row["duration_ms"]) == ("'=HYPERLINK(1)", "approved", "12.5")


def test_parquet_keeps_types(tmp_path):
    path = tmp_path / "x.parquet"
    assert WRITERS["parquet"]([SUMMARY] * 3, path) == 3
    table = pq.read_table(path)
    assert table.column("breached").to_pylist() == [True] * 3
    assert table.column("duration_ms").to_pylist() == [12.5] * 3
    assert table.column("started_at").to_pylist() == [datetime(2026, 11, 22, 8, tzinfo=UTC)] * 3
    assert table.column("ended_at").to_pylist() == [None] * 3


def test_xes_has_an_event_for_each_reached_milestone(tmp_path):
    path = tmp_path / "x.xes"
    assert WRITERS["xes"]([SUMMARY], path) == 1
    namespace = "{http://www.xes-standard.org/}"
    events = parse(path).getroot().findall(f"{namespace}trace/{namespace}event")
    assert len(events) == 1
    assert {item.get("key"): item.get("value") for item in events[0]}["concept:name"] == "approved"
    of_trace = parse(path).getroot().find(f"{namespace}trace")
    kinds = {item.get("key"): (item.tag.removeprefix(namespace), item.get("value")) for item in of_trace}
    assert kinds["wayline:started_at"] == ("date", "2026-11-22T08:00:00.000000Z")
    assert kinds["wayline:breached"] == ("boolean", "true")
    assert kinds["wayline:duration_ms"] == ("float", "12.5")
    assert kinds["wayline:tier"] == ("int", "1")


def test_an_empty_store_gives_an_empty_but_readable_file(tmp_path):
    for kind, write in WRITERS.items():
        assert write([], tmp_path / f"x.{kind}") == 0
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 0
