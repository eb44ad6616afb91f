"""
What the analytics of a flow cost at volume: p95 of the wall time and the rows read of every query behind a page.

The ways of a million transactions over one day are made inside the engine, four flows, a quarter each; asked is about
one flow over the whole day, which is the worst of the usual windows. Run: python tests/bench/bench_analytics.py
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.read.context import ReadContext
from analytics.read.forecasts import Forecaster
from analytics.read.processes import latency, rework, variants
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import open_store

BEGIN = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=1)
FLOWS = ("procure_to_pay", "inventory_sync", "workforce_sync", "invoice_match")


def timed(name: str, ask: Callable[[], object], rounds: int) -> None:
    took_ms = []
    cpu_s = time.process_time()
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        took_ms.append((time.perf_counter() - begun) * 1e3)
    cpu_ms = (time.process_time() - cpu_s) * 1e3 / rounds
    worst = sorted(took_ms)[min(rounds - 1, int(rounds * 0.95))]
    print(f"{name}: p50 {statistics.median(took_ms):.0f} ms, p95 {worst:.0f} ms, {cpu_ms:.0f} ms CPU")


def _later(clock: FakeClock, known: Forecaster) -> None:
    clock.advance(11)
    known.at_risk()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    wanted = parser.parse_args()
    clock = FakeClock(END)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(StorageConfig(path=Path(folder), pool_size=2))
        apply_migrations(store)
        context = ReadContext(store, CatalogProvider(None, clock), clock)
        catalog = context.catalogs.current()
        flows = [name for name in FLOWS if name in catalog.flows]
        names = [[milestone.name for milestone in catalog.flows[name].milestones] for name in flows]
        store.execute(
            (Path(__file__).parent / "analytics_volume.sql").read_text(),
            {
                "flows": flows,
                "names": names,
                "begin_us": int(BEGIN.timestamp() * 1e6),
                "number": wanted.transactions,
            },
        )
        flow = flows[0]
        print(f"{wanted.transactions} transactions of {len(flows)} flows; asked about {flow} over {END - BEGIN}")
        timed("latency", lambda: latency(context, flow, BEGIN, END), wanted.rounds)
        timed("rework", lambda: rework(context, flow, BEGIN, END), wanted.rounds)
        ask = {"limit": 20, "repeats": "collapse", "include_open": False}
        timed("variants", lambda: variants(context, flow, BEGIN, END, **ask), wanted.rounds)
        hour = END - timedelta(hours=1)
        timed("variants of one hour", lambda: variants(context, flow, hour, END, **ask), wanted.rounds)
        timed("learning what a flow does", lambda: Forecaster(context).model(catalog.flows[flow]), wanted.rounds)
        known = Forecaster(context)
        known.at_risk()
        timed("open transactions at risk, all flows", lambda: _later(clock, known), wanted.rounds)
        store.close()


if __name__ == "__main__":
    main()
