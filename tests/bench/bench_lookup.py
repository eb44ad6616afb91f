"""
How long the answer to "where is 4500012345?" takes, in full, at a stored volume.

    python -m tests.bench.bench_lookup [--transactions 10000000] [--lookups 400] [--data DIR] [--only-generate]
                                       [--compact] [--cold | --in-memory] [--slowest 5] [--seed 7]

What is stored is made by `tests.bench.stored_volume`. Lookups go by every kind of identifier in random order, each
value and each transaction once, spread over all hours whose raw rows are stored, and return the whole detail with
spans, logs, events, verdicts and edges as JSON; a value that several transactions hold returns their list. The first
ones after the store was opened have a line of their own, and so do those during which little else ran on the machine:
what others take of the processors says nothing of a store. With --slowest the slowest of all say what they waited
for, statement by statement. A folder given with --data is kept and used again, so that making it and measuring may be
two runs; --renew brings one that an earlier version made to this one, and --compact leaves it as a night does. What the
system keeps of the files decides how long the disk is waited for: with --in-memory every file was read right before, as
on a machine whose memory holds the store.
"""

import argparse
import datetime as dt
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
from core.clock import FakeClock, SystemClock
from core.heap import settle_heap
from core.turns import take_short_turns
from runbooks import load_catalog
from storage.compact import Compactor
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.bench.asking import DISTURBED, Statements, line, measure, recall, tell_slowest
from tests.bench.stored_volume import SEEDED, end_of, fill, has_raw, pseudonyms, renew, settle
from tests.bench.waiting import Waiting

FIRST = 100
"""Lookups of all kinds after the store was opened that have a line of their own."""
_PAGES = 60


class FixedCatalog:
    def __init__(self) -> None:
        self._catalog = load_catalog()

    def current(self):
        return self._catalog

    def notices(self):
        return ()


def looked_up(store: Store, transactions: int, count: int) -> dict[str, list[str]]:
    """Return *count* values of each kind, each of a transaction of its own whose raw rows are stored."""
    copies = [copy for copy in range(1, transactions // SEEDED) if has_raw(copy, transactions)]
    picked = [divmod(place, SEEDED) for place in random.sample(range(len(copies) * SEEDED), 5 * count)]
    own = [[(copies[copy], t) for copy, t in picked[start::5]] for start in range(5)]
    rows = store.rows(
        "SELECT toString(transaction_id) AS id FROM transaction_identifiers WHERE value IN {values:Array(String)}",
        {"values": [f"45{t:08}-{copy}" for copy, t in own[3] + own[4]]},
    )
    ids = [row["id"] for row in rows]
    random.shuffle(ids)
    units = store.rows(
        "SELECT lower(hex(any(trace_id))) AS trace FROM observations WHERE kind = 'span' AND unit_id IN "
        "(SELECT unit_id FROM transaction_units WHERE transaction_id IN {ids:Array(FixedString(32))}) GROUP BY unit_id",
        {"ids": ids[:count]},
    )
    references = random.sample([(copy, reference) for copy in copies for reference in range(500)], count)
    return {
        "correlation id": [f"c-{t}-{copy}" for copy, t in own[0]],
        "order number": [f"45{t:08}-{copy}" for copy, t in own[1]],
        "pseudonymised number": [f"P{t}-{copy}" for copy, t in own[2]],
        "trace id": random.sample([row["trace"] for row in units], count),
        "transaction id": ids[count:],
        "reference id of 20": [f"S{reference}-{copy}" for copy, reference in references],
    }


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
    parser.add_argument("--lookups", type=int, default=400, help="of each kind")
    parser.add_argument("--data", help="folder that is kept and used again")
    parser.add_argument("--only-generate", action="store_true")
    parser.add_argument("--renew", action="store_true", help="bring a folder of an earlier version to this one first")
    parser.add_argument("--compact", action="store_true", help="merge tables whole first, as every night does")
    parser.add_argument("--cold", action="store_true", help="nothing is in the system's memory of files, each time")
    parser.add_argument("--in-memory", action="store_true", help="all of it is, before the first look-up")
    parser.add_argument("--slowest", type=int, default=0, help="so many say what they waited for")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="which values are looked up")
    wanted = parser.parse_args()
    random.seed(wanted.seed)
    with folder(wanted.data) as path:
        store = open_store(StorageConfig(path=path, pool_size=8))
        before_s, started = time.process_time(), time.perf_counter()
        apply_migrations(store)
        if wanted.renew:
            renew(store, wanted.transactions)
        fill(store, wanted.transactions)
        settle(store)
        if wanted.compact:
            Compactor(store, SystemClock(), dt.time(1, 30)).compact()
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
        if wanted.in_memory:
            recall(path)
        if not wanted.only_generate:
            measure_all(store, wanted.transactions, wanted.lookups, wanted.slowest, path if wanted.cold else None)
        store.close()


def measure_all(store: Store, transactions: int, count: int, slowest: int, cold: Path | None) -> None:
    reader = Reader(store, FixedCatalog(), FakeClock(end_of(transactions)), pseudonyms=pseudonyms)
    take_short_turns()  # as a server does when it starts
    settle_heap()
    of_kind = looked_up(store, transactions, count + FIRST)
    ask = {kind: detail(reader, kind) for kind in of_kind}
    first = [(kind, value) for kind, values in of_kind.items() for value in values[count:]]
    asked = [(kind, value) for kind, values in of_kind.items() for value in values[:count]]
    random.shuffle(asked)
    statements = Statements(store)
    opened = measure(random.sample(first, FIRST), ask, statements)
    before = Waiting.now()
    merges = store.value("SELECT value FROM system.events WHERE event = 'Merge'") or 0
    found = measure(asked, ask, statements, cold)
    total = Waiting.now().since(before)
    merges = (store.value("SELECT value FROM system.events WHERE event = 'Merge'") or 0) - merges
    for kind in of_kind:
        line(kind, [one for one in found if one.kind == kind])
    whole = [one for one in found if not one.kind.startswith("reference")]
    line("all that show one transaction", whole)
    line(
        f"of those while others had less than {DISTURBED:.0%} of the processors",
        [o for o in whole if o.is_undisturbed],
    )
    line(f"the first {FIRST} after opening", opened)
    print(f"# of {len(found):,} lookups: {total}; {merges} merges meanwhile")
    tell_slowest(whole, slowest)
    numbers = [value.split("-")[0] for value in of_kind["order number"][:_PAGES]]
    # Without its ending a number is that of every hour: one transaction in ten thousand begins like it.
    name = "list by first characters"
    line(name, measure([(name, number) for number in numbers], {name: first_characters(reader)}, statements))
    print(f"resident memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")


if __name__ == "__main__":
    main()
