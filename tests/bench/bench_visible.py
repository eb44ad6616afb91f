"""
From acknowledgement to the answer of the API, and the lookup of a transaction by any identifier.

    python tests/bench/bench_visible.py [--transactions 30] [--lookups 200] [--background 20000]

A real ``wayline serve`` with the shipped catalog. *background* transactions are sent first as CloudEvents, so that
the lookup has something to look through; then single events are sent, and each is asked for until it is there.
"""

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx
import orjson

BATCH = 2_000
GIVE_UP_S = 60.0
JSON = {"content-type": "application/cloudevents-batch+json"}


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def event(number: int) -> dict[str, object]:
    """Return the first event of the order *number*."""
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "/bench",
        "type": "order.approved",
        "flow": "procure_to_pay",
        "milestone": "po_approved",
        "system": "sourcing-saas",
        "correlationid": f"c-bench-{number}",
        "data": {"po_number": f"47{number:08d}"},
    }


def send(client: httpx.Client, numbers: range) -> None:
    """Send one event for each of *numbers*; returns when they are durable."""
    for start in range(numbers.start, numbers.stop, BATCH):
        part = range(start, min(start + BATCH, numbers.stop))
        client.post("/api/v1/events", content=orjson.dumps([event(n) for n in part]), headers=JSON).raise_for_status()


def wait_for(client: httpx.Client, number: int) -> float:
    """Return the seconds until the order *number* is answered."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < GIVE_UP_S:
        if client.get(f"/api/v1/transactions/47{number:08d}").status_code == httpx.codes.OK:
            return time.perf_counter() - begin
        time.sleep(0.02)
    raise SystemExit(f"order {number} did not become visible in {GIVE_UP_S} s")


def quantile(values: list[float], ratio: float) -> float:
    """Return the *ratio* quantile of *values* by nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(ratio * len(ordered)), len(ordered) - 1)]


def lookup(client: httpx.Client, path: str) -> float:
    """Return the seconds of one request."""
    begin = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - begin


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=30)
    parser.add_argument("--lookups", type=int, default=200)
    parser.add_argument("--background", type=int, default=20_000)
    options = parser.parse_args()
    page, grpc_port, http_port = free_ports(3)
    with tempfile.TemporaryDirectory() as data:
        words = [
            "serve",
            "--data",
            data,
            "--port",
            str(page),
            "--grpc-port",
            str(grpc_port),
            "--otlp-http-port",
            str(http_port),
        ]
        server = subprocess.Popen(
            [sys.executable, "-m", "wayline.cli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{page}", timeout=60) as client:
                measure(client, server.pid, options)
        finally:
            server.terminate()
            server.wait(timeout=60)


def measure(client: httpx.Client, pid: int, options: argparse.Namespace) -> None:
    """Measure on a server that is starting."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < GIVE_UP_S:
        try:
            if client.get("/healthz").is_success:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    send(client, range(options.background))
    wait_for(client, options.background - 1)
    visible = []
    for number in range(options.background, options.background + options.transactions):
        send(client, range(number, number + 1))
        visible.append(wait_for(client, number))
    print(f"ack_to_visible_p50_s {quantile(visible, 0.5):.2f}")
    print(f"ack_to_visible_p99_s {quantile(visible, 0.99):.2f}")
    chosen = random.Random(1)
    numbers = [chosen.randrange(options.background) for _ in range(options.lookups)]
    for name, pattern in (("po_number", "47{:08d}"), ("correlation", "c-bench-{}")):
        times = [1_000 * lookup(client, f"/api/v1/transactions/{pattern.format(number)}") for number in numbers]
        print(f"lookup_by_{name}_p50_ms {quantile(times, 0.5):.1f}")
        print(f"lookup_by_{name}_p99_ms {quantile(times, 0.99):.1f}")
    print(f"transactions_stored {options.background + options.transactions}")
    print(f"resident_mib {resident_mib(pid):.0f}")


if __name__ == "__main__":
    main()
