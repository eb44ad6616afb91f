"""
The slow path for requests that the decode statement cannot read as they are.

Two kinds come here: attribute values nested deeper than the statement looks, and encodings that are valid but that the
engine refuses (a ``oneof`` given twice, groups). Both are parsed and written anew, deep values as their JSON text.
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

from collector.signals import Signal

_REQUESTS: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}
_NESTED = ("array_value", "kvlist_value")


def rewrite_request(signal: Signal, payload: bytes) -> bytes:
    """
    Return the same request in an encoding that the decode statement reads.

    Business events are returned as they are: they are JSON, not protocol buffers.

    Raises:
        google.protobuf.message.DecodeError: *payload* is not a request of that signal.
    """
    if signal is Signal.EVENTS:
        return payload
    request = _REQUESTS[signal].FromString(payload)
    _shorten_values(request)
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


def _shorten_values(message: Message) -> None:
    """Replace, anywhere in *message*, every value that is nested more than two levels deep."""
    if isinstance(message, AnyValue):
        if _depth(message) > len(_NESTED):
            text = json.dumps(value_as_json(message), ensure_ascii=False, separators=(",", ":"))
            message.string_value = text
        return
    for field, content in message.ListFields():
        if field.message_type is None:
            continue
        for part in content if field.is_repeated else (content,):
            _shorten_values(part)


def _depth(value: AnyValue) -> int:
    """Return 1 for a scalar, one more for each level of array or key-value list around it."""
    arm = value.WhichOneof("value")
    if arm == "array_value":
        return 1 + max((_depth(inner) for inner in value.array_value.values), default=0)
    if arm == "kvlist_value":
        return 1 + max((_depth(pair.value) for pair in value.kvlist_value.values), default=0)
    return 1
