"""
Many seeds of the simulated estate with every fault: status and origin of each transaction against what it truly was.

Run: python -m tests.bench.bench_accuracy [--seeds 20-39] [--at-once 5] [--rate 2] [--duration 40]
     [--drop 0.05] [--sample 0.8] [--silent mw-transform] [--skew 2]
Each batch of seeds goes to a `wayline serve` of its own; --drop, --sample, --silent and --skew put a relay before it
that loses spans, keeps some traces only, forwards no spans of one service, or sets clocks wrong by at most so many
seconds. Prints the confusion matrices and four figures: status, origin category, origin system, false merges.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.bench.degraded_telemetry import Harm, Relay
from tests.integration.test_accuracy import agreement, category, confusion, every_transaction, paired

PATIENCE_S = 170
Pair = tuple[dict, dict | None]


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def serve(folder: Path) -> tuple[subprocess.Popen[bytes], str, str]:
    """Start a server; return it, the address of the API and that of OTLP/gRPC."""
    page, grpc_port, http_port = free_ports(3)
    words = [*("--port", str(page)), *("--grpc-port", str(grpc_port)), *("--otlp-http-port", str(http_port))]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wayline.cli", "serve", "--data", str(folder / "data"), *words],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    url = f"http://127.0.0.1:{page}"
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/healthz", timeout=2).is_success:
                return process, url, f"127.0.0.1:{grpc_port}"
        except httpx.TransportError:
            time.sleep(0.2)
    process.terminate()
    raise SystemExit((folder / "serve.log").read_text()[-2000:])


def batch(seeds: list[int], options: argparse.Namespace, harm: Harm) -> list[Pair]:
    """Run the estate once a seed against one server, and pair each truth with the answer when no verdict is due."""
    folder = Path(tempfile.mkdtemp(prefix="wayline-accuracy-"))
    server, url, otlp = serve(folder)
    relay = Relay(otlp, harm)
    try:
        endpoint = relay.start() if harm != Harm() else otlp
        files = [folder / f"{seed}.jsonl" for seed in seeds]
        runs = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "wayline.cli", "estate", "--seed", str(seed), "--faults", "all"),
                    *("--rate", str(options.rate), "--duration", f"{options.duration}s", "--truth", str(file)),
                    *("--endpoint", endpoint, "--events-url", url),
                ],
                stdout=subprocess.DEVNULL,
                env=os.environ,
            )
            for seed, file in zip(seeds, files, strict=True)
        ]
        assert [run.wait(timeout=600) for run in runs] == [0] * len(runs)
        truths = [json.loads(text) for file in files for text in file.read_text().splitlines()]
        until = time.monotonic() + PATIENCE_S
        while True:
            pairs = paired(truths, every_transaction(url))
            if agreement(pairs) == 1.0 or time.monotonic() > until:
                return pairs
            time.sleep(10)
    finally:
        relay.stop()
        server.terminate()
        server.wait(timeout=60)
        shutil.rmtree(folder)


def report(pairs: list[Pair]) -> None:
    """Print the confusion matrices, what was wrong, and the figures."""
    confusion("Status", Counter((truth["status"], item["status"] if item else "absent") for truth, item in pairs))
    troubled = [(truth, item) for truth, item in pairs if truth["origin"]]
    confusion("Origin category", Counter((truth["origin"]["category"], category(item)) for truth, item in troubled))
    wrong = Counter(
        (truth["flow"], truth["fault"], truth["status"], truth["origin"]["system"], *_answer(item))
        for truth, item in pairs
        if truth["origin"] and (_answer(item)[1] != truth["origin"]["system"] or _answer(item)[0] != truth["status"])
    )
    print("\nwrong (flow, fault, status, system; answered status, system):")
    for case, count in wrong.most_common(30):
        print(f"{count:>5}", *case)
    status = agreement(pairs)
    right = sum(category(item) == truth["origin"]["category"] for truth, item in troubled) / len(troubled)
    system = sum(_answer(item)[1] == truth["origin"]["system"] for truth, item in troubled) / len(troubled)
    silent = sum(truth["status"] == "unknown" and _answer(item)[0] == "stuck" for truth, item in pairs)
    print(f"\nstatus {status:.2%} of {len(pairs)}; origin category {right:.2%}, system {system:.2%} of {len(troubled)}")
    print(f"false merges {false_merges(pairs)}; called stuck while the source was silent {silent}")


def _answer(item: dict | None) -> tuple[str, str | None]:
    return (item["status"], (item.get("origin") or {}).get("system")) if item else ("absent", None)


def false_merges(pairs: list[Pair]) -> int:
    """Return how many true transactions share their transaction with another one."""
    holders = Counter(item["transaction_id"] for _, item in pairs if item)
    return sum(count - 1 for count in holders.values())


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", default="20-39", help="first-last")
    arguments.add_argument("--at-once", type=int, default=5)
    arguments.add_argument("--rate", type=float, default=2.0)
    arguments.add_argument("--duration", type=int, default=40)
    arguments.add_argument("--drop", type=float, default=0.0)
    arguments.add_argument("--sample", type=float, default=1.0)
    arguments.add_argument("--silent", default="")
    arguments.add_argument("--skew", type=float, default=0.0)
    options = arguments.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = list(range(int(first), int(last or first) + 1))
    harm = Harm(options.drop, options.sample, options.silent, options.skew)
    pairs: list[Pair] = []
    for begin in range(0, len(seeds), options.at_once):
        pairs += batch(seeds[begin : begin + options.at_once], options, harm)
        print(f"seeds {seeds[begin : begin + options.at_once]}: status {agreement(pairs):.2%} so far", flush=True)
    print(f"{harm}, seeds {options.seeds}, {options.rate} transactions/s each for {options.duration} s")
    report(pairs)


if __name__ == "__main__":
    main()
