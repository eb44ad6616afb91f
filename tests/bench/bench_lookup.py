"""
How long the answer to "where is 4500012345?" takes, in full, at a stored volume.

    python -m tests.bench.bench_lookup [--transactions 10000000] [--lookups 100] [--data DIR] [--only-generate]

What is stored is made by `tests.bench.stored_volume`. Lookups go by every kind of identifier, each value once, and
return the whole detail with spans, logs, events, verdicts and edges as JSON; a value that several transactions hold
returns their list. A folder given with --data is kept and used again, so that making it and measuring may be two runs;
--renew brings one that an earlier version made to this one.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from analytics.read.filters import TransactionFilter
from analytics.read.reader import Reader
from core.clock import FakeClock
from core.heap import settle_heap
from core.turns import take_short_turns
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.bench.stored_volume import SEEDED, end_of, fill, has_raw, pseudonyms, renew, settle

FIRST = 60
"""Lookups before those that are measured: files that were never opened are not what is asked about."""


class FixedCatalog:
    def __init__(self) -> None:
        self._catalog = load_catalog()

    def current(self):
        return self._catalog

    def notices(self):
        return ()


def looked_up(store: Store, transactions: int, count: int) -> dict[str, list[str]]:
    """Return values of each kind, of transactions whose raw rows are stored."""
    copies = [copy for copy in range(1, transactions // SEEDED) if has_raw(copy, transactions)]
    picked = [(random.choice(copies), random.randrange(SEEDED)) for _ in range(count)]
    orders = [f"45{t:08}-{copy}" for copy, t in picked]
    rows = store.rows(
        "SELECT toString(transaction_id) AS id FROM transaction_identifiers WHERE value IN {values:Array(String)}",
        {"values": orders},
    )
    ids = [row["id"] for row in rows]
    units = store.rows(
        "SELECT lower(hex(any(trace_id))) AS trace FROM observations WHERE kind = 'span' AND unit_id IN "
        "(SELECT unit_id FROM transaction_units WHERE transaction_id IN {ids:Array(FixedString(32))}) GROUP BY unit_id",
        {"ids": ids},
    )
    return {
        "correlation id": [f"c-{t}-{copy}" for copy, t in picked],
        "order number": orders,
        "pseudonymised number": [f"P{t}-{copy}" for copy, t in picked],
        "trace id": [row["trace"] for row in units][:count],
        "transaction id": ids,
        "reference id of 20": [f"S{t % 500}-{copy}" for copy, t in picked],
    }


def percentile(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def measure(name: str, asked: list[str], ask: Callable[[str], bytes]) -> None:
    for value in asked[:FIRST]:
        ask(value)
    took_ms, cpu_ms = [], []
    for value in asked[FIRST:]:
        before_s, started = time.process_time(), time.perf_counter()
        ask(value)
        took_ms.append((time.perf_counter() - started) * 1e3)
        cpu_ms.append((time.process_time() - before_s) * 1e3)
    took_ms.sort()
    cpu_ms.sort()
    print(
        f"{name}: p50 {percentile(took_ms, 0.5):.1f} ms, p99 {percentile(took_ms, 0.99):.1f} ms "
        f"({len(took_ms)} lookups, CPU p50 {percentile(cpu_ms, 0.5):.1f} ms, least {cpu_ms[0]:.1f} ms)",
        flush=True,
    )


def detail(reader: Reader, kind: str) -> Callable[[str], bytes]:
    def ask(value: str) -> bytes:
        found = reader.transaction(value)
        body = orjson.dumps(found.body)
        pieces = tuple(len(found.body.get(part, ())) for part in ("spans", "logs", "events"))
        if kind.startswith("reference") and found.kind == "many" and len(found.body["items"]) == 20:
            return body
        if found.kind != "one" or pieces != (8, 1, 1) or not found.body["spans"][0]["attributes"]:
            sys.exit(f"{kind} {value}: {found.kind} with {pieces} spans, logs and events")
        return body

    return ask


def first_characters(reader: Reader) -> Callable[[str], bytes]:
    def ask(value: str) -> bytes:
        page = reader.transactions(TransactionFilter(q=value, limit=50))
        if not page["items"]:
            sys.exit(f"nothing begins with {value}")
        return orjson.dumps(page)

    return ask


@contextmanager
def folder(kept: str | None) -> Iterator[Path]:
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=10_000_000)
    parser.add_argument("--lookups", type=int, default=100, help="of each kind")
    parser.add_argument("--data", help="folder that is kept and used again")
    parser.add_argument("--only-generate", action="store_true")
    parser.add_argument("--renew", action="store_true", help="bring a folder of an earlier version to this one first")
    wanted = parser.parse_args()
    with folder(wanted.data) as path:
        store = open_store(StorageConfig(path=path, pool_size=8))
        before_s, started = time.process_time(), time.perf_counter()
        apply_migrations(store)
        if wanted.renew:
            renew(store, wanted.transactions)
        fill(store, wanted.transactions)
        settle(store)
        made_s, cpu_s = time.perf_counter() - started, time.process_time() - before_s
        stored = store.rows(
            "SELECT sumIf(rows, table = 'transactions') AS transactions, "
            "sumIf(rows, table = 'observations') AS pieces, "
            "sumIf(rows, table IN ('spans', 'logs', 'events')) AS raw, sum(bytes_on_disk) AS bytes, "
            "countIf(table = 'observations') AS parts FROM system.parts WHERE active AND database = currentDatabase()"
        )[0]
        print(
            f"# {stored['transactions']:,} transactions, {stored['pieces']:,} observations in {stored['parts']} parts, "
            f"{stored['raw']:,} raw rows, {stored['bytes'] / 1e9:.1f} GB; made in {made_s:.0f} s, {cpu_s:.0f} s of CPU"
        )
        if not wanted.only_generate:
            measure_all(store, wanted.transactions, wanted.lookups)
        store.close()


def measure_all(store: Store, transactions: int, count: int) -> None:
    reader = Reader(store, FixedCatalog(), FakeClock(end_of(transactions)), pseudonyms=pseudonyms)
    take_short_turns()  # as a server does when it starts
    settle_heap()
    asked = looked_up(store, transactions, count + FIRST)
    for kind, values in asked.items():
        measure(kind, values, detail(reader, kind))
    orders = asked["order number"]
    # Without its ending a number is that of every hour: one transaction in ten thousand begins like it.
    measure("list by first characters", [order.split("-")[0] for order in orders], first_characters(reader))
    print(f"resident memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")


if __name__ == "__main__":
    main()
