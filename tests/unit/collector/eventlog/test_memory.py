"""A long event log is read in the memory of a short one."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable

import pytest

from collector.eventlog.deliver import batches_of
from collector.eventlog.map_rows import Refusals, map_rows
from collector.eventlog.mapping import Mapping
from collector.eventlog.read_rows import read_rows

SHORT, LONG = 3_000, 30_000
_ALLOWED_BYTES = 200_000


def _csv(events: int) -> bytes:
    rows = "".join(f"c{number // 5},step {number % 5},2026-01-01T00:00:00Z\n" for number in range(events))
    return f"case,activity,at\n{rows}".encode()


def _xes(events: int) -> bytes:
    def trace(number: int) -> str:
        steps = "".join(
            f'<event><string key="concept:name" value="step {step}"/>'
            '<date key="time:timestamp" value="2026-01-01T00:00:00Z"/></event>'
            for step in range(5)
        )
        return f'<trace><string key="concept:name" value="c{number}"/>{steps}</trace>'

    return f'<log xmlns="http://www.xes-standard.org/">{"".join(map(trace, range(events // 5)))}</log>'.encode()


def _ocel(events: int) -> bytes:
    found = [
        {
            "id": f"e{number}",
            "type": f"step {number % 5}",
            "time": "2026-01-01T00:00:00Z",
            "attributes": [{"name": "case", "value": f"c{number // 5}"}],
            "relationships": [{"objectId": f"o{number % 10}", "qualifier": "of"}],
        }
        for number in range(events)
    ]
    objects = [{"id": f"o{number}", "type": "order"} for number in range(10)]
    return json.dumps({"objects": objects, "events": found}).encode()


MAPPINGS = {
    "csv": {"time": "at", "milestone": "activity", "correlation": "case"},
    "xes": {"time": "time:timestamp", "milestone": "concept:name", "correlation": "case:concept:name"},
    "ocel": {"time": "ocel:timestamp", "milestone": "ocel:type", "correlation": "case"},
}


def _peak_bytes(kind: str, log: bytes, events: int) -> int:
    rules = Mapping.model_validate({"format": kind, "flow": "f", "source": "s"} | MAPPINGS[kind])
    refusals = Refusals()
    packed = io.BytesIO(gzip.compress(log))
    del log
    tracemalloc.start()
    try:
        with gzip.open(packed) as stream:
            sent = sum(len(batch) for batch in batches_of(map_rows(read_rows(stream, kind), rules, "d", refusals), 500))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (sent, refusals.count) == (events, 0)
    return peak


@pytest.mark.parametrize(("kind", "written"), [("csv", _csv), ("xes", _xes), ("ocel", _ocel)])
def test_memory_does_not_grow_with_the_log(kind: str, written: Callable[[int], bytes]):
    short, long = (_peak_bytes(kind, written(events), events) for events in (SHORT, LONG))
    assert long - short < _ALLOWED_BYTES, f"{short:,} bytes for {SHORT} events, {long:,} for {LONG}"
