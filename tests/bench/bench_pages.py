"""
What the data of each page costs at a stored volume: wall time and CPU of every question behind the dashboards, when it
is asked first and when it is asked again.

    python -m tests.bench.bench_pages [--transactions 10000000] [--rounds 20] [--data DIR]

What is stored is made by `tests.bench.stored_volume`; a folder that `bench_lookup --data DIR` made may be used again.
"""

import argparse
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from analytics.read.filters import TransactionFilter as Wanted
from analytics.read.reader import Reader
from core.clock import FakeClock
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import open_store
from tests.bench.asking import percentile
from tests.bench.bench_lookup import FixedCatalog, folder
from tests.bench.stored_volume import end_of, fill, pseudonyms, settle

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FLOW = "procure_to_pay"


def questions(reader: Reader, end: datetime) -> dict[str, Callable[[], object]]:
    day, hour, week = (end - DAY, end), (end - HOUR, end), (end - 7 * DAY, end)
    second = reader.transactions(Wanted(limit=50))["next_cursor"] or ""
    return {
        "list, newest": lambda: reader.transactions(Wanted(limit=50)),
        "list, second page": lambda: reader.transactions(Wanted(limit=50, cursor=second)),
        "list, failed of all time": lambda: reader.transactions(Wanted(limit=50, status=("failed",))),
        "list, a day by duration": lambda: reader.transactions(Wanted(limit=50, since=day[0], sort="-duration_ms")),
        "list, a day by lateness": lambda: reader.transactions(Wanted(limit=50, since=day[0], sort="-late_by_ms")),
        "list, an identifier": lambda: reader.transactions(Wanted(limit=50, q="4500001234-11")),
        "list, first characters": lambda: reader.transactions(Wanted(limit=50, q="4500001234")),
        "list, characters of all": lambda: reader.transactions(Wanted(limit=50, q="c-")),
        "flows, a day": lambda: reader.flows(DAY.total_seconds()),
        "one flow, a day": lambda: reader.flow(FLOW, DAY.total_seconds()),
        "overview, a day": lambda: reader.overview(*day),
        "overview, a week": lambda: reader.overview(*week),
        "series, a day": lambda: reader.series(FLOW, *day, 3_600),
        "series of all flows, a day": lambda: reader.series("*", *day, 3_600),
        "service levels, a day": lambda: reader.sla(*day),
        "service levels, a week": lambda: reader.sla(*week),
        "service levels of yesterday as known then": lambda: reader.sla(end - 2 * DAY, end - DAY, "known"),
        "service levels of twelve hours as known then": lambda: reader.sla(end - 15 * HOUR, end - 3 * HOUR, "known"),
        "exceptions, a day": lambda: reader.exceptions(*day),
        "latency, a day": lambda: reader.latency(FLOW, *day),
        "rework, a day": lambda: reader.rework(FLOW, *day),
        "variants, a day": lambda: reader.variants(FLOW, *day),
        "at risk": reader.at_risk,
        "systems": reader.systems,
        "dependencies, an hour": lambda: reader.dependencies(*hour),
        "dependencies, a day": lambda: reader.dependencies(*day),
        "queues, an hour": lambda: reader.queues(*hour),
        "queues, a day": lambda: reader.queues(*day),
        "origins, an hour": lambda: reader.origins(*hour, end - 3 * HOUR, end - HOUR),
        "sources": reader.sources,
        "notices": reader.notices,
    }


def measure(name: str, ask: Callable[[], object], rounds: int) -> None:
    before_s = time.process_time()
    ask()
    first_ms = (time.process_time() - before_s) * 1e3
    took_ms, before_s = [], time.process_time()
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        took_ms.append((time.perf_counter() - started) * 1e3)
    cpu_ms = (time.process_time() - before_s) * 1e3 / rounds
    took_ms.sort()
    print(
        f"{name}: p50 {percentile(took_ms, 0.5):.0f} ms, p95 {percentile(took_ms, 0.95):.0f} ms, {cpu_ms:.0f} ms CPU, "
        f"{first_ms:.0f} the first time",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--data", help="folder that is kept and used again")
    parser.add_argument("--only", default="", help="questions whose names begin with this")
    wanted = parser.parse_args()
    with folder(wanted.data) as path:
        store = open_store(StorageConfig(path=path, pool_size=8))
        apply_migrations(store)
        fill(store, wanted.transactions)
        settle(store)
        end = end_of(wanted.transactions)
        reader = Reader(store, FixedCatalog(), FakeClock(end), pseudonyms=pseudonyms)
        for name, ask in questions(reader, end).items():
            if name.startswith(wanted.only):
                measure(name, ask, wanted.rounds)
        store.close()


if __name__ == "__main__":
    main()
