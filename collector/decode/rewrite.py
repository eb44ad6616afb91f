"""
Requests parsed and written anew, with every array and key-value list among their values as its JSON text.

Two kinds of requests come here. Few at a time, because planning a statement that reads nested values costs more than
rewriting them. And those that the engine cannot read as they are: values nested deeper than the statement looks, and
encodings that are valid but that it refuses (a ``oneof`` given twice, groups).
"""

import base64
import json
import math
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from collector.redact import Redactor
from collector.signals import Signal

_REQUESTS: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}
_NESTED = ("array_value", "kvlist_value")


def rewrite_request(signal: Signal, payload: bytes, redactor: Redactor | None = None) -> bytes:
    """
    Return the same request in the encoding that the flat statement reads.

    Business events are only redacted: they are JSON, not protocol buffers.

    Args:
        signal: Kind of telemetry.
        payload: As `Frame.payload`.
        redactor: Takes out what must not be kept; None for nothing.

    Raises:
        google.protobuf.message.DecodeError: *payload* is not a request of that signal.
    """
    if signal is Signal.EVENTS:
        return redactor.redact_events(payload) if redactor else payload
    request = _REQUESTS[signal].FromString(payload)
    if redactor:
        redactor.redact_request(request)
    _flatten_values(request)
    return bytes(request.SerializeToString())


def value_as_json(value: AnyValue) -> Any:
    """Return *value* as what `json.dumps` takes: bytes as base64, infinities and NaN as their names."""
    arm = value.WhichOneof("value")
    match arm:
        case "array_value":
            return [value_as_json(inner) for inner in value.array_value.values]
        case "kvlist_value":
            return {pair.key: value_as_json(pair.value) for pair in value.kvlist_value.values}
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "double_value" if not math.isfinite(value.double_value):
            return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value.double_value), "NaN")
        case None:
            return None
    return getattr(value, arm)


def _flatten_values(message: Message) -> None:
    """Replace, anywhere in *message*, every value that is not a scalar."""
    if isinstance(message, AnyValue):
        if message.WhichOneof("value") in _NESTED:
            message.string_value = json.dumps(value_as_json(message), ensure_ascii=False, separators=(",", ":"))
        return
    for field, content in message.ListFields():
        if field.message_type is None:
            continue
        for part in content if field.is_repeated else (content,):
            _flatten_values(part)
