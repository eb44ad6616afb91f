"""
Where trouble starts, asked of labelled faults: how often /origins names the service that was broken.

Run: python -m tests.bench.bench_nezha [--evidence] (needs WAYLINE_SHARED_DATA, default ../shared/data)
Data: Nezha (tests/bench/nezha.py); traces and logs on TrainTicket, traces alone on OnlineBoutique, no metrics.
Ranks are strict: one service a rank, equal scores by name. The paper's scorer counts equally scored candidates as one
rank, and its OnlineBoutique has 56 unsampled cases, so its figures are not strictly comparable.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.read import Reader
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.bench.nezha import Case, cases, deliver

AT = (1, 3, 5)
SETS = {"nezha-trainticket": "traces + logs", "nezha-onlineboutique": "traces only"}
PAPER = {
    "nezha-trainticket": {
        "MicroRank (traces)": (15.6, 24.4, 35.6),
        "Nezha without metrics": (55.6, 62.2, 68.9),
        "Nezha with metrics": (86.7, 97.8, 97.8),
    },
    "nezha-onlineboutique": {
        "MicroRank (traces)": (41.1, 48.2, 62.5),
        "Nezha traces only": (14.3, 17.9, 17.9),
        "Nezha with metrics": (92.9, 96.4, 96.4),
    },
}
"""Table 3 of the paper: service level, AS@1, AS@3, AS@5 in per cent."""


def ranked(store: Store, reader: Reader, case: Case) -> list[dict[str, Any]]:
    """Load *case* into emptied tables and return the answer of /origins."""
    for table in ("spans", "logs"):
        store.execute(f"TRUNCATE TABLE {table}")
    for half in (case.baseline, case.window):
        deliver(store, half)
    return reader.origins(*case.window.times(), *case.baseline.times())["ranked"]


def rank_of(case: Case, answer: list[dict[str, Any]]) -> int | None:
    """Return the strict rank of the service that was broken, None when it is not named."""
    systems = [suspect["system"] for suspect in answer]
    return systems.index(case.service) + 1 if case.service in systems else None


def shares(ranks: list[int | None]) -> tuple[float, ...]:
    """Return the per cent of *ranks* within each of `AT`."""
    return tuple(100 * sum(rank is not None and rank <= at for rank in ranks) / len(ranks) for at in AT)


def line(title: str, values: tuple[float, ...], count: int | str = "") -> str:
    return f"{title:<28}{count!s:>4}  " + " / ".join(f"{value:5.1f}" for value in values)


def report(folder: Path, store: Store, reader: Reader, evidence: bool) -> Iterator[str]:
    """Yield the lines of one set."""
    by_fault: dict[str, list[int | None]] = defaultdict(list)
    halves: tuple[list[int | None], list[int | None]] = ([], [])
    spent_s = []
    for number, case in enumerate(cases(folder)):
        began_s = time.process_time()
        answer = ranked(store, reader, case)
        spent_s.append(time.process_time() - began_s)
        rank = rank_of(case, answer)
        by_fault[case.fault].append(rank)
        halves[number % 2].append(rank)
        if evidence or rank != 1:
            yield f"  {case.name}: rank {rank}; " + ", ".join(
                f"{suspect['system']} {suspect['score']:.2f}" for suspect in answer[:3]
            )
        if evidence:
            yield from (f"      {row['score']:.2f} {row['kind']}: {row['why']}" for row in answer[0]["evidence"][:3])
    ranks = [rank for of_fault in by_fault.values() for rank in of_fault]
    yield f"\n{folder.name} ({SETS[folder.name]}), per cent named at rank 1 / 3 / 5, strict"
    for fault, of_fault in sorted(by_fault.items()):
        yield line(fault, shares(of_fault), len(of_fault))
    yield line("all", shares(ranks), len(ranks))
    for title, half in zip(("first, third, ... case", "second, fourth, ... case"), halves, strict=True):
        yield line(title, shares(half), len(half))
    for method, values in PAPER[folder.name].items():
        yield line(f"paper: {method}", values)
    yield f"CPU-seconds a case, loading and answer: {sum(spent_s) / len(spent_s):.2f}"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--evidence", action="store_true", help="print the strongest evidence of each case")
    options = arguments.parse_args()
    data = Path(os.environ.get("WAYLINE_SHARED_DATA", "../shared/data")).resolve()
    folder = Path(tempfile.mkdtemp(prefix="wayline-bench-"))
    store = open_store(StorageConfig(path=folder, pool_size=1))
    try:
        apply_migrations(store)
        clock = FakeClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
        reader = Reader(store, CatalogProvider(None, clock), clock)
        for name in SETS:
            if not (data / name).is_dir():
                print(f"{name}: not here, set WAYLINE_SHARED_DATA")
                continue
            for text in report(data / name, store, reader, options.evidence):
                print(text, flush=True)
    finally:
        store.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
