"""
Wayline's collector beside a compiled one that a user could run instead: the same load, one after the other.

Usage: python tests/bench/bench_side_by_side.py [--seconds 8] [--items 500] [--rounds 3]

The other one is rotel (``pip install rotel``, a collector in Rust; not a dependency of ours): once into its blackhole
exporter, once into its ClickHouse exporter before an HTTP endpoint that answers like a server and stores nothing. The
figures are not of the same work; what each did for them stands beside each.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httptools
import psutil
from bench_ingest import HERE, Server, run, warm_up

SETTLE_S = 2.0
UP_WITHIN_S = 20.0
WAYLINE = "acknowledged after fsync of an encrypted spool; decoded, stored, counted, synced; no redaction rules"
BLACKHOLE = "acknowledged from memory; parsed and dropped: no disk, no storage, nothing verified, no redaction"
CLICKHOUSE = "acknowledged from memory; encoded for ClickHouse and sent to a sink that stores nothing; no redaction"


class SinkConnection(asyncio.Protocol):
    """Answers every request with 200 and nothing."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def serve_sink() -> None:
    server = await asyncio.get_running_loop().create_server(SinkConnection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def sink() -> Iterator[str]:
    """A sink in a process of its own; yields its address."""
    process = subprocess.Popen([sys.executable, __file__, "--sink"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_until_up(port: int) -> None:
    until = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("the other collector does not listen")


@contextlib.contextmanager
def rotel(agent: Path, exporter: list[str]) -> Iterator[tuple[int, psutil.Process]]:
    """The other collector; yields its port of OTLP/gRPC and its process."""
    grpc_port, http_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        command = [str(agent), "start", "--pid-file", f"{folder}/pid", "--log-file", f"{folder}/log"]
        command += ["--otlp-grpc-endpoint", f"127.0.0.1:{grpc_port}", "--otlp-http-endpoint", f"127.0.0.1:{http_port}"]
        process = subprocess.Popen(
            [*command, *exporter], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        )
        try:
            wait_until_up(grpc_port)
            yield grpc_port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


@dataclass(frozen=True)
class Figure:
    """What one collector did in one round."""

    spans_a_cpu_second: float
    spans_a_second: float
    p99_ms: float


def measure_wayline(options: argparse.Namespace) -> Figure:
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as folder:
        server = Server(Path(folder), "{}")
        warm_up(server, options)
        one = run(server, options, options.seconds, 0)
        server.stop()
    return Figure(one.apart, one.rows / one.seconds, one.p99_ms)


def measure_rotel(options: argparse.Namespace, agent: Path, exporter: list[str]) -> Figure:
    load = [sys.executable, str(HERE / "ingest_load.py"), "--items", str(options.items), "--prebuilt", "100"]
    with rotel(agent, exporter) as (port, view):
        load += ["--port", str(port), "--seconds"]
        subprocess.run([*load, "2"], check=True, stdout=subprocess.DEVNULL)
        time.sleep(SETTLE_S)
        before = sum(view.cpu_times()[:2])
        sent = json.loads(subprocess.run([*load, str(options.seconds)], check=True, capture_output=True).stdout)
        time.sleep(SETTLE_S)
        cpu_s = sum(view.cpu_times()[:2]) - before
    spans = sent["requests"] * options.items
    return Figure(spans / cpu_s, spans / options.seconds, sent["p99_ms"])


def print_median(name: str, what: str, measure: Callable[[], Figure], rounds: int) -> None:
    figures = [measure() for _ in range(rounds)]
    print(
        f"{name}: {median(one.spans_a_cpu_second for one in figures):,.0f} spans per CPU-second,"
        f" {median(one.spans_a_second for one in figures):,.0f} spans a second,"
        f" acknowledged after p99 {median(one.p99_ms for one in figures):.0f} ms\n    {what}"
    )


def compare(options: argparse.Namespace) -> None:
    print(f"command: python tests/bench/bench_side_by_side.py {' '.join(sys.argv[1:])}")
    print_median("wayline, merges apart", WAYLINE, lambda: measure_wayline(options), options.rounds)
    found = importlib.util.find_spec("rotel")
    if found is None or found.origin is None:
        print("rotel: not measured, since it is not installed (pip install rotel)")
        return
    agent = Path(found.origin).parent / "rotel-agent"
    blackhole = ["--exporter", "blackhole"]
    print_median("rotel, blackhole", BLACKHOLE, lambda: measure_rotel(options, agent, blackhole), options.rounds)
    with sink() as address:
        clickhouse = ["--exporter", "clickhouse", "--clickhouse-exporter-endpoint", address]
        print_median("rotel, clickhouse", CLICKHOUSE, lambda: measure_rotel(options, agent, clickhouse), options.rounds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sink:
        asyncio.run(serve_sink())
        return
    same = {"transport": "grpc", "signal": "traces", "connections": 32, "channels": 4, "prebuilt": 100}
    compare(argparse.Namespace(**vars(options), **same))


if __name__ == "__main__":
    main()
