"""Clients nobody here wrote: the OpenTelemetry SDK for Python over gRPC and HTTP, end to end."""

import time
import uuid

import httpx
import pytest
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as grpc_logs
from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc_metrics
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc_traces
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import _log_exporter as http_logs
from opentelemetry.exporter.otlp.proto.http import metric_exporter as http_metrics
from opentelemetry.exporter.otlp.proto.http import trace_exporter as http_traces
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

RESOURCE = Resource.create({"service.name": "python-portal"})


def exporters(served, protocol):
    """Return the span, log and metric exporters of *protocol*."""
    if protocol == "grpc":
        return (
            grpc_traces.OTLPSpanExporter(endpoint=served.grpc, insecure=True),
            grpc_logs.OTLPLogExporter(endpoint=served.grpc, insecure=True),
            grpc_metrics.OTLPMetricExporter(endpoint=served.grpc, insecure=True),
        )
    compression = Compression.Gzip if protocol == "http, gzip" else Compression.NoCompression
    return (
        http_traces.OTLPSpanExporter(f"{served.otlp_http}/v1/traces", compression=compression),
        http_logs.OTLPLogExporter(f"{served.otlp_http}/v1/logs", compression=compression),
        http_metrics.OTLPMetricExporter(f"{served.otlp_http}/v1/metrics", compression=compression),
    )


def send_order(served, protocol, po_number):
    """Send a trace of two spans, a log record in its context and a counter, as an instrumented service does."""
    spans, logs, metrics = exporters(served, protocol)
    tracers = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    tracers.add_span_processor(BatchSpanProcessor(spans))
    loggers = LoggerProvider(resource=RESOURCE, shutdown_on_exit=False)
    loggers.add_log_record_processor(BatchLogRecordProcessor(logs))
    reader = PeriodicExportingMetricReader(metrics)
    meters = MeterProvider([reader], RESOURCE, shutdown_on_exit=False)
    tracer = tracers.get_tracer("test")
    with tracer.start_as_current_span("submit order", kind=trace.SpanKind.SERVER) as root:
        root.set_attribute("erp.po.number", po_number)
        root.set_attribute("order.lines", [3, 4])
        with tracer.start_as_current_span("check stock") as child:
            child.add_event("cache miss", {"cache.key": "stock"})
        loggers.get_logger("test").emit(LogRecord(severity_number=SeverityNumber.INFO, body="order submitted"))
    meters.get_meter("test").create_counter("orders.submitted").add(1)
    for provider in (tracers, loggers, meters):
        assert provider.force_flush()
        provider.shutdown()


def transaction(served, identifier, *, whole):
    """Return the transaction once *whole* holds for it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        reply = httpx.get(f"{served.url}/api/v1/transactions/{identifier}", timeout=10)
        if reply.status_code == 200 and whole(reply.json()):
            return reply.json()
        time.sleep(0.1)
    raise AssertionError(f"not whole in time: {reply.text}")


def counted(served, metric, signal):
    """Return the sum over one of the server's own counters for *signal*."""
    lines = httpx.get(f"{served.url}/metrics", timeout=10).text.splitlines()
    matching = [line for line in lines if line.startswith(f"{metric}{{") and f'signal="{signal}"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in matching)


@pytest.mark.parametrize("protocol", ["grpc", "http", "http, gzip"])
def test_what_the_python_sdk_sends_becomes_a_transaction(wayline, protocol):
    po_number = f"48{uuid.uuid4().int % 10**8:08d}"
    stored_before = counted(wayline, "wayline_flush_stored_rows_total", "metrics")
    send_order(wayline, protocol, po_number)
    body = transaction(wayline, po_number, whole=lambda body: len(body["spans"]) == 2 and len(body["logs"]) == 1)
    by_name = {span["name"]: span for span in body["spans"]}
    assert set(by_name) == {"submit order", "check stock"}
    assert by_name["check stock"]["parent_span_id"] == by_name["submit order"]["span_id"]
    assert {span["service"] for span in body["spans"]} == {"python-portal"}
    assert body["logs"][0]["span_id"] == by_name["submit order"]["span_id"]
    assert body["logs"][0]["body"] == "order submitted"
    until = time.monotonic() + 20
    while counted(wayline, "wayline_flush_stored_rows_total", "metrics") == stored_before and time.monotonic() < until:
        time.sleep(0.1)
    assert counted(wayline, "wayline_flush_stored_rows_total", "metrics") > stored_before
    assert counted(wayline, "wayline_dead_letters_total", "metrics") == 0
