"""
How long the answer to "where is 4500012345?" takes, in full, at a stored volume.

    python tests/bench/bench_lookup.py [--transactions 1000000] [--lookups 400] [--data DIR]

Ten thousand transactions of 10 spans in 2 traces, spread over an hour, are correlated for real; then the engine copies
all their rows under new ids until there are as many transactions as asked for. Lookups go by correlation id, purchase
order number, trace id and transaction id, each value at most once, and return the whole detail with its evidence. Raw
spans are copied for every tenth hour only, and lookups go there. A folder given with --data is kept and used again.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from analytics.origin import locate
from analytics.read.reader import Reader
from core.clock import SystemClock
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

GENERATE = """
INSERT INTO spans (segment_id, received_at, time, duration_ns, trace_id, span_id, parent_span_id, name, kind, service,
    status_code, attributes, resource_attributes)
SELECT
    {segment:UInt64}, toDateTime64('2026-11-22 08:00:00', 3, 'UTC'),
    toDateTime64('2026-11-22 08:00:00', 9, 'UTC') + toIntervalMillisecond(n * 36),
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


def load(store: Store, segment: int, first: int, rows: int) -> None:
    store.execute(GENERATE, {"segment": segment, "first": first, "rows": rows})
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    store.insert(
        "ingest_ledger",
        ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
        [[segment, "bench", "traces", rows, 0, moment, moment, moment, moment]],
    )


SEEDED = 10_000
# So many copies in one statement; only the first of them has raw spans, and is looked up.
STEP = 10
ONE_PART = {"min_insert_block_size_rows": 4_000_000, "max_partitions_per_insert_block": 0}
WITH_SPANS = (
    "intDiv(toUnixTimestamp(started_at) - toUnixTimestamp('2026-11-22 08:00:00', 'UTC'), 3600) % {step:UInt64} = 1"
)
TRANSACTION = "toFixedString(lower(hex(sipHash128(transaction_id, copy))), 32)"
TRACE = "toFixedString(reinterpret(sipHash128(trace_id, copy), 'FixedString(16)'), 16)"
OF_TRACE = "lower(hex(reinterpret(sipHash128(toFixedString(unhex({value}), 16), copy), 'FixedString(16)')))"
IDENTIFIER = f"if({{type}} = 'trace', {OF_TRACE}, concat({{value}}, '-', toString(copy)))"
LATER = "{column} + toIntervalHour(copy)"


def _identifier(type_: str, value: str) -> str:
    return IDENTIFIER.format(type=type_, value=value)


def _later(column: str) -> str:
    return f"{LATER.format(column=column)} AS {column}"


COPIED = {
    "spans": (f"{TRACE} AS trace_id", _later("time")),
    "observations": ("sipHash64(unit_id, copy) AS unit_id", f"{TRACE} AS trace_id", _later("at"), _later("end_at")),
    "unit_transactions": (
        "sipHash64(unit_id, copy) AS unit_id",
        f"{TRANSACTION} AS transaction_id",
        _later("started_hour"),
    ),
    "transaction_units": (f"{TRANSACTION} AS transaction_id", "sipHash64(unit_id, copy) AS unit_id"),
    "transactions": (
        f"{TRANSACTION} AS transaction_id",
        _later("started_at"),
        _later("started_hour"),
        f"arrayMap(i -> (i.1, {_identifier('i.1', 'i.2')}, i.3), identifiers) AS identifiers",
    ),
    "transaction_identifiers": (
        f"{TRANSACTION} AS transaction_id",
        f"{_identifier('type', 'value')} AS value",
        _later("started_at"),
    ),
    "verdicts": (f"{TRANSACTION} AS transaction_id",),
    "edges": (f"{TRANSACTION} AS transaction_id", f"{_identifier('type', 'value')} AS value"),
}


def seed(store: Store) -> None:
    """Correlate the transactions that are copied, and keep them apart."""
    load(store, segment=1, first=0, rows=SEEDED * 10)
    Tick(store, CorrelateConfig(), locate).run(load_catalog(), datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    for table in COPIED:
        store.execute(f"CREATE TABLE seed_{table} ENGINE = Memory AS SELECT * FROM {table}")


def grow(store: Store, transactions: int) -> None:
    """Copy the seed until there are *transactions*; each copy starts an hour after the one before it."""
    copies = transactions // SEEDED
    for first in range(1, copies, STEP):
        count = min(STEP, copies - first)
        for table, replaced in COPIED.items():
            store.execute(
                f"INSERT INTO {table} SELECT * EXCEPT copy REPLACE ({', '.join(replaced)}) FROM seed_{table} AS source "
                "CROSS JOIN (SELECT number + {first:UInt64} AS copy FROM numbers({count:UInt64})) AS copies",
                {"first": first, "count": 1 if table == "spans" else count},
                ONE_PART,
            )


def settle(store: Store) -> None:
    """Wait until background merges have come to rest, as they have in a store that grew over months."""
    quiet = 0
    while quiet < 5:
        time.sleep(1)
        quiet = 0 if store.value("SELECT count() FROM system.merges") else quiet + 1


def values(store: Store, kind: str, count: int) -> list[str]:
    rows = store.rows(
        "SELECT value FROM transaction_identifiers "
        "WHERE type = {kind:String} AND cityHash64(value) % 499 = {one:UInt64} AND " + WITH_SPANS + " "
        "LIMIT {count:UInt64}",
        {"kind": kind, "one": random.randrange(499), "count": count * 3, "step": STEP},
    )
    return [row["value"] for row in random.sample(rows, min(count, len(rows)))]


@contextmanager
def folder(kept: str | None) -> Iterator[Path]:
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def percentile(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=400)
    parser.add_argument("--data", help="folder that is kept and used again")
    arguments = parser.parse_args()
    with folder(arguments.data) as path:
        store = open_store(StorageConfig(path=path, pool_size=8))
        apply_migrations(store)
        if not store.value("SELECT count() FROM transactions"):
            seed(store)
            grow(store, arguments.transactions)
        settle(store)
        reader = Reader(store, FixedCatalog(), SystemClock())
        transactions, observations = (
            store.value(f"SELECT count() FROM {table}") for table in ("transactions", "observations")
        )
        print(f"# {transactions:,} transactions, {observations:,} observations stored")
        for kind in ("correlation", "po_number", "trace", "transaction"):
            measure(reader, store, kind, arguments.lookups // 4)
        print(f"resident memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")
        store.close()


class FixedCatalog:
    def __init__(self) -> None:
        self._catalog = load_catalog()

    def current(self):
        return self._catalog


def measure(reader: Reader, store: Store, kind: str, count: int) -> None:
    if kind == "transaction":
        rows = store.rows(
            "SELECT DISTINCT toString(transaction_id) AS value FROM transaction_identifiers "
            "WHERE cityHash64(value) % 499 = {one:UInt64} AND " + WITH_SPANS + " LIMIT {count:UInt64}",
            {"one": random.randrange(499), "count": count, "step": STEP},
        )
        wanted = [row["value"] for row in rows]
    else:
        wanted = values(store, kind, count + 5)
    for value in wanted[-5:]:
        reader.transaction(value)
    took_ms = []
    before_s = time.process_time()
    for value in wanted[:-5]:
        started = time.perf_counter()
        found = reader.transaction(value)
        body = orjson.dumps(found.body)
        took_ms.append((time.perf_counter() - started) * 1e3)
        if found.kind != "one" or len(found.body["spans"]) != 10 or not body:
            sys.exit(f"{kind} {value}: {found.kind} with {len(found.body.get('spans', []))} spans")
    cpu_ms = (time.process_time() - before_s) * 1e3 / len(took_ms)
    took_ms.sort()
    print(
        f"lookup by {kind}, whole detail: p50 {percentile(took_ms, 0.5):.1f} ms, "
        f"p99 {percentile(took_ms, 0.99):.1f} ms ({len(took_ms)} lookups, {cpu_ms:.1f} ms CPU each)"
    )


if __name__ == "__main__":
    main()
