"""
Are the predictions of remaining time and breach worth what they say? Measured on transactions they never saw.

What was known at the moment before which 70 % of the transactions had started is learned from; every transaction that
started later is predicted on reaching a step, and one second, four, sixteen and so on after it while it stays there:
moments that do not depend on what happens later. Printed are the share that really missed the deadline by tenth of
predicted probability, the Brier score beside that of always saying the base rate of the held-out transactions, how
often the remaining time (without end after a failure) fell into the interval that was to hold 50, 80 and 90 % of them,
and the pinball loss beside that of a prediction that knows only how long transactions of the flow take and how old this
one is.

Sets: ``bpic2019`` and ``sepsis`` of the reference data (WAYLINE_SHARED_DATA), or ``--data DIR``, the folder of a
Wayline that is not running. Run: python tests/bench/bench_prediction.py bpic2019
"""

import argparse
import csv
import gzip
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration" / "analytics"))

from path_rows import Way, insert_ways

from analytics.predict.learn import learn
from analytics.predict.model import FlowModel, Prediction, Standing
from analytics.predict.standing import part_of_week, zone_named
from analytics.sla.business_time import from_unix_us, unix_us
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store

US = 1_000_000
DAY_US = 86_400 * US
MIN_SAMPLES = 30
AGES_US = (0, *(US * 4**power for power in range(14)))
INTERVALS = {"50 %": (0.25, 0.75), "80 %": (0.1, 0.9), "90 %": (0.05, 0.95)}
PINBALL = (0.5, 0.9)


@dataclass
class Score:
    """What came out for one flow."""

    snapshots: int = 0
    silent: int = 0
    undecided: int = 0
    judged: list[tuple[float, bool]] = field(default_factory=list)
    inside: dict[str, list[bool]] = field(default_factory=lambda: {name: [] for name in INTERVALS})
    losses: dict[float, list[tuple[float, float]]] = field(default_factory=lambda: {q: [] for q in PINBALL})


def read_events(folder: str) -> dict[str, list[tuple[int, str]]]:
    shared = Path(os.environ.get("WAYLINE_SHARED_DATA", "../shared/data"))
    path = shared / folder / "events.csv.gz"
    if not path.is_file():
        raise SystemExit(f"{path} is absent: set WAYLINE_SHARED_DATA")
    cases: dict[str, list[tuple[int, str]]] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            at_us = unix_us(datetime.fromisoformat(row["timestamp"]))
            cases.setdefault(row["case_id"], []).append((at_us, row["activity"]))
    return cases


def log_ways(flow: str, first: str, terminal: str, deadline_us: int, folder: str) -> list[Way]:
    """Cases of a log as ways: from *first* to *terminal*, due *deadline_us* after the beginning."""
    earliest, latest = (unix_us(datetime(year, 1, 1, tzinfo=UTC)) for year in (2010, 2019))
    ways = []
    for case, events in read_events(folder).items():
        ordered = sorted(events, key=lambda event: event[0])
        begun = next((at for at, name in ordered if not first or name == first), None)
        if begun is None or not earliest <= begun < latest:
            continue
        passages = [(name, at) for at, name in ordered if at >= begun]
        ended = next((at for name, at in passages if name == terminal), 0)
        due = begun + deadline_us
        status = ("completed_late" if ended > due else "completed") if ended else "stuck"
        ways.append(Way(case, flow, status, begun, passages, ended, due))
    return ways


LOGS: dict[str, Callable[[], list[Way]]] = {
    # purchase order item to payment, due after 90 days
    "bpic2019": lambda: log_ways("bpic2019", "", "Clear Invoice", 90 * DAY_US, "bpic2019-3way-after-gr"),
    # triage to antibiotics, due after one hour
    "sepsis": lambda: log_ways("sepsis", "ER Triage", "IV Antibiotics", 3_600 * US, "sepsis-cases"),
}


def stored_ways(store: Store) -> list[Way]:
    rows = store.rows(
        "SELECT toString(transaction_id) AS id, flow, status, started_us, ended_us, last_us, deadline_us, labels, at_us"
        " FROM transaction_paths FINAL"
    )
    return [
        Way(
            row["id"],
            row["flow"],
            row["status"],
            row["started_us"],
            list(zip(row["labels"], row["at_us"], strict=True)),
            row["ended_us"],
            row["deadline_us"],
        )
        for row in rows
    ]


def snapshots(way: Way, end_us: int) -> Iterator[tuple[int, str, int]]:
    """Moments of a life as (moment, step, since when), while it is open and its deadline ahead."""
    failed_us = way.passages[-1][1] if way.status == "failed" and way.passages else end_us
    over_us = min(way.ended_us or end_us, way.deadline_us or end_us, failed_us, end_us)
    runs = [(label, next(run)[1]) for label, run in groupby(way.passages, key=lambda passage: passage[0])]
    stands = [("", way.started_us), *runs]
    for (step, entered), (_, left) in zip(stands, [*stands[1:], ("", over_us)], strict=True):
        for age_us in AGES_US:
            moment = entered + age_us
            if moment >= over_us or (age_us and moment >= left):
                break
            yield moment, step, entered


def evaluate(model: FlowModel, held_out: list[Way], end_us: int, zone: str) -> Score:
    score = Score()
    local = zone_named(zone)
    for way in held_out:
        for moment, step, entered in snapshots(way, end_us):
            score.snapshots += 1
            left = way.deadline_us - moment if way.deadline_us else None
            stands = Standing(step, part_of_week(entered, local), moment - entered, moment - way.started_us, left)
            found = model.predict(stands, MIN_SAMPLES)
            if found is None:
                score.silent += 1
                continue
            plain = model.predict(Standing("\0", 0, 0, moment - way.started_us, left), 1)
            _judge(score, way, moment, end_us, found, plain)
    return score


def _judge(score: Score, way: Way, moment: int, end_us: int, found: Prediction, plain: Prediction | None) -> None:
    if found.miss is not None:
        if way.deadline_us <= end_us:
            score.judged.append((found.miss, not way.ended_us or way.ended_us > way.deadline_us))
        else:
            score.undecided += 1
    completed = bool(way.ended_us) and way.status.startswith("completed")
    if not completed and way.status != "failed":
        return
    took = way.ended_us - moment if completed else math.inf
    for name, (low, high) in INTERVALS.items():
        bottom, top = found.curve.remaining_us(low), found.curve.remaining_us(high)
        score.inside[name].append(bottom is not None and bottom <= took and (top is None or took <= top))
    for quantile in PINBALL if completed else ():
        told = found.curve.remaining_us(quantile)
        base = plain.curve.remaining_us(quantile) if plain else None
        if told is not None and base is not None:
            score.losses[quantile].append((pinball(took, told, quantile), pinball(took, base, quantile)))


def pinball(actual: float, told: float, quantile: float) -> float:
    """Loss of a quantile forecast (Koenker and Bassett, 1978)."""
    return max(quantile * (actual - told), (quantile - 1) * (actual - told))


def report(flow: str, learned: int, held_out: int, score: Score) -> None:
    print(f"\n{flow}: learned from {learned} transactions, {held_out} held out, {score.snapshots} moments")
    print(f"  too few alike to say anything: {score.silent}; deadline after the end of the data: {score.undecided}")
    if score.judged:
        missed = [float(bad) for _, bad in score.judged]
        base = sum(missed) / len(missed)
        brier = sum((told - bad) ** 2 for (told, _), bad in zip(score.judged, missed, strict=True)) / len(missed)
        print(f"  Brier score {brier:.4f}; always saying the base rate {base:.3f}: {base * (1 - base):.4f}")
        print("  predicted      moments  mean predicted  really missed")
        for tenth in range(10):
            rows = [(told, bad) for told, bad in score.judged if min(9, int(told * 10)) == tenth]
            if rows:
                told, seen = (sum(row[part] for row in rows) / len(rows) for part in (0, 1))
                print(f"  {tenth / 10:.1f} to {(tenth + 1) / 10:.1f}  {len(rows):9d}  {told:14.3f}  {seen:13.3f}")
    for name, inside in score.inside.items():
        if inside:
            print(f"  interval of {name}: held {sum(inside) / len(inside):.3f} of {len(inside)}")
    for quantile, losses in score.losses.items():
        if losses:
            own, plain = (sum(loss[part] for loss in losses) / len(losses) / US for part in (0, 1))
            print(f"  pinball loss at {quantile}: {own:.1f} s; knowing only flow and age: {plain:.1f} s")


def end_of_data(ways: list[Way]) -> int:
    """Up to when the data tells everything: single events of clocks that are years ahead do not say."""
    times = sorted(at for way in ways for _, at in way.passages)
    return times[int(len(times) * 0.999)]


def run(store: Store, ways: list[Way], zone: str, days: float) -> None:
    for flow, group in groupby(sorted(ways, key=lambda way: (way.flow, way.started_us)), key=lambda way: way.flow):
        all_ways = list(group)
        cut_us = all_ways[int(len(all_ways) * 0.7)].started_us
        end_us = end_of_data(all_ways)
        held_out = [way for way in all_ways if way.started_us >= cut_us]
        since = from_unix_us(cut_us) - timedelta(days=days)
        model = learn(store, flow, zone, since, from_unix_us(cut_us), 1_000_000)
        report(flow, model.transactions, len(held_out), evaluate(model, held_out, end_us, zone))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?", choices=sorted(LOGS))
    parser.add_argument("--data", type=Path, help="store of a Wayline that is not running")
    parser.add_argument("--zone", default="UTC")
    parser.add_argument("--days", type=float, default=3_650, help="how far back is learned from")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = wanted.data / "store" if wanted.data else Path(folder)
        store = open_store(StorageConfig(path=path, pool_size=1))
        if wanted.data:
            ways = stored_ways(store)
        else:
            apply_migrations(store)
            ways = LOGS[wanted.log]()
            insert_ways(store, ways)
        run(store, ways, wanted.zone, wanted.days)
        store.close()


if __name__ == "__main__":
    main()
