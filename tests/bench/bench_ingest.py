"""
Spans per CPU-second of the whole collector process, from OTLP to stored, verified and synced to disk.

Usage: python tests/bench/bench_ingest.py [--transport grpc|http] [--signal traces|logs|metrics] [--items N]
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
from pathlib import Path

import psutil

HERE = Path(__file__).parent
TICKS_PER_S = 100


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


def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        server = Server(Path(folder), options.config)
        port = server.ports["grpc_port" if options.transport == "grpc" else "http_port"]
        load = [sys.executable, str(HERE / "ingest_load.py"), "--port", str(port)]
        for name in ("transport", "signal", "items", "connections", "channels", "rate", "prebuilt"):
            load += [f"--{name}", str(getattr(options, name))]
        subprocess.run([*load, "--seconds", "2"], check=True, stdout=subprocess.DEVNULL)
        server.ask("drain")
        time.sleep(1)
        rows_before = server.ask("rows")[options.signal]
        cpu_before, threads_before = server.cpu_s(), thread_seconds(server.view.pid)
        started = time.monotonic()
        process = subprocess.Popen([*load, "--seconds", str(options.seconds)], stdout=subprocess.PIPE, text=True)
        peak_rss = 0
        while process.poll() is None:
            peak_rss = max(peak_rss, server.view.memory_info().rss)
            time.sleep(0.1)
        sent = json.loads(process.stdout.read())
        server.ask("drain")
        wall_s = time.monotonic() - started
        cpu_s = server.cpu_s() - cpu_before
        threads = thread_seconds(server.view.pid)
        threads.subtract(threads_before)
        rows = server.ask("rows")[options.signal] - rows_before
        merges_s = sum(seconds for name, seconds in threads.items() if name.startswith("MergeMutate"))
        size = server.ask("bytes")
        lag = server.ask("ledger")
        server.stop()
    unit = {"traces": "spans", "logs": "log records", "metrics": "data points"}[options.signal]
    command = f"python tests/bench/bench_ingest.py {' '.join(sys.argv[1:])}"
    assert rows == sent["requests"] * options.items, (rows, sent)
    print(f"{unit} per CPU-second, merges apart: {rows / (cpu_s - merges_s):,.0f}  ({command})")
    print(f"{unit} per CPU-second, merges counted: {rows / cpu_s:,.0f}")
    print(
        f"requests per second: {sent['requests'] / options.seconds:,.0f}; "
        f"rows {rows:,}; wall {wall_s:.1f} s; cpu {cpu_s:.1f} s"
    )
    print(
        f"acknowledged after p50 {sent['p50_ms']:.1f} ms, p99 {sent['p99_ms']:.1f} ms; "
        f"stored after {lag['s']} s at most"
    )
    print(f"resident memory at peak: {peak_rss / 2**20:,.0f} MiB")
    if options.signal == "traces":
        print(f"bytes per span on disk: {size['bytes'] / max(1, size['rows']):.1f} in {size['parts']} parts")
    for name, seconds in threads.most_common(14):
        if seconds > 0.01 * cpu_s:
            print(f"  {name:18s} {seconds:6.2f} s  {seconds / rows * 1e9:7.0f} ns an item")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", choices=("grpc", "http"), default="grpc")
    parser.add_argument("--signal", choices=("traces", "logs", "metrics"), default="traces")
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--prebuilt", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--config", default="{}", help="JSON of CollectorConfig")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
