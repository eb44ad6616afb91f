"""
What it costs to turn acknowledged bytes into rows: decode, redaction, insert, fsync, and apart from it the merges.

Run: python tests/bench/bench_decode.py [--items N] [--rounds N]
Data: requests of 500 spans, log records or gauge points with 8 attributes each, ids and values of high cardinality; the
same spans in requests of 10; under the shipped redaction rules without and with one attribute of health data in each
span. The variants take turns, a round of each after the other, so that what else the machine does hits all alike. One
CPU-second is one second of one core spent by this process, engine included.
"""

import argparse
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.decode.statements import TABLES
from collector.decode.structures import Depth
from collector.ingest import Ingest, OwnedFrame
from collector.redact import Redactor
from collector.segment import Frame
from collector.signals import Signal
from core.clock import SystemClock
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

ITEMS = 500
FEW = 10
SPANS_PER_TRACE = 5
DIRTY = ("ZQ{:08d}", "call 614-555-{:04d}", "ssn 123-45-{:04d}", "mail jane.{}@example.org", "MRN 1234{:06d}")
RESOURCE = {
    "service.version": "1.2.3",
    "deployment.environment.name": "prod",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
}


def make_span(rng: random.Random, start_ns: int, trace: dict[str, str | bytes], parent: bytes) -> Span:
    span = Span(
        trace_id=trace["id"],
        span_id=rng.randbytes(8),
        parent_span_id=parent,
        name=f"op-{rng.randrange(8)}",
        kind=rng.randrange(1, 6),
        start_time_unix_nano=start_ns,
        end_time_unix_nano=start_ns + int(rng.lognormvariate(15, 1)),
        flags=257,
    )
    texts = {
        "correlation.id": trace["correlation"],
        "erp.po.number": trace["order"],
        "http.request.method": "POST",
        "http.route": "/api/orders/{id}",
        "server.address": f"host-{rng.randrange(50)}.example",
        "user.id": f"u{rng.randrange(100_000):06d}",
    }
    for key, text in texts.items():
        span.attributes.add(key=key).value.string_value = text
    span.attributes.add(key="http.response.status_code").value.int_value = rng.choice([200, 200, 200, 201, 404, 500])
    span.attributes.add(key="retry").value.bool_value = rng.random() < 0.1
    return span


def add_resource(rng: random.Random, resources: Any) -> Any:
    by_resource = resources.add()
    names = {"service.name": f"svc-{rng.randrange(10)}", "host.name": f"node-{rng.randrange(20)}", **RESOURCE}
    for key, text in names.items():
        by_resource.resource.attributes.add(key=key).value.string_value = text
    return by_resource


def spans_request(rng: random.Random, start_ns: int, count: int, *, is_dirty: bool = False) -> bytes:
    request = ExportTraceServiceRequest()
    spans = add_resource(rng, request.resource_spans).scope_spans.add().spans
    for first in range(0, count, SPANS_PER_TRACE):
        trace: dict[str, Any] = {
            "id": rng.randbytes(16),
            "correlation": f"c-{rng.getrandbits(48):012x}",
            "order": f"45{rng.randrange(10**8):08d}",
        }
        parent = b""
        for number in range(first, first + SPANS_PER_TRACE):
            spans.append(make_span(rng, start_ns + number * 2_000_000 + rng.randrange(10**6), trace, parent))
            parent = spans[-1].span_id
            if is_dirty:
                # In place of another attribute, so that there are as many.
                spans[-1].attributes[5].key = rng.choice(["patient.mrn", "note", "note"])
                spans[-1].attributes[5].value.string_value = rng.choice(DIRTY).format(rng.randrange(10**4))
    return request.SerializeToString()


def logs_request(rng: random.Random, start_ns: int, count: int) -> bytes:
    request = ExportLogsServiceRequest()
    records = add_resource(rng, request.resource_logs).scope_logs.add().log_records
    trace: dict[str, Any] = {"id": b"", "correlation": f"c-{rng.getrandbits(48):012x}", "order": "4500012345"}
    for number in range(count):
        span = make_span(rng, start_ns, trace, b"")
        record = records.add(time_unix_nano=start_ns + number, severity_number=9, severity_text="INFO")
        record.body.string_value = f"order {rng.randrange(10**8):08d} accepted by host-{rng.randrange(50)}"
        record.trace_id, record.span_id = rng.randbytes(16), span.span_id
        record.attributes.extend(span.attributes)
    return request.SerializeToString()


def metrics_request(rng: random.Random, start_ns: int, count: int) -> bytes:
    request = ExportMetricsServiceRequest()
    metric = add_resource(rng, request.resource_metrics).scope_metrics.add().metrics.add(name="queue.depth", unit="1")
    trace: dict[str, Any] = {"id": b"", "correlation": "c", "order": "4500012345"}
    for number in range(count):
        point = metric.gauge.data_points.add(time_unix_nano=start_ns + number, as_double=rng.random())
        point.attributes.extend(make_span(rng, start_ns, trace, b"").attributes)
    return request.SerializeToString()


@dataclass(frozen=True)
class Batch:
    """What a statement looks at of a segment."""

    id: int


@dataclass(frozen=True)
class Variant:
    """One line of the result."""

    name: str
    signal: Signal
    make: Callable[[random.Random, int], bytes]
    items: int
    redactor: Redactor | None = None


def variants() -> list[Variant]:
    rules = Redactor(load_catalog().redactions.values(), b"k" * 32, "bench")
    spans = Signal.TRACES
    return [
        Variant("spans", spans, lambda rng, ns: spans_request(rng, ns, ITEMS), ITEMS),
        Variant("spans, requests of 10", spans, lambda rng, ns: spans_request(rng, ns, FEW), FEW),
        Variant("spans, shipped rules, clean", spans, lambda rng, ns: spans_request(rng, ns, ITEMS), ITEMS, rules),
        Variant(
            "spans, shipped rules, health data in each",
            spans,
            lambda rng, ns: spans_request(rng, ns, ITEMS, is_dirty=True),
            ITEMS,
            rules,
        ),
        Variant("log records", Signal.LOGS, lambda rng, ns: logs_request(rng, ns, ITEMS), ITEMS),
        Variant("gauge points", Signal.METRICS, lambda rng, ns: metrics_request(rng, ns, ITEMS), ITEMS),
    ]


def cpu_seconds(ingest: Ingest, variant: Variant, payloads: list[bytes], segment_id: int) -> float:
    frames = [
        OwnedFrame(Batch(segment_id), Frame(payload, time.time_ns(), variant.items, number))  # type: ignore[arg-type]  # see Batch
        for number, payload in enumerate(payloads)
    ]
    started_s = time.process_time()
    depths: list[Depth] = ["plain", "flat", "redacted"] if variant.redactor else ["plain", "flat"]
    ingest.insert(variant.signal, frames, depths, variant.redactor)
    return time.process_time() - started_s


def merge_cost(store: Store) -> tuple[float, float]:
    """Let the engine merge all spans into one part; return CPU-seconds and bytes per span afterwards."""
    started_s = time.process_time()
    store.execute("SYSTEM START MERGES spans")
    store.execute("OPTIMIZE TABLE spans FINAL")
    spent_s = time.process_time() - started_s
    size = store.value(
        "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts"
        " WHERE active AND table = 'spans' AND database = currentDatabase()"
    )
    return spent_s, size


def measure(store: Store, items: int, rounds: int) -> None:
    rng = random.Random(7)
    ingest = Ingest(store, SystemClock())
    now_ns = time.time_ns()
    payloads = {
        variant: [variant.make(rng, now_ns + number * 10_000_000) for number in range(items // variant.items)]
        for variant in variants()
    }
    spent: dict[Variant, list[float]] = {variant: [] for variant in payloads}
    for round_number in range(rounds):
        for variant, requests in payloads.items():
            spent[variant].append(cpu_seconds(ingest, variant, requests, round_number + 1))
            rows = store.value(f"SELECT count() FROM {TABLES[variant.signal][0]}")
            assert rows % items == 0
            assert rows
    print(f"bytes per span on the wire: {sum(map(len, next(iter(payloads.values())))) / items:.0f}")
    for variant, seconds in spent.items():
        print(
            f"{variant.name}: {items / median(seconds):,.0f} per CPU-second, decode + insert + fsync, merges apart"
            f" (median of {rounds}; best {items / min(seconds):,.0f})"
        )
    merge_s, size = merge_cost(store)
    rows = store.value("SELECT count() FROM spans")
    print(f"spans per CPU-second of one merge of everything: {rows / merge_s:,.0f}")
    print(f"bytes per span stored, after the merge: {size:.1f}")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--items", type=int, default=100_000, help="items in one insert")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="wayline-bench-"))
    # The engine keeps compiled message schemas in the current directory.
    os.chdir(folder)
    try:
        store = open_store(StorageConfig(path=folder / "store", pool_size=1))
        apply_migrations(store)
        for tables in TABLES.values():
            for table in tables:
                store.execute(f"SYSTEM STOP MERGES {table}")
        measure(store, options.items, options.rounds)
        store.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
