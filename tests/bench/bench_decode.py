"""
What it costs to turn acknowledged bytes into rows: decode, insert, fsync, and apart from it the merges.

Run: python tests/bench/bench_decode.py [--requests N] [--rounds N]
Data: requests of 500 spans with 8 attributes each, ids and values of high cardinality; one CPU-second is one second of
one core spent by this process, engine included.
"""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.decode.image import delimited_request, memory_file
from collector.decode.statements import Decode, decodes_of
from collector.signals import Signal
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

SPANS = 500
SPANS_PER_TRACE = 5
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


def make_request(rng: random.Random, start_ns: int) -> bytes:
    request = ExportTraceServiceRequest()
    by_resource = request.resource_spans.add()
    names = {"service.name": f"svc-{rng.randrange(10)}", "host.name": f"node-{rng.randrange(20)}", **RESOURCE}
    for key, text in names.items():
        by_resource.resource.attributes.add(key=key).value.string_value = text
    spans = by_resource.scope_spans.add().spans
    for first in range(0, SPANS, SPANS_PER_TRACE):
        trace = {
            "id": rng.randbytes(16),
            "correlation": f"c-{rng.getrandbits(48):012x}",
            "order": f"45{rng.randrange(10**8):08d}",
        }
        parent = b""
        for number in range(first, first + SPANS_PER_TRACE):
            spans.append(make_span(rng, start_ns + number * 2_000_000 + rng.randrange(10**6), trace, parent))
            parent = spans[-1].span_id
    return request.SerializeToString()


def cpu_seconds(store: Store, decode: Decode, path: str) -> float:
    started_s = time.process_time()
    store.execute(decode.insert_sql, decode.params(path))
    return time.process_time() - started_s


def merge_cost(store: Store) -> tuple[float, float]:
    """Let the engine merge everything into one part; return CPU-seconds and bytes per span afterwards."""
    started_s = time.process_time()
    store.execute("SYSTEM START MERGES spans")
    store.execute("OPTIMIZE TABLE spans FINAL")
    spent_s = time.process_time() - started_s
    size = store.value(
        "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts"
        " WHERE active AND table = 'spans' AND database = currentDatabase()"
    )
    return spent_s, size


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--requests", type=int, default=200, help="requests of 500 spans in one insert")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    rng = random.Random(7)
    folder = Path(tempfile.mkdtemp(prefix="wayline-bench-"))
    try:
        store = open_store(StorageConfig(path=folder, pool_size=1))
        apply_migrations(store)
        store.execute("SYSTEM STOP MERGES spans")
        decode = decodes_of(Signal.TRACES, "flat")[0]
        spent = []
        now_ns = time.time_ns()
        for round_number in range(options.rounds):
            pieces: list[bytes] = []
            for number in range(options.requests):
                start_ns = now_ns + (round_number * options.requests + number) * 10_000_000
                pieces += delimited_request(make_request(rng, start_ns), round_number + 1, now_ns)
            with memory_file(pieces) as path:
                spent.append(cpu_seconds(store, decode, path))
        spans = options.requests * SPANS
        merge_s, size = merge_cost(store)
        rows = store.value("SELECT count() FROM spans")
        assert rows == spans * options.rounds
        wire = sum(map(len, pieces)) / spans
        print(f"bytes per span on the wire: {wire:.0f}")
        print(
            f"spans per CPU-second, decode + insert + fsync, merges apart: {spans / median(spent):,.0f}"
            f" (median of {options.rounds})"
        )
        print(f"spans per CPU-second, the same, best round: {spans / min(spent):,.0f}")
        print(f"spans per CPU-second of one merge of everything: {rows / merge_s:,.0f}")
        print(f"bytes per span stored, after the merge: {size:.1f}")
        store.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
