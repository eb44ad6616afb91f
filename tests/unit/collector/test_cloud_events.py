"""CloudEvents in their three modes."""

import base64
import contextlib
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cloud_events import BATCHED, STRUCTURED, pack_events, read_events
from collector.flatten import flatten_leaves
from collector.refusals import BadDataError, TooLargeError, UnsupportedMediaError

NOW_NS = 1_795_334_400_000_000_000
EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/erp/finance",
    "type": "po.approved",
    "subject": "PO 45",
    "time": "2026-11-22T08:00:00.123456789Z",
    "correlationid": "c-81f2",
    "flow": "procure_to_pay",
    "milestone": "approved",
    "outcome": "ok",
    "system": "erp-finance",
    "tenant": "north",
    "data": {"po_number": "4500012345", "lines": [{"item": 7}, {"item": 8}], "urgent": True},
}


def pack(*events):
    return orjson.loads(pack_events(list(events), NOW_NS))


def read(headers, body, max_events=10):
    return read_events(headers, body if isinstance(body, bytes) else json.dumps(body).encode(), max_events=max_events)


def test_a_structured_event_becomes_one_row():
    (row,) = pack(*read({"content-type": f"{STRUCTURED}; charset=utf-8"}, EVENT))
    assert row["time_ns"] == 1_795_334_400_123_456_789
    assert (row["source"], row["id"], row["type"], row["subject"]) == ("/erp/finance", "e-1", "po.approved", "PO 45")
    assert (row["correlation_id"], row["flow"], row["milestone"]) == ("c-81f2", "procure_to_pay", "approved")
    assert (row["outcome"], row["system"]) == ("ok", "erp-finance")
    assert (row["parent_type"], row["parent_id"]) == ("", "")
    assert json.loads(row["data"]) == EVENT["data"]
    attributes = row["attributes"]
    assert (attributes["po_number"], attributes["lines.1.item"], attributes["item"]) == ("4500012345", "8", "7")
    assert (attributes["urgent"], attributes["tenant"]) == ("true", "north")


def test_a_binary_event_is_the_same_row():
    headers = {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}
    binary = read(headers | {"content-type": "application/json"}, EVENT["data"])
    assert pack(*binary) == pack(EVENT)


def test_binary_header_values_are_percent_decoded():
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "s",
        "ce-type": "t",
        "ce-subject": "Euro%20%E2%82%AC",
    }
    assert pack(*read(headers, b""))[0]["subject"] == "Euro €"


def test_binary_data_that_is_no_json_is_kept_as_text_or_base64():
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "t", "content-type": "text/plain"}
    assert json.loads(pack(*read(headers, b"MSH|^~"))[0]["data"]) == "MSH|^~"
    assert base64.b64decode(json.loads(pack(*read(headers, b"\xff\x00"))[0]["data"])) == b"\xff\x00"


def test_a_batch_becomes_as_many_rows():
    events = read({"content-type": BATCHED}, [EVENT, EVENT | {"id": "e-2"}])
    assert [row["id"] for row in pack(*events)] == ["e-1", "e-2"]


def test_an_empty_batch_is_no_event():
    assert read({"content-type": BATCHED}, []) == []


def test_too_large_a_batch_is_refused():
    with pytest.raises(TooLargeError):
        read({"content-type": BATCHED}, [EVENT] * 11)


def test_another_content_type_is_not_spoken():
    with pytest.raises(UnsupportedMediaError):
        read({"content-type": "text/xml"}, b"<x/>")


@pytest.mark.parametrize("body", [b"", b"{", b"5", b"[5]"])
def test_what_is_no_event_is_bad_data(body):
    with pytest.raises(BadDataError):
        pack(*read({"content-type": STRUCTURED}, body))


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"specversion": None},
        {"id": ""},
        {"id": None},
        {"source": 5},
        {"type": ""},
        {"time": "yesterday"},
        {"time": "2026-11-22T08:00:00"},
        {"time": "2026-13-22T08:00:00Z"},
        {"time": 5},
        {"outcome": "maybe"},
        {"Bad-Name": "x"},
        {"extension": {"nested": 1}},
        {"data_base64": "AA=="},
        {"data": None, "data_base64": "***"},
        {"data": orjson.loads(b"[" * 300 + b"]" * 300)},
    ],
)
def test_an_invalid_event_is_bad_data_and_takes_its_batch_along(change):
    with pytest.raises(BadDataError):
        pack(EVENT, EVENT | change)


def test_an_event_without_a_time_has_that_of_its_receipt():
    assert pack({name: EVENT[name] for name in ("specversion", "id", "source", "type")})[0]["time_ns"] == NOW_NS


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("2026-11-22T09:00:00+01:00", NOW_NS),
        ("2026-11-22t08:00:00.000000001z", NOW_NS + 1),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000_000_000),
        ("0001-01-01T00:00:00Z", -2_208_988_800_000_000_000),
        ("9999-12-31T23:59:59Z", 9_223_372_036_000_000_000),
    ],
)
def test_times_keep_their_nanoseconds_within_what_is_stored(text, time_ns):
    assert pack(EVENT | {"time": text})[0]["time_ns"] == time_ns


def test_extension_attributes_win_over_data():
    (row,) = pack(EVENT | {"data": {"flow": "other", "note": None}})
    assert row["attributes"]["flow"] == "procure_to_pay"
    assert "note" not in row["attributes"]


def test_a_bare_key_holds_the_leaf_nearest_to_the_root():
    flat = flatten_leaves({"deep": {"number": 1}, "number": 2})
    assert (flat["number"], flat["deep.number"]) == ("2", "1")


def test_the_number_of_leaves_is_bounded():
    assert len(flatten_leaves({f"k{number}": number for number in range(100_000)})) <= 1_024


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_flattened_to_text(value):
    assert all(isinstance(text, str) for pair in flatten_leaves(value).items() for text in pair)


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_any_object_is_a_row_or_a_refusal(event):
    # Anything but a BadDataError passes through and fails the test.
    with contextlib.suppress(BadDataError):
        pack_events([EVENT | event], NOW_NS)
