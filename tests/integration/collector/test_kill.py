"""
Kill -9 in a loop under load: what was acknowledged is stored, each once.

Random kills alone prove little, since the dangerous moments are short (a kill between an engine's two renames is hit
once in thousands): so most rounds die at a named place on the way, on a changing pass. Requests whose answer was lost
are sent again byte by byte, as a client would.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SERVER = Path(__file__).parents[2] / "bench" / "ingest_server.py"
PLACES = (
    "spool.opened",
    "spool.written",
    "spool.synced",
    "spool.sealed",
    "flush.insert",
    "flush.verify",
    "flush.ledger",
    "flush.retire",
    "spool.retired",
    "",  # at random
)
ROUNDS = 60 if os.environ.get("WAYLINE_TEST_LONG") else 20
ITEMS = 3
RANDOM_LIFE_S = 0.5
PLACED_LIFE_S = 60.0  # at most; a place is passed long before
PATIENCE_S = 120.0  # for the last life, in which everything is answered and stored


Send = Callable[[bytes], bool]


class Collector:
    """The collector in a process of its own."""

    def __init__(self, data: Path, fault: str = "") -> None:
        environment = os.environ | ({"WAYLINE_FAULT": fault} if fault else {})
        config = json.dumps({"spool": {"seal_after_s": 0.05, "resend_entries": 100_000}})
        self.log = data / "collector.log"
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER), str(data), config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("a"),
            text=True,
            env=environment,
        )
        self.ports = self._read()

    def _read(self) -> dict | None:
        """Return the next answer; None when the process has died."""
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        return None

    def ask(self, command: str) -> dict:
        answer = None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{command}\n")
            self.process.stdin.flush()
            answer = self._read()
        assert answer is not None, f"died before {command} was done: {self.last_words()}"
        return answer

    def last_words(self) -> str:
        """Return how the process ended and the end of its log."""
        return f"status {self.process.wait(60)}, {self.log.read_text()[-3_000:]}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(60)


def trace_request(number: int) -> bytes:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for item in range(ITEMS):
        name = f"{number}/{item}"
        spans.add(
            trace_id=hashlib.md5(name.encode()).digest(), span_id=b"12345678", name=name, start_time_unix_nano=10**18
        )
    return request.SerializeToString()


def metric_request(number: int) -> bytes:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for item in range(ITEMS):
        metrics.add(name=f"{number}/{item}").gauge.data_points.add(time_unix_nano=10**18, as_int=1)
    return request.SerializeToString()


def log_request(number: int) -> bytes:
    records = [{"body": {"stringValue": f"{number}/{item}"}, "timeUnixNano": str(10**18)} for item in range(ITEMS)]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def event_request(number: int) -> bytes:
    event = {"specversion": "1.0", "source": "s", "type": "t", "time": "2026-11-22T08:00:00Z"}
    return json.dumps([event | {"id": f"{number}/{item}"} for item in range(ITEMS)]).encode()


def over_http(path: str, media_type: str) -> Callable[[dict], contextlib.AbstractContextManager[Send]]:
    @contextlib.contextmanager
    def connect(ports: dict) -> Iterator[Send]:
        with httpx.Client(base_url=f"http://127.0.0.1:{ports['http_port']}", timeout=10) as client:
            yield lambda body: client.post(path, content=body, headers={"content-type": media_type}).is_success

    return connect


@contextlib.contextmanager
def over_grpc(ports: dict) -> Iterator[Send]:
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
    with grpc.insecure_channel(f"127.0.0.1:{ports['grpc_port']}", options=options) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        yield lambda body: export(body, timeout=10) == b""


SENDERS = {
    "traces": (trace_request, over_grpc, "SELECT name AS id, count() AS copies FROM spans GROUP BY id"),
    "logs": (
        log_request,
        over_http("/v1/logs", "application/json"),
        "SELECT body AS id, count() AS copies FROM logs GROUP BY id",
    ),
    "metrics": (
        metric_request,
        over_http("/v1/metrics", "application/x-protobuf"),
        "SELECT metric AS id, count() AS copies FROM metric_points_gauge GROUP BY id",
    ),
    "events": (
        event_request,
        over_http("/v1/events", "application/cloudevents-batch+json"),
        "SELECT id, count() AS copies FROM events GROUP BY id",
    ),
}


class Client:
    """Sends numbered requests of one signal; knows which were acknowledged, and sends the others again."""

    def __init__(self, name: str) -> None:
        self.build, self.connect, self.question = SENDERS[name]
        self.acknowledged: set[int] = set()
        self.unanswered: list[int] = []
        self.next_number = 0
        self.is_finishing = False

    def work(self, ports: dict, ending: threading.Event) -> None:
        with self.connect(ports) as send:
            while not ending.is_set():
                if not self.unanswered:
                    if self.is_finishing:
                        return
                    self.unanswered.append(self.next_number)
                    self.next_number += 1
                try:
                    is_taken = send(self.build(self.unanswered[0]))
                except (httpx.HTTPError, grpc.RpcError):
                    is_taken = False
                if is_taken:
                    self.acknowledged.add(self.unanswered.pop(0))
                else:
                    ending.wait(0.02)


def load_until(collector: Collector, clients: dict[str, Client], is_over: Callable[[], bool]) -> None:
    ending = threading.Event()
    threads = [threading.Thread(target=client.work, args=(collector.ports, ending)) for client in clients.values()]
    for thread in threads:
        thread.start()
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_over() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    ending.set()
    for thread in threads:
        thread.join(30)
    assert time.monotonic() < deadline_s, "requests stayed unanswered"


def run_round(data: Path, clients: dict[str, Client], fault: str) -> bool:
    """One life of the collector; return whether it died at its place rather than of old age."""
    collector = Collector(data, fault)
    if collector.ports is None:
        assert fault, f"did not start: {collector.last_words()}"
        collector.close()
        return True  # at a place that the start passes already
    deadline_s = time.monotonic() + (PLACED_LIFE_S if fault else RANDOM_LIFE_S)
    load_until(collector, clients, lambda: collector.process.poll() is not None or time.monotonic() > deadline_s)
    died = collector.process.poll() is not None
    collector.kill()
    return died


@pytest.mark.slow
def test_acknowledged_is_stored_once_whenever_the_process_is_killed(tmp_path):
    clients = {name: Client(name) for name in SENDERS}
    died_at = []
    for number in range(ROUNDS):
        place = PLACES[number % len(PLACES)]
        fault = f"{place}:{1 + number // len(PLACES)}" if place else ""
        if run_round(tmp_path, clients, fault) and place:
            died_at.append(place)

    for client in clients.values():
        client.is_finishing = True
    collector = Collector(tmp_path)
    assert collector.ports, f"did not start: {collector.last_words()}"
    load_until(collector, clients, lambda: not any(client.unanswered for client in clients.values()))
    collector.ask("drain")
    for name, client in clients.items():
        rows = collector.ask(client.question)["rows"]
        sent = {f"{number}/{item}" for number in client.acknowledged for item in range(ITEMS)}
        stored = {row["id"]: row["copies"] for row in rows}
        assert stored.keys() == sent, name
        assert set(stored.values()) == {1}, name
        assert len(client.acknowledged) >= ROUNDS, name
    assert collector.ask("dead")["dead"] == []
    collector.close()
    assert set(died_at) == set(PLACES) - {""}, "a place was never passed"
