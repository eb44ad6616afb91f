"""
Observations correlated per CPU-second, the same tick at several stored sizes, and ticks at a steady rate.

    python tests/bench/bench_correlate.py [--observations 500000] [--rounds 3] [--origins]
    python tests/bench/bench_correlate.py --stored 1 5 20
    python tests/bench/bench_correlate.py --steady 60 --rate 20000
    python tests/bench/bench_correlate.py --long 20 --observations 250000
    python tests/bench/bench_correlate.py --statements 50 20000

Every transaction is 10 spans in 2 traces that share a correlation id and a purchase order number. The spans are
generated in the engine; extraction is stated apart. One line a figure, medians over the rounds; CPU-seconds of the
process while a tick runs, so what merges in the background meanwhile is in them, but for the line that says apart. What
is merged between ticks and after them is in the figures of `--long` only: that is what whoever runs it pays in the end.
"""

import argparse
import contextlib
import os
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.correlate import CorrelateConfig
from analytics.correlate.extract import Extraction
from analytics.correlate.tick import Tick, TickReport
from analytics.origin import locate
from core.heap import keep_freed_memory
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SMALL_TICK = 50
MILLION = 1_000_000

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

# What a tick looks its evidence up in, as earlier ticks would have left it; it has nothing to do with the new evidence.
STORED = (
    """
INSERT INTO observations (unit_id, observation_id, content_hash, kind, at, end_at, trace_id, span_id, system, service,
    name, flow, identifiers, identity_hashes, identity_gaps_s)
SELECT sipHash64('old', intDiv(n, 5)), sipHash64('o', n), n, 'span', '2026-11-21 08:00:00', '2026-11-21 08:00:01',
    reinterpret(sipHash128('old', intDiv(n, 5)), 'FixedString(16)'), reinterpret(n, 'FixedString(8)'),
    'erp', 'service', 'step', 'procure_to_pay', [('correlation', toString(intDiv(n, 10)), 'identity')],
    [sipHash64('c', intDiv(n, 10))], [2592000]
FROM (SELECT number + {first:UInt64} AS n FROM numbers({rows:UInt64}))
""",
    """
INSERT INTO identifier_units (identity_hash, unit_id, companion, traced, version)
SELECT arrayJoin([sipHash64('c', intDiv(n, 2)), sipHash64('p', intDiv(n, 2)), sipHash64('old', n)]),
    sipHash64('old', n), 1, 1, 1
FROM (SELECT intDiv({first:UInt64}, 5) + number AS n FROM numbers(intDiv({rows:UInt64}, 5)))
""",
    """
INSERT INTO unit_transactions
SELECT sipHash64('old', n), lower(hex(sipHash128('x', intDiv(n, 2)))), '2026-11-21 08:00:00', 1, 0
FROM (SELECT intDiv({first:UInt64}, 5) + number AS n FROM numbers(intDiv({rows:UInt64}, 5)))
""",
    """
INSERT INTO transactions (started_hour, transaction_id, version, flow, status, started_at, last_at, updated_at)
SELECT '2026-11-21 08:00:00', lower(hex(sipHash128('x', n))), 1, 'procure_to_pay', 'completed', '2026-11-21 08:00:00',
    '2026-11-21 08:00:01', '2026-11-21 08:00:02'
FROM (SELECT intDiv({first:UInt64}, 10) + number AS n FROM numbers(intDiv({rows:UInt64}, 10)))
""",
)


# Parts that were merged into others are listed for another eight minutes.
REWRITTEN = """
SELECT table, sumIf(rows, level > 0) / sumIf(rows, level = 0) AS times, countIf(active) AS active
FROM system.parts
WHERE database = currentDatabase() AND table != 'spans'
GROUP BY table
HAVING sumIf(rows, level = 0) > 10000
ORDER BY sum(bytes_on_disk) DESC
"""


@dataclass(frozen=True)
class Spent:
    """One tick: what it did, CPU-seconds of extraction, of merges after it and of all, seconds."""

    report: TickReport
    extract_cpu_s: float
    merge_cpu_s: float
    cpu_s: float
    wall_s: float


class Line:
    """A correlator on a store of its own."""

    def __init__(self, store: Store, *, origins: bool) -> None:
        self.store = store
        self.catalog = load_catalog()
        self.origins = origins
        self.ticker = Tick(store, CorrelateConfig(), locate if origins else None)
        self.first = 0
        self.segment = 0
        self.now = MOMENT + timedelta(hours=1)

    def load(self, rows: int) -> None:
        """Store *rows* new spans as a segment."""
        self.segment += 1
        self.store.execute(GENERATE, {"segment": self.segment, "first": self.first, "rows": rows})
        self.first += rows
        self.store.insert(
            "ingest_ledger",
            ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
            [[self.segment, "bench", "traces", rows, 0, MOMENT, MOMENT, MOMENT, MOMENT]],
        )

    def settle(self) -> None:
        """Wait until what was stored so far has been merged: that is not the work of the next tick."""
        quiet = 0
        while quiet < 6:  # between two merges there is none for a moment
            time.sleep(0.5)
            quiet = 0 if self.store.value("SELECT count() FROM system.merges") else quiet + 1

    def restart(self) -> None:
        """Begin as a new process would, and go on until it knows what is stored."""
        self.ticker = Tick(self.store, CorrelateConfig(), locate if self.origins else None)
        pieces = self.store.value("SELECT count() FROM identifier_units") // MILLION
        self.spent_on(SMALL_TICK, pieces + 2)

    def tick(self) -> Spent:
        """Correlate what is pending."""
        extracted, merged = [0.0], [merges_cpu_s()]
        run = Extraction.run

        def timed(*arguments):
            begun = time.process_time()
            heard = run(*arguments)
            extracted[0], merged[0] = time.process_time() - begun, merges_cpu_s()
            return heard

        Extraction.run = timed
        try:
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            report = self.ticker.run(self.catalog, self.now)
            spent_s, merge_s = time.process_time() - cpu_s, merges_cpu_s() - merged[0]
            return Spent(report, extracted[0], merge_s, spent_s, time.perf_counter() - wall_s)
        finally:
            Extraction.run = run
            self.now += timedelta(seconds=1)

    def spent_on(self, rows: int, rounds: int) -> list[Spent]:
        """Return what each of *rounds* ticks over *rows* new spans cost."""
        found = []
        for _ in range(rounds):
            self.load(rows)
            found.append(self.tick())
        return found


@contextlib.contextmanager
def line(arguments: argparse.Namespace) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(StorageConfig(path=Path(folder), pool_size=1))
        apply_migrations(store)
        yield Line(store, origins=arguments.origins)
        store.close()


def merges_cpu_s() -> float:
    """Return the CPU-seconds that the engine's threads for merges have taken so far."""
    ticks = 0
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            name, _, fields = (task / "stat").read_text().partition("(")[2].rpartition(")")
            if name.startswith("MergeMutate"):
                ticks += sum(map(int, fields.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def quantile(values: list[float], ratio: float) -> float:
    """Return the *ratio* quantile of *values* by nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(ratio * len(ordered)), len(ordered) - 1)]


def resident_mib() -> float:
    """Return the greatest resident memory of this process so far in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_rate(arguments: argparse.Namespace) -> None:
    """Many observations in one tick."""
    with line(arguments) as bench:
        bench.spent_on(500, 2)
        before_mib = resident_mib()
        ticks = bench.spent_on(arguments.observations, arguments.rounds)
        rest_s = statistics.median(tick.cpu_s - tick.extract_cpu_s for tick in ticks)
        apart_s = statistics.median(tick.cpu_s - tick.extract_cpu_s - tick.merge_cpu_s for tick in ticks)
        whole_s = statistics.median(tick.cpu_s for tick in ticks)
        print(f"correlate_{arguments.observations}_per_cpu_s {arguments.observations / rest_s:,.0f}")
        print(f"correlate_{arguments.observations}_merges_apart_per_cpu_s {arguments.observations / apart_s:,.0f}")
        print(f"correlate_{arguments.observations}_with_extraction_per_cpu_s {arguments.observations / whole_s:,.0f}")
        print(f"correlate_{arguments.observations}_resident_mib {resident_mib():,.0f} (before: {before_mib:,.0f})")


def measure_long(arguments: argparse.Namespace) -> None:
    """Many ticks and all that is merged on their account, until nothing is left to merge."""
    with line(arguments) as bench:
        bench.store.execute("SYSTEM STOP MERGES spans")  # who stores them pays for those
        bench.spent_on(500, 2)
        begun_s = merges_cpu_s()
        ticks = bench.spent_on(arguments.observations, arguments.long)
        bench.settle()
        merges_s = merges_cpu_s() - begun_s
        ticks_s = sum(tick.cpu_s - tick.extract_cpu_s - tick.merge_cpu_s for tick in ticks)
        rows = arguments.long * arguments.observations
        label = f"correlate_{arguments.long}_ticks_of_{arguments.observations}"
        print(f"{label}_all_merges_counted_per_cpu_s {rows / (ticks_s + merges_s):,.0f}")
        print(f"{label}_merges_apart_per_cpu_s {rows / ticks_s:,.0f}")
        print(f"{label}_merges_us_an_observation {merges_s / rows * 1e6:.2f}")
        for row in bench.store.rows(REWRITTEN):
            print(f"  {row['table']}: rewritten {row['times']:.1f} times, {row['active']} parts")


def measure_sizes(arguments: argparse.Namespace) -> None:
    """The same ticks at several stored sizes."""
    with line(arguments) as bench:
        bench.spent_on(500, 2)
        stored = 0
        for millions in arguments.stored:
            while stored < millions * MILLION:
                for statement in STORED:
                    bench.store.execute(statement, {"first": stored, "rows": MILLION})
                stored += MILLION
            bench.settle()
            bench.restart()
            for rows in (SMALL_TICK, arguments.rate):
                ticks = bench.spent_on(rows, arguments.rounds)
                cpu_s = statistics.median(tick.cpu_s for tick in ticks)
                wall_s = statistics.median(tick.wall_s for tick in ticks)
                print(f"tick_of_{rows}_at_{millions}_million_stored_cpu_s {cpu_s:.2f} (wall {wall_s:.2f} s)")


def measure_steady(arguments: argparse.Namespace) -> None:
    """A tick a second, each over what came in that second."""
    with line(arguments) as bench:
        bench.spent_on(500, 2)
        ticks = bench.spent_on(arguments.rate, arguments.steady)
        walls = [tick.wall_s for tick in ticks]
        print(f"steady_{arguments.rate}_tick_p50_s {quantile(walls, 0.5):.2f}")
        print(f"steady_{arguments.rate}_tick_p99_s {quantile(walls, 0.99):.2f}")
        print(f"steady_{arguments.rate}_tick_median_cpu_s {statistics.median(tick.cpu_s for tick in ticks):.2f}")
        print(f"steady_{arguments.rate}_resident_mib {resident_mib():,.0f}")


def measure_statements(arguments: argparse.Namespace) -> None:
    """What each statement of a tick costs, CPU-milliseconds, median over the rounds."""
    costs: dict[str, list[float]] = {}
    send = {name: getattr(Store, name) for name in ("execute", "rows", "value", "insert", "arrow")}

    def timed(name):
        def call(self, sql, *rest, **named):
            begun = time.process_time()
            try:
                return send[name](self, sql, *rest, **named)
            finally:
                text = " ".join(line.strip() for line in sql.splitlines() if not line.startswith("--"))
                label = re.match(r"INSERT INTO \w+|TRUNCATE|EXCHANGE|ALTER TABLE \w+|.{0,60}", text)[0]
                costs.setdefault(label, []).append((time.process_time() - begun) * 1e3)

        return call

    with line(arguments) as bench:
        bench.spent_on(500, 2)
        for name in send:
            setattr(Store, name, timed(name))
        for rows in arguments.statements:
            found: dict[str, list[float]] = {}
            for _ in range(arguments.rounds):
                bench.load(rows)
                costs.clear()
                spent = bench.tick()
                costs["outside the engine"] = [spent.cpu_s * 1e3 - sum(map(sum, costs.values()))]
                for label, parts in costs.items():
                    found.setdefault(label, []).append(sum(parts))
            medians = {label: statistics.median(spent) for label, spent in found.items()}
            print(f"tick of {rows}: {sum(medians.values()):,.0f} CPU-ms")
            for label, spent in sorted(medians.items(), key=lambda item: -item[1])[: arguments.top]:
                print(f"  {spent:8.1f} {label}")


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--stored", type=int, nargs="*", default=[])
    parser.add_argument("--steady", type=int, default=0)
    parser.add_argument("--long", type=int, default=0)
    parser.add_argument("--statements", type=int, nargs="*", default=[])
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--origins", action="store_true")
    arguments = parser.parse_args()
    keep_freed_memory()
    if arguments.stored:
        measure_sizes(arguments)
    if arguments.steady:
        measure_steady(arguments)
    if arguments.long:
        measure_long(arguments)
    if arguments.statements:
        measure_statements(arguments)
    if not (arguments.stored or arguments.steady or arguments.long or arguments.statements):
        measure_rate(arguments)


if __name__ == "__main__":
    main()
