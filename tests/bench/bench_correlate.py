"""
Observations correlated per CPU-second (resolve, assemble, write), and the cost of a tick at several stored sizes.

    python tests/bench/bench_correlate.py [--observations 1000000] [--sizes 2] [--origins]

Every transaction is 10 spans in 2 traces that share a correlation id and a purchase order number. The spans are
generated in the engine; extraction is stated apart.
"""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from analytics.correlate import CorrelateConfig
from analytics.correlate.extract import Extraction
from analytics.correlate.tick import Tick
from analytics.origin import locate
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

GENERATE = """
INSERT INTO spans (segment_id, received_at, time, duration_ns, trace_id, span_id, parent_span_id, name, kind, service,
    status_code, attributes, resource_attributes)
SELECT
    {segment:UInt64}, toDateTime64('2026-11-22 08:00:00', 3, 'UTC'),
    toDateTime64('2026-11-22 08:00:00', 9, 'UTC') + toIntervalMillisecond(intDiv(n, 10)),
    1000000 + n % 1000000,
    reinterpret(sipHash128('t', intDiv(n, 5)), 'FixedString(16)'),
    reinterpret(sipHash64('s', n), 'FixedString(8)'),
    if(n % 5 = 0, toFixedString('', 8), reinterpret(sipHash64('s', n - n % 5), 'FixedString(8)')),
    concat('step ', toString(n % 20)), 1 + n % 5, concat('service-', toString(n % 12)), n % 997 = 0 ? 2 : 0,
    map('correlation.id', concat('c-', toString(intDiv(n, 10))), 'http.route', concat('/r/', toString(n % 50)),
        'erp.po.number', if(n % 5 = 1, concat('45', leftPad(toString(intDiv(n, 10)), 8, '0')), ''),
        'business.flow', 'procure_to_pay',
        'business.milestone', multiIf(n % 10 = 0, 'requested', n % 10 = 5, 'approved', ''),
        'peer.service', 'erp', 'thread.id', toString(n % 64), 'user.id', toString(n % 5000)),
    map('service.name', concat('service-', toString(n % 12)), 'host.name', 'h1')
FROM (SELECT number + {first:UInt64} AS n FROM numbers({rows:UInt64}))
"""


def load(store: Store, segment: int, first: int, rows: int, generate: str = GENERATE) -> None:
    store.execute(generate, {"segment": segment, "first": first, "rows": rows})
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    store.insert(
        "ingest_ledger",
        ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
        [[segment, "bench", "traces", rows, 0, moment, moment, moment, moment]],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--sizes", type=int, default=2)
    parser.add_argument("--tick", type=int, default=20_000)
    parser.add_argument("--origins", action="store_true")
    arguments = parser.parse_args()
    spent = {"extract": 0.0}
    run = Extraction.run

    def timed(self, statements, segments):
        before = time.process_time()
        run(self, statements, segments)
        spent["extract"] = time.process_time() - before

    Extraction.run = timed
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(StorageConfig(path=Path(folder), pool_size=1))
        apply_migrations(store)
        catalog = load_catalog()
        ticker = Tick(store, CorrelateConfig(), locate if arguments.origins else None)
        now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        first, segment = 0, 1
        for size in range(arguments.sizes):
            load(store, segment, first, arguments.observations)
            before = time.process_time()
            report = ticker.run(catalog, now)
            cpu_s = time.process_time() - before
            first += arguments.observations
            segment += 1
            rest_s = cpu_s - spent["extract"]
            print(
                f"correlate {report.observations} observations -> {report.transactions} transactions: "
                f"{report.observations / rest_s:,.0f} per CPU-second (extraction {spent['extract']:.1f} CPU-s, "
                f"resolve + assemble + write {rest_s:.1f} CPU-s; with extraction {report.observations / cpu_s:,.0f})"
            )
            load(store, segment, first, arguments.tick)
            before = time.process_time()
            report = ticker.run(catalog, now)
            cpu_s = time.process_time() - before
            first += arguments.tick
            segment += 1
            print(
                f"tick of {report.observations} at {(size + 1) * arguments.observations} stored: "
                f"{report.duration_ms:,.0f} ms wall, {cpu_s:.2f} CPU-s"
            )
        store.close()


if __name__ == "__main__":
    main()
