"""
A load process: prebuilt requests sent as fast as answered; latencies on stdout.

Each is sent many times, and each time with the present time, other trace and span ids and other correlation ids, so
that what is stored is as new as it would be from a real sender.
"""

import argparse
import asyncio
import json
import os
import random
import re
import time
from collections.abc import Awaitable, Callable

import grpc
import httptools
import numpy as np
import uvloop
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PATHS = {
    "traces": ("opentelemetry.proto.collector.trace.v1.TraceService", "/v1/traces"),
    "logs": ("opentelemetry.proto.collector.logs.v1.LogsService", "/v1/logs"),
    "metrics": ("opentelemetry.proto.collector.metrics.v1.MetricsService", "/v1/metrics"),
}
_TEXTS = ("http.request.method", "http.route", "server.address", "correlation.id", "business.flow")
_NUMBERS = ("http.response.status_code", "messaging.retry.count", "erp.po.number")


class Template:
    """One request and the places in it that are written anew: times, ids, and hexadecimal digits of texts."""

    def __init__(self, body: bytes, ids: list[bytes], times_ns: list[int]) -> None:
        self.body = np.frombuffer(body, np.uint8)
        self.ids = _places(body, ids)
        self.times = _places(body, [value.to_bytes(8, "little") for value in times_ns])
        self.values = np.array(times_ns, "<u8")
        starts = np.array([found.start() for found in re.finditer(rb"(?<=\x0ec-)[0-9a-f]{12}", body)])
        self.digits = starts[:, None] + np.arange(12)
        self.built_ns = time.time_ns()

    def fill(self, draw: np.random.Generator) -> bytes:
        body = self.body.copy()
        body[self.ids] ^= draw.integers(0, 256, 8, np.uint8)
        shift = np.uint64(time.time_ns() - self.built_ns)
        body[self.times] = (self.values + shift).view(np.uint8).reshape(-1, 8)
        body[self.digits] = _HEX[draw.integers(0, 16, self.digits.shape, np.uint8)]
        return body.tobytes()


def _places(body: bytes, values: list[bytes]) -> np.ndarray:
    """Return where the first eight bytes of each of *values* stand in *body*, which has them in this order."""
    starts = []
    position = 0
    for value in values:
        starts.append(body.index(value, position))
        position = starts[-1] + len(value)
    return np.array(starts, np.int64)[:, None] + np.arange(8)


_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def _fill(attributes: object, draw: random.Random) -> None:
    values = ("POST", "/orders/{id}", "erp.internal.example", f"c-{draw.getrandbits(48):012x}", "procure_to_pay")
    for key, value in zip(_TEXTS, values, strict=True):
        one = attributes.add()  # type: ignore[attr-defined]
        one.key, one.value.string_value = key, value
    for key, number in zip(_NUMBERS, (200, 0, 4_500_000_000 + draw.getrandbits(24)), strict=True):
        one = attributes.add()  # type: ignore[attr-defined]
        one.key, one.value.int_value = key, number


def build_traces(items: int, draw: random.Random) -> Template:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    _service(resource, draw)
    scope = resource.scope_spans.add()
    scope.scope.name = "orders"
    trace_id = b""
    now_ns = time.time_ns()
    for number in range(items):
        if number % 8 == 0:
            trace_id = draw.randbytes(16)
        span = scope.spans.add(trace_id=trace_id, span_id=draw.randbytes(8), parent_span_id=draw.randbytes(8))
        span.name, span.kind = f"POST /orders/{draw.randrange(20)}", 2
        span.start_time_unix_nano = now_ns + number * 1_000
        span.end_time_unix_nano = span.start_time_unix_nano + draw.randrange(1_000_000, 900_000_000)
        _fill(span.attributes, draw)
    spans = scope.spans
    ids = [one for span in spans for one in (span.trace_id, span.span_id, span.parent_span_id)]
    times = [one for span in spans for one in (span.start_time_unix_nano, span.end_time_unix_nano)]
    return Template(request.SerializeToString(), ids, times)


def build_logs(items: int, draw: random.Random) -> Template:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    _service(resource, draw)
    scope = resource.scope_logs.add()
    now_ns = time.time_ns()
    for number in range(items):
        record = scope.log_records.add(trace_id=draw.randbytes(16), span_id=draw.randbytes(8))
        record.time_unix_nano, record.severity_number, record.severity_text = now_ns + number, 9, "INFO"
        record.body.string_value = f"order {draw.getrandbits(32)} transformed for supplier {draw.randrange(500)}"
        _fill(record.attributes, draw)
    ids = [one for record in scope.log_records for one in (record.trace_id, record.span_id)]
    times = [record.time_unix_nano for record in scope.log_records]
    return Template(request.SerializeToString(), ids, times)


def build_metrics(items: int, draw: random.Random) -> Template:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    _service(resource, draw)
    scope = resource.scope_metrics.add()
    now_ns = time.time_ns()
    for number in range(items):
        metric = scope.metrics.add(name=f"queue.depth.{number % 50}", unit="{message}")
        point = metric.gauge.data_points.add(time_unix_nano=now_ns + number, as_double=draw.random())
        _fill(point.attributes, draw)
    times = [metric.gauge.data_points[0].time_unix_nano for metric in scope.metrics]
    return Template(request.SerializeToString(), [], times)


def _service(resource: object, draw: random.Random) -> None:
    one = resource.resource.attributes.add()  # type: ignore[attr-defined]
    one.key, one.value.string_value = "service.name", f"mw-transform-{draw.randrange(5)}"


BUILDERS = {"traces": build_traces, "logs": build_logs, "metrics": build_metrics}


class Source:
    """Requests without end."""

    def __init__(self, signal: str, items: int, count: int) -> None:
        draw = random.Random(os.getpid())
        self._templates = [BUILDERS[signal](items, draw) for _ in range(count)]
        self._draw = np.random.default_rng(os.getpid())
        self._number = 0

    def next(self) -> bytes:
        self._number += 1
        return self._templates[self._number % len(self._templates)].fill(self._draw)


class HttpConnection(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.waiter: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        # Without this a closed connection would be waited for without end.
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(ConnectionResetError("the server closed the connection"))

    def on_message_complete(self) -> None:
        assert self.waiter is not None
        self.waiter.set_result(self._parser.get_status_code())


Send = Callable[[bytes], Awaitable[bool]]


def grpc_sender(channel: grpc.aio.Channel, service: str) -> Send:
    """Return what sends over gRPC, and says whether the request was taken."""
    call = channel.unary_unary(f"/{service}/Export")

    async def send(body: bytes) -> bool:
        try:
            await call(body)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return False
        return True

    return send


async def http_sender(port: int, path: str) -> Send:
    """Return what sends over a connection of its own, and says whether the request was taken."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(HttpConnection, "127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\nContent-Length: "

    async def send(body: bytes) -> bool:
        connection.waiter = loop.create_future()
        connection.transport.writelines((f"{head}{len(body)}\r\n\r\n".encode(), body))
        status = await connection.waiter
        if status not in (200, 429, 503):
            raise SystemExit(f"status {status}")
        return status == 200

    return send


class Pace:
    """Sends at a rate until a time, and keeps how long each answer took."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._source = Source(options.signal, options.items, options.prebuilt)
        self._deadline = time.monotonic() + options.seconds
        self._interval = options.connections / options.rate if options.rate else 0.0
        self.latencies: list[float] = []
        self.refused = 0

    async def keep(self, send: Send) -> None:
        due = time.monotonic() + random.random() * self._interval
        while (now := time.monotonic()) < self._deadline:
            if self._interval:
                await asyncio.sleep(max(0.0, due - now))
                due += self._interval
            body = self._source.next()
            started = time.perf_counter()
            while not await send(body):
                self.refused += 1  # asked to come back: the same request again, as an exporter does
                await asyncio.sleep(1)
                started = time.perf_counter()
            self.latencies.append(time.perf_counter() - started)

    def report(self) -> dict[str, float]:
        latencies = sorted(self.latencies)
        at = [latencies[min(len(latencies) - 1, int(len(latencies) * q))] * 1e3 for q in (0.5, 0.99)]
        return {"requests": len(latencies), "p50_ms": at[0], "p99_ms": at[1], "refused": self.refused}


async def run(options: argparse.Namespace) -> None:
    service, path = PATHS[options.signal]
    pace = Pace(options)
    address = f"127.0.0.1:{options.port}"
    channels = []
    if options.transport == "grpc":
        apart = [("grpc.use_local_subchannel_pool", 1)]
        channels = [grpc.aio.insecure_channel(address, options=apart) for _ in range(options.channels)]
        senders = [grpc_sender(channels[number % len(channels)], service) for number in range(options.connections)]
    else:
        senders = [await http_sender(options.port, path) for _ in range(options.connections)]
    await asyncio.gather(*map(pace.keep, senders))
    for channel in channels:
        await channel.close()
    print(json.dumps(pace.report()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--transport", choices=("grpc", "http"), default="grpc")
    parser.add_argument("--signal", choices=tuple(PATHS), default="traces")
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--prebuilt", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0, help="requests per second; 0 is as fast as answered")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
