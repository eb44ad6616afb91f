"""The raw rows behind evidence: found by exact time, whatever time that is."""

import pytest

from analytics.read import contents
from analytics.read.contents import event_contents, log_contents, span_contents
from analytics.read.evidence import span_entry
from storage.store import Store

_SECOND = 1_000_000_000
_2026 = 1_795_000_000 * _SECOND
TIMES = {
    "finer than a microsecond": _2026 + 123_456_789,
    "the last moment of five minutes": (_2026 // (300 * _SECOND) + 1) * 300 * _SECOND - 1,
    "before 1970": -310_157_632_876_543_211,
    "after 2106": 7_263_493_567_123_000_001,
}
_TRACE, _SPAN = "0a" * 16, "0b" * 8


@pytest.fixture(scope="module", autouse=True)
def stored(engine: Store) -> None:
    for number, unix_ns in enumerate(TIMES.values()):
        given = {"ns": unix_ns, "n": number}
        moment = "SELECT 1, now64(3), fromUnixTimestamp64Nano({ns:Int64}, 'UTC')"
        engine.execute(
            "INSERT INTO spans (segment_id, received_at, time, service, trace_id, span_id, attributes) "
            f"{moment}, 's', unhex('{_TRACE}'), unhex('{_SPAN}'), map('n', toString({{n:UInt8}}))",
            given,
        )
        engine.execute(
            f"INSERT INTO logs (segment_id, received_at, time, service, content_hash, body) {moment}, 's', "
            "{n:UInt8} + 1, toString({n:UInt8})",
            given,
        )
        engine.execute(
            f"INSERT INTO events (segment_id, received_at, time, source, id, data) {moment}, 'e', "
            "toString({n:UInt8}), toString({n:UInt8})",
            given,
        )


def _evidence(number: int, **more: str) -> dict:
    return {"at_ns": list(TIMES.values())[number], "service": "s"} | more


@pytest.mark.parametrize("number", range(len(TIMES)), ids=list(TIMES))
def test_what_a_piece_of_evidence_holds_is_found_by_its_time(engine, number):
    span = span_contents(engine, [_evidence(number, trace_id=_TRACE, span_id=_SPAN)])
    assert span[_TRACE, _SPAN]["attributes"] == {"n": str(number)}
    log = log_contents(engine, [_evidence(number, event_id=str(number + 1))])
    assert log[str(number + 1)]["body"] == str(number)
    event = event_contents(engine, [_evidence(number, event_id=str(number))])
    assert event["e", str(number)]["data"] == str(number)


def test_of_copies_of_a_span_the_one_that_ends_latest_is_shown(engine):
    evidence = [_evidence(number, trace_id=_TRACE, span_id=_SPAN) for number in (0, 1)]
    assert span_contents(engine, evidence)[_TRACE, _SPAN]["attributes"] == {"n": "1"}


def test_a_span_shows_all_that_its_client_said_of_it(engine):
    engine.execute(
        "INSERT INTO spans (segment_id, received_at, time, service, trace_id, span_id, trace_state, flags, scope_name,"
        " scope_version, scope_schema_url, resource_schema_url, dropped_attributes_count, dropped_events_count,"
        " dropped_links_count, `links.trace_id`, `links.span_id`, `links.trace_state`, `links.attributes`,"
        " `links.dropped_attributes_count`, `links.flags`)"
        " SELECT 1, now64(3), fromUnixTimestamp64Nano({ns:Int64}, 'UTC'), 's', unhex(repeat('0a', 16)),"
        " unhex(repeat('0c', 8)), 'vendor=1', 257, 'orders', '2.1', 'https://schema.test/1', 'https://schema.test/2',"
        " 1, 2, 3, [unhex(repeat('0d', 16))], [unhex(repeat('0e', 8))], ['w=2'], [map('why', 'batch')], [0], [1]",
        {"ns": _2026},
    )
    asked = {"at_ns": _2026, "service": "s", "trace_id": _TRACE, "span_id": "0c" * 8}
    raw = span_contents(engine, [asked])[_TRACE, "0c" * 8]
    seen = {"parent_span_id": "", "name": "n", "span_kind": 1, "at": None, "end_at": None, "duration_ns": 0}
    judged = dict.fromkeys(("system", "category", "milestone", "outcome", "status_message"), "") | {"is_error": 0}
    shown = span_entry(asked | seen | judged, raw)
    assert (shown["trace_state"], shown["flags"]) == ("vendor=1", 257)
    assert (shown["scope_name"], shown["scope_version"]) == ("orders", "2.1")
    assert (shown["scope_schema_url"], shown["resource_schema_url"]) == (
        "https://schema.test/1",
        "https://schema.test/2",
    )
    assert [shown[f"dropped_{what}_count"] for what in ("attributes", "events", "links")] == [1, 2, 3]
    assert shown["links"] == [
        {"trace_id": "0d" * 16, "span_id": "0e" * 8, "trace_state": "w=2", "attributes": {"why": "batch"}}
    ]
    assert span_entry(asked | seen | judged, None).keys() == shown.keys()


def test_much_evidence_is_asked_for_in_portions(engine, monkeypatch):
    monkeypatch.setattr(contents, "_AT_ONCE", 1)
    logs = [_evidence(number, event_id=str(number + 1)) for number in range(len(TIMES))]
    assert len(log_contents(engine, [*logs, _evidence(0, event_id="")])) == len(TIMES)
    events = [_evidence(number, event_id=str(number)) for number in range(len(TIMES))]
    assert len(event_contents(engine, events)) == len(TIMES)
