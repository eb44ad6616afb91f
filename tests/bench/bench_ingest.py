"""
Spans per CPU-second of the whole collector process, from OTLP to stored, verified and synced to disk.

Usage: python tests/bench/bench_ingest.py [--transport grpc|http] [--signal traces|logs|metrics] [--items N]
       python tests/bench/bench_ingest.py --all
       python tests/bench/bench_ingest.py --minutes 10
       python tests/bench/bench_ingest.py --rate-share 0.5 --seconds 60
The load comes from a process of its own with prebuilt requests. CPU is read per thread name, so that the engine's
background merges are told apart.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

import psutil

HERE = Path(__file__).parent
TICKS_PER_S = 100
UNITS = {"traces": "spans", "logs": "log records", "metrics": "data points"}
VISIBLE = (
    "SELECT quantilesExactWeighted(0.5, 0.99)(dateDiff('millisecond', received_at, stored_at), rows) AS ms"
    " FROM ingest_ledger WHERE received_at >= fromUnixTimestamp64Milli({since_ms})"
)
PEAK_S = 10.0


def thread_seconds(pid: int) -> Counter[str]:
    """Return CPU seconds by thread name; threads that ended are in the process total only."""
    seconds: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (task / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name = text[text.index("(") + 1 : text.rindex(")")]
        fields = text[text.rindex(")") + 2 :].split()
        seconds[name] += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return seconds


class Server:
    """The collector in a process of its own."""

    def __init__(self, folder: Path, config: str) -> None:
        command = [sys.executable, str(HERE / "ingest_server.py"), str(folder), config]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ports = self._read()
        self.view = psutil.Process(self._process.pid)

    def _read(self) -> dict[str, object]:
        assert self._process.stdout is not None
        while not (line := self._process.stdout.readline()).startswith("{"):
            if not line:
                raise SystemExit("the server ended")
        return json.loads(line)

    def ask(self, command: str) -> dict[str, object]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._read()

    def cpu_s(self) -> float:
        times = self.view.cpu_times()
        return times.user + times.system

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@dataclass(frozen=True)
class Run:
    """What one run of load cost."""

    rows: int
    requests: int
    seconds: float
    cpu_s: float
    merges_s: float
    ended_s: float
    threads: Counter[str]
    p50_ms: float
    p99_ms: float
    refused: int
    peak_rss_bytes: int
    peak_backlog_bytes: int
    started_ms: int

    @property
    def apart(self) -> float:
        """Items per CPU-second without background merges."""
        return self.rows / (self.cpu_s - self.merges_s)

    @property
    def counted(self) -> float:
        """Items per CPU-second of the process."""
        return self.rows / self.cpu_s


def load_command(server: Server, options: argparse.Namespace, seconds: float, rate: float) -> list[str]:
    port = server.ports["grpc_port" if options.transport == "grpc" else "http_port"]
    command = [sys.executable, str(HERE / "ingest_load.py"), "--port", str(port)]
    command += ["--rate", str(rate), "--seconds", str(seconds)]
    for name in ("transport", "signal", "items", "connections", "channels", "prebuilt"):
        command += [f"--{name}", str(getattr(options, name))]
    return command


def run(server: Server, options: argparse.Namespace, seconds: float, rate: float) -> Run:
    """Send for *seconds*, wait until everything is stored, and return what it cost."""
    rows_before = server.ask("rows")[options.signal]
    cpu_before, threads_before = server.cpu_s(), thread_seconds(server.view.pid)
    started, started_ms = time.monotonic(), time.time_ns() // 1_000_000
    process = subprocess.Popen(load_command(server, options, seconds, rate), stdout=subprocess.PIPE, text=True)
    peak_rss = peak_backlog = 0
    while process.poll() is None:
        peak_rss = max(peak_rss, server.view.memory_info().rss)
        peak_backlog = max(peak_backlog, server.ask("backlog")["bytes"])
        time.sleep(0.2)
    sent = json.loads(process.stdout.read())
    server.ask("drain")
    wall_s = time.monotonic() - started
    cpu_s = server.cpu_s() - cpu_before
    threads = thread_seconds(server.view.pid)
    threads.subtract(threads_before)
    rows = server.ask("rows")[options.signal] - rows_before
    assert rows == sent["requests"] * options.items, (rows, sent)
    return Run(
        rows=rows,
        requests=sent["requests"],
        seconds=wall_s,
        cpu_s=cpu_s,
        merges_s=sum(spent for name, spent in threads.items() if name.startswith("MergeMutate")),
        ended_s=cpu_s - sum(threads.values()),
        threads=threads,
        p50_ms=sent["p50_ms"],
        p99_ms=sent["p99_ms"],
        refused=sent["refused"],
        peak_rss_bytes=peak_rss,
        peak_backlog_bytes=peak_backlog,
        started_ms=started_ms,
    )


def warm_up(server: Server, options: argparse.Namespace) -> None:
    subprocess.run(load_command(server, options, 2, 0), check=True, stdout=subprocess.DEVNULL)
    server.ask("drain")


def print_profile(one: Run) -> None:
    for name, seconds in one.threads.most_common(12):
        if seconds > 0.01 * one.cpu_s:
            print(f"  {name:18s} {seconds:7.2f} s  {seconds / one.rows * 1e6:7.2f} us an item")
    print(f"  {'(ended threads)':18s} {one.ended_s:7.2f} s  {one.ended_s / one.rows * 1e6:7.2f} us an item")


def print_store(server: Server, options: argparse.Namespace, one: Run) -> None:
    p50, p99 = server.ask(VISIBLE.format(since_ms=one.started_ms))["rows"][0]["ms"]
    print(f"stored and verified after p50 {p50} ms, p99 {p99} ms, counted from the oldest request of its segment")
    if options.signal == "traces":
        size = server.ask("bytes")
        print(f"bytes per span on disk: {size['bytes'] / max(1, size['rows']):.1f} in {size['parts']} parts")


def measure(options: argparse.Namespace) -> None:
    """Medians of several rounds, each on an empty store."""
    runs = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
            server = Server(Path(folder), options.config)
            warm_up(server, options)
            runs.append(run(server, options, options.seconds, options.rate))
            if number == options.rounds - 1:
                print_store(server, options, runs[-1])
            server.stop()
    unit = UNITS[options.signal]
    what = f"{options.transport}, {options.items} {unit} a request"
    print(f"{what}: {median(one.apart for one in runs):,.0f} {unit} per CPU-second, merges apart")
    print(f"{what}: {median(one.counted for one in runs):,.0f} {unit} per CPU-second, merges counted")
    print(
        f"{what}: acknowledged after p50 {median(one.p50_ms for one in runs):.1f} ms,"
        f" p99 {median(one.p99_ms for one in runs):.1f} ms;"
        f" {median(one.rows / one.seconds for one in runs):,.0f} {unit} a second stored"
    )
    print(f"resident memory at peak: {max(one.peak_rss_bytes for one in runs) / 2**20:,.0f} MiB")
    print_profile(runs[-1])


def sustain(options: argparse.Namespace) -> None:
    """As fast as answered for minutes; then half of what was stored, for the times of answers."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        server = Server(Path(folder), options.config)
        warm_up(server, options)
        one = run(server, options, options.minutes * 60, 0)
        unit = UNITS[options.signal]
        print(f"sustained for {options.minutes:g} minutes: {one.counted:,.0f} {unit} per CPU-second, merges counted")
        print(f"  {one.rows / one.seconds:,.0f} {unit} a second stored; {one.refused} requests asked to come back")
        print(f"  resident memory at peak: {one.peak_rss_bytes / 2**20:,.0f} MiB")
        print(f"  greatest backlog: {one.peak_backlog_bytes / 2**20:,.0f} MiB")
        print_profile(one)
        print_store(server, options, one)
        server.stop()
    measure_at(options, one.rows / one.seconds / 2, min(60.0, options.minutes * 60))


def measure_share(options: argparse.Namespace) -> None:
    """As fast as answered for a moment; then a share of what was stored, for the times of answers."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        server = Server(Path(folder), options.config)
        warm_up(server, options)
        peak = run(server, options, PEAK_S, 0)
        server.stop()
    print(f"peak over {PEAK_S:g} seconds: {peak.rows / peak.seconds:,.0f} {UNITS[options.signal]} a second stored")
    measure_at(options, peak.rows / peak.seconds * options.rate_share, options.seconds)


def measure_at(options: argparse.Namespace, items_a_second: float, seconds: float) -> None:
    """The times of answers on an empty store at a rate."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        server = Server(Path(folder), options.config)
        warm_up(server, options)
        one = run(server, options, seconds, items_a_second / options.items)
        unit = UNITS[options.signal]
        print(f"at {items_a_second:,.0f} {unit} a second: {one.rows / one.seconds:,.0f} a second stored")
        print(f"acknowledged after p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms")
        print_store(server, options, one)
        print(f"{one.apart:,.0f} {unit} per CPU-second, merges apart; {one.counted:,.0f}, merges counted")
        print_profile(one)
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", choices=("grpc", "http"), default="grpc")
    parser.add_argument("--signal", choices=tuple(UNITS), default="traces")
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--prebuilt", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0, help="requests per second; 0 is as fast as answered")
    parser.add_argument("--minutes", type=float, default=0, help="one long run, then one at half its rate")
    parser.add_argument("--rate-share", type=float, default=0, help="a share of the rate that a short run reaches")
    parser.add_argument("--all", action="store_true", help="every door, signal and size")
    parser.add_argument("--config", default="{}", help="JSON of CollectorConfig")
    options = parser.parse_args()
    print(f"command: python tests/bench/bench_ingest.py {' '.join(sys.argv[1:])}")
    if options.minutes:
        sustain(options)
    elif options.rate_share:
        measure_share(options)
    elif options.all:
        for options.items, options.transport, options.signal in product((500, 10), ("grpc", "http"), UNITS):
            measure(options)
    else:
        measure(options)


if __name__ == "__main__":
    main()
