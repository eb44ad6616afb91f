"""What a webhook becomes: an event by the mapping of its source, the body kept with it."""

import orjson
import pytest

from collector.cloud_events import pack_events
from collector.refusals import BadDataError, UnknownSourceError
from collector.webhooks import find_source, read_webhook
from runbooks import load_catalog
from runbooks.models import Source

BODY = {
    "notification": {"id": "n-1", "occurred_at": "2026-11-22T08:00:00Z", "kind": "booked", "status": "exception"},
    "shipment": {"number": "SHP 1"},
}
CARRIER = load_catalog().sources["carrier-webhook"]


def source(**mapping: str) -> Source:
    return Source(name="portal", type="webhook", systems=("portal-saas",), mapping=mapping)


def read(declared: Source, body: object) -> dict:
    return read_webhook(declared, "application/json", orjson.dumps(body))


def test_the_packaged_mapping_makes_a_milestone_with_its_identifier_and_keeps_the_body():
    event = read(CARRIER, BODY)
    assert {name: event[name] for name in ("id", "source", "time", "flow", "milestone", "outcome", "system")} == {
        "id": "n-1",
        "source": "carrier-webhook",
        "time": "2026-11-22T08:00:00Z",
        "flow": "inventory_sync",
        "milestone": "shipment_booked",
        "outcome": "error",
        "system": "carrier-saas",
    }
    assert event["data"] == {**BODY, "shipment": "SHP 1"}
    (row,) = orjson.loads(pack_events([event], 1))
    assert row["attributes"]["shipment"] == "SHP 1"


def test_without_an_id_the_same_body_is_the_same_event():
    one, again, other = (read(source(milestone="m"), {"m": text}) for text in ("a", "a", "b"))
    assert one == again
    assert one["id"] != other["id"]


@pytest.mark.parametrize("sent", [1_795_000_000, 1_795_000_000_000, 1_795_000_000.0])
def test_a_time_may_be_unix_seconds_or_milliseconds(sent):
    assert read(source(time="at"), {"at": sent})["time"].startswith("2026-11-18T11:06:40")


def test_what_the_mapping_does_not_find_is_left_out():
    event = read(source(correlation="none.such", milestone="m"), {"m": 7})
    assert "correlationid" not in event
    assert event["milestone"] == "7"


def test_a_form_is_read_by_the_names_of_its_fields():
    event = read_webhook(source(correlation="case"), "application/x-www-form-urlencoded", b"case=c%2F1&x=")
    assert event["correlationid"] == "c/1"
    assert event["data"] == {"case": "c/1", "x": ""}


def test_a_body_that_is_no_object_is_kept_too():
    event = read(source(correlation="[0].id"), [{"id": "c-1"}])
    assert event["correlationid"] == "c-1"
    assert event["data"] == {"body": [{"id": "c-1"}]}


@pytest.mark.parametrize(
    ("mapping", "body"),
    [
        ({"milestone": "m"}, {"m": {"deep": 1}}),
        ({"milestone": "length(m)"}, {"m": 5}),
        ({"milestone": "max_by(m, &a).a"}, {"m": [{"a": 1}, {"a": "x"}]}),
        ({"milestone": "m[::0]"}, {"m": [1]}),
        ({"time": "m"}, {"m": 1e300}),
        ({"time": "m"}, {"m": True}),
    ],
)
def test_what_does_not_fit_is_refused_without_quoting_it(mapping, body):
    with pytest.raises(BadDataError, match="mapping of"):
        read(source(**mapping), body)


def test_a_body_that_is_not_json_is_refused():
    with pytest.raises(BadDataError, match="not valid JSON"):
        read_webhook(source(milestone="m"), "application/json", b"{")


@pytest.mark.parametrize(
    "sources", [{}, {"portal": Source(name="portal", type="webhook")}, {"portal": Source(name="portal", type="kafka")}]
)
def test_only_a_webhook_source_with_a_mapping_has_a_hook(sources):
    with pytest.raises(UnknownSourceError):
        find_source(sources, "portal")
