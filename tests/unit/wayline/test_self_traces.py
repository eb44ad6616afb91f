"""Wayline's own traces: bounded, never about themselves, and free when nobody wants them."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.sampling import Decision

from collector.refusals import OverloadedError
from core.selftraces import SELF_TRACES
from wayline.selftraces.component import BoundedSampler, SelfTracing
from wayline.selftraces.config import SelfTracesConfig

ON = SelfTracesConfig(enabled=True, export_every_s=3600)


@pytest.fixture
def tracing():
    taken = []
    component = SelfTracing(
        ON, "1", lambda payload, _items: taken.append(ExportTraceServiceRequest.FromString(payload))
    )
    component.start()
    yield component, taken
    component.stop(1)


def test_what_is_recorded_is_exported_as_service_wayline(tracing):
    component, taken = tracing
    SELF_TRACES.record("flush", 1_000, 3_000, {"wayline.items": 5})
    SELF_TRACES.record("tick", 1_000, 2_000, {}, error="StoreError")
    component.stop(1)
    (part,) = taken[0].resource_spans
    assert {pair.key: pair.value.string_value for pair in part.resource.attributes}["service.name"] == "wayline"
    flush, tick = part.scope_spans[0].spans
    assert (flush.name, flush.start_time_unix_nano, flush.end_time_unix_nano) == ("flush", 1_000, 3_000)
    assert not flush.parent_span_id
    assert flush.trace_id != tick.trace_id
    assert tick.status.code == 2


def test_disabled_it_records_nothing():
    taken = []
    component = SelfTracing(SelfTracesConfig(), "1", lambda payload, _items: taken.append(payload))
    component.start()
    SELF_TRACES.record("flush", 1, 2, {})
    component.stop(1)
    assert taken == []
    assert not SELF_TRACES.takes_own_only(0)


def test_a_flush_of_own_spans_only_is_known_as_one(tracing):
    SELF_TRACES.note_sent(3)
    assert not SELF_TRACES.takes_own_only(10)  # mixed with those of others
    SELF_TRACES.note_sent(3)
    assert SELF_TRACES.takes_own_only(2)
    assert SELF_TRACES.takes_own_only(1)
    assert not SELF_TRACES.takes_own_only(1)


def test_the_rate_is_bounded_whatever_happens():
    seconds = [0.0]
    sampler = BoundedSampler(1.0, 60, lambda: seconds[0])
    kept = 0
    for _ in range(10 * 60 * 50):  # fifty a second for ten minutes
        seconds[0] += 0.02
        kept += sampler.should_sample(None, 1, "x").decision is Decision.RECORD_AND_SAMPLE
    assert 60 * 10 <= kept <= 60 * 11


def test_without_room_own_spans_are_dropped_and_nothing_else_happens():
    def refuse(_payload, _items):
        raise OverloadedError("the spool is full")

    component = SelfTracing(ON, "1", refuse)
    component.start()
    SELF_TRACES.record("flush", 1, 2, {})
    component.stop(1)
    assert not SELF_TRACES.takes_own_only(1)
