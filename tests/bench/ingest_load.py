"""A load process: prebuilt requests, each made unique by eight bytes, sent as fast as answered; latencies on stdout."""

import argparse
import asyncio
import json
import os
import random
import time

import grpc
import httptools
import uvloop
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

MARK = b"\xab\xcd\xef\x01\x23\x45\x67\x89"
PATHS = {
    "traces": ("opentelemetry.proto.collector.trace.v1.TraceService", "/v1/traces"),
    "logs": ("opentelemetry.proto.collector.logs.v1.LogsService", "/v1/logs"),
    "metrics": ("opentelemetry.proto.collector.metrics.v1.MetricsService", "/v1/metrics"),
}
_TEXTS = ("http.request.method", "http.route", "server.address", "correlation.id", "business.flow")
_NUMBERS = ("http.response.status_code", "messaging.retry.count", "erp.po.number")


def _fill(attributes: object, draw: random.Random) -> None:
    values = ("POST", "/orders/{id}", "erp.internal.example", f"c-{draw.getrandbits(48):012x}", "procure_to_pay")
    for key, value in zip(_TEXTS, values, strict=True):
        one = attributes.add()  # type: ignore[attr-defined]
        one.key, one.value.string_value = key, value
    for key, number in zip(_NUMBERS, (200, 0, 4_500_000_000 + draw.getrandbits(24)), strict=True):
        one = attributes.add()  # type: ignore[attr-defined]
        one.key, one.value.int_value = key, number


def build_traces(items: int, draw: random.Random) -> bytes:
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
    request.resource_spans[0].scope_spans[0].spans[0].span_id = MARK
    return request.SerializeToString()


def build_logs(items: int, draw: random.Random) -> bytes:
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
    request.resource_logs[0].scope_logs[0].log_records[0].span_id = MARK
    return request.SerializeToString()


def build_metrics(items: int, draw: random.Random) -> bytes:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    _service(resource, draw)
    scope = resource.scope_metrics.add()
    now_ns = time.time_ns()
    for number in range(items):
        metric = scope.metrics.add(name=f"queue.depth.{number % 50}", unit="{message}")
        point = metric.gauge.data_points.add(time_unix_nano=now_ns + number, as_double=draw.random())
        _fill(point.attributes, draw)
    scope.metrics[0].gauge.data_points[0].time_unix_nano = int.from_bytes(MARK, "little")
    return request.SerializeToString()


def _service(resource: object, draw: random.Random) -> None:
    one = resource.resource.attributes.add()  # type: ignore[attr-defined]
    one.key, one.value.string_value = "service.name", f"mw-transform-{draw.randrange(5)}"


BUILDERS = {"traces": build_traces, "logs": build_logs, "metrics": build_metrics}


class Source:
    """Requests without end: a few prebuilt ones, each time with other bytes at the mark."""

    def __init__(self, signal: str, items: int, count: int) -> None:
        draw = random.Random(os.getpid())
        self._pieces = [BUILDERS[signal](items, draw).partition(MARK)[::2] for _ in range(count)]
        self._number = time.time_ns()

    def next(self) -> bytes:
        self._number += 1
        before, after = self._pieces[self._number % len(self._pieces)]
        return before + self._number.to_bytes(8, "little") + after


class HttpConnection(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.waiter: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        assert self.waiter is not None
        self.waiter.set_result(self._parser.get_status_code())


async def run(options: argparse.Namespace) -> None:
    source = Source(options.signal, options.items, options.prebuilt)
    service, path = PATHS[options.signal]
    deadline = time.monotonic() + options.seconds
    latencies: list[float] = []
    interval = options.connections / options.rate if options.rate else 0.0
    address = f"127.0.0.1:{options.port}"
    loop = asyncio.get_running_loop()

    async def paced(send: object) -> None:
        due = time.monotonic() + random.random() * interval
        while (now := time.monotonic()) < deadline:
            if interval:
                await asyncio.sleep(max(0.0, due - now))
                due += interval
            started = time.perf_counter()
            await send(source.next())  # type: ignore[operator]
            latencies.append(time.perf_counter() - started)

    async def over_grpc(number: int) -> None:
        call = channels[number % len(channels)].unary_unary(f"/{service}/Export")
        await paced(call)

    async def over_http(_number: int) -> None:
        _, connection = await loop.create_connection(HttpConnection, "127.0.0.1", options.port)
        head = f"POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-protobuf\r\nContent-Length: "

        async def send(body: bytes) -> None:
            connection.waiter = loop.create_future()
            connection.transport.writelines((f"{head}{len(body)}\r\n\r\n".encode(), body))
            if await connection.waiter != 200:
                raise SystemExit("not 200")

        await paced(send)

    channels = [
        grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(options.channels)
    ]
    one = over_grpc if options.transport == "grpc" else over_http
    await asyncio.gather(*(one(number) for number in range(options.connections)))
    for channel in channels:
        await channel.close()
    latencies.sort()
    at = [latencies[min(len(latencies) - 1, int(len(latencies) * q))] * 1e3 for q in (0.5, 0.99)]
    print(json.dumps({"requests": len(latencies), "p50_ms": at[0], "p99_ms": at[1]}))


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
