"""
Whether a request is what it claims to be, and how many items are in it: all that is known of it before it is stored.

The parse is thrown away; the engine decodes the same bytes later. Large requests are parsed piece by piece, so that
what a parse may cost in memory is bounded by the size of a piece.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from collector.config import LimitsConfig
from collector.otlp import LOGS, METRICS, SERVICES, TRACES, OtlpService
from collector.refusals import BadDataError, TooLargeError
from collector.shapes import NestingGuard, SpanIdsRequest
from collector.signals import ITEM_NAMES, Signal
from collector.wire import PIECE_BYTES, cut_pieces, drop_items

_SPAN_PATH = (1, 2, 2)  # resource_spans, scope_spans, spans
_GOOD_IDS_BYTES = 30  # tag, length, and both ids with theirs
_GOOD_HEAD = {0: 0x12, 1: 28, 2: 0x0A, 3: 16, 20: 0x12, 21: 8}
_GOOD_IDS = re.compile(rb"(?:\x12\x1c\x0a\x10.{16}\x12\x08.{8})*", re.DOTALL)
_FEW_IDS_BYTES = 50 * _GOOD_IDS_BYTES
_NO_TRACE = bytes(16)
_NO_SPAN = bytes(8)


class Checked(NamedTuple):
    """
    A request fit for the spool.

    Attributes:
        payload: The bytes to keep; those received, unless items were refused.
        items: Items in *payload*.
        rejected: Items refused.
        message: What was refused, for the answer; empty when nothing was.
    """

    payload: bytes | bytearray
    items: int
    rejected: int = 0
    message: str = ""


class Validator:
    """
    Checks requests against structure and limits.

    Args:
        limits: What one request may cost.
    """

    def __init__(self, limits: LimitsConfig) -> None:
        self._limits = limits
        self._guard = NestingGuard(limits.max_nesting)

    def check(self, signal: Signal, payload: bytes | bytearray) -> Checked:
        """
        Check one serialized Export*ServiceRequest.

        Raises:
            BadDataError: Not a valid message, or nested too deep.
            TooLargeError: Too many bytes, items or fields.
        """
        if len(payload) > self._limits.max_request_bytes:
            raise TooLargeError(f"the request is larger than {self._limits.max_request_bytes} bytes")
        service = SERVICES[signal]
        if signal is not Signal.TRACES:
            return Checked(payload, self._count(service, payload))
        if len(payload) > PIECE_BYTES:
            self._count(service, payload)
        else:
            self._parse(service, payload, service.request.DESCRIPTOR, 0)
        return _refuse_bad_ids(payload, lambda items: self._limit(service, items))

    def _count(self, service: OtlpService, payload: bytes | bytearray) -> int:
        descriptor = service.request.DESCRIPTOR
        if len(payload) <= PIECE_BYTES:
            items = self._count_parsed(service, payload, descriptor, 0)
            self._limit(service, items)
            return items
        items = 0
        pieces = cut_pieces(payload, descriptor, max_fields=self._limits.max_fields, max_level=self._guard.max_level)
        for piece in pieces:
            if piece.start == piece.end:
                items += piece.descriptor.full_name in _ITEM_TYPES
            else:
                items += self._count_parsed(service, payload[piece.start : piece.end], piece.descriptor, piece.level)
            self._limit(service, items)
        return items

    def _count_parsed(self, service: OtlpService, data: bytes | bytearray, descriptor: Any, level: int) -> int:
        parsed = self._parse(service, data, descriptor, level)
        counter = _COUNTERS.get(descriptor.full_name)
        return counter(self._guard.inner(parsed, level)) if counter else 0

    def _parse(self, service: OtlpService, data: bytes | bytearray, descriptor: Any, level: int) -> Any:
        try:
            return self._guard.check(data, descriptor, level)
        except DecodeError as error:
            raise BadDataError(
                f"the body is not a valid {service.request.DESCRIPTOR.name}, or is nested too deep"
            ) from error

    def _limit(self, service: OtlpService, items: int) -> None:
        if items > self._limits.max_items:
            raise TooLargeError(f"more than {self._limits.max_items} {ITEM_NAMES[service.signal]} in one request")


def _refuse_bad_ids(payload: bytes | bytearray, limit: Callable[[int], None]) -> Checked:
    """A span whose trace id is not 16 bytes, or span id not 8, or either all zero, is invalid (trace.proto, Span)."""
    request = SpanIdsRequest.FromString(payload)
    request.DiscardUnknownFields()
    scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
    items = sum(len(scope.spans) for scope in scopes)
    limit(items)
    if all(_are_good(scope.SerializeToString()) for scope in scopes):
        return Checked(payload, items)
    spans = (span for scope in scopes for span in scope.spans)
    bad = {number for number, span in enumerate(spans) if _has_bad_ids(span.trace_id, span.span_id)}
    if not bad:
        return Checked(payload, items)
    kept = drop_items(payload, _SPAN_PATH, bad.__contains__)
    message = f"{len(bad)} spans have a missing, zero or wrongly sized trace or span id"
    return Checked(kept, items - len(bad), len(bad), message)


def _has_bad_ids(trace_id: bytes, span_id: bytes) -> bool:
    if len(trace_id) != len(_NO_TRACE) or len(span_id) != len(_NO_SPAN):
        return True
    return trace_id == _NO_TRACE or span_id == _NO_SPAN


def _are_good(spans: bytes) -> bool:
    """
    Whether all of *spans*, serialized with nothing but their ids, surely have good ones.

    Good spans are 30 bytes each with the same six tag and length bytes, so one slice compares a byte of all of them.
    """
    if len(spans) < _FEW_IDS_BYTES:
        is_regular = _GOOD_IDS.fullmatch(spans) is not None
    else:
        count, rest = divmod(len(spans), _GOOD_IDS_BYTES)
        is_regular = not rest and all(
            spans[place::_GOOD_IDS_BYTES] == bytes((byte,)) * count for place, byte in _GOOD_HEAD.items()
        )
    return is_regular and _NO_TRACE not in spans and b"\x12\x08" + _NO_SPAN not in spans


def _count_traces(request: Any) -> int:
    return sum(map(_count_resource_spans, request.resource_spans))


def _count_resource_spans(resource: Any) -> int:
    return sum(len(scope.spans) for scope in resource.scope_spans)


def _count_logs(request: Any) -> int:
    return sum(map(_count_resource_logs, request.resource_logs))


def _count_resource_logs(resource: Any) -> int:
    return sum(len(scope.log_records) for scope in resource.scope_logs)


def _count_metrics(request: Any) -> int:
    return sum(map(_count_resource_metrics, request.resource_metrics))


def _count_resource_metrics(resource: Any) -> int:
    return sum(map(_count_scope_metrics, resource.scope_metrics))


def _count_scope_metrics(scope: Any) -> int:
    return sum(map(_count_metric, scope.metrics))


def _count_metric(metric: Any) -> int:
    kind = metric.WhichOneof("data")
    return len(getattr(metric, kind).data_points) if kind else 0


def _name(message: Any) -> str:
    name: str = message.DESCRIPTOR.full_name
    return name


_COUNTERS: dict[str, Callable[[Any], int]] = {
    _name(TRACES.request): _count_traces,
    _name(trace_pb2.ResourceSpans): _count_resource_spans,
    _name(trace_pb2.ScopeSpans): lambda scope: len(scope.spans),
    _name(LOGS.request): _count_logs,
    _name(logs_pb2.ResourceLogs): _count_resource_logs,
    _name(logs_pb2.ScopeLogs): lambda scope: len(scope.log_records),
    _name(METRICS.request): _count_metrics,
    _name(metrics_pb2.ResourceMetrics): _count_resource_metrics,
    _name(metrics_pb2.ScopeMetrics): _count_scope_metrics,
    _name(metrics_pb2.Metric): _count_metric,
} | {
    _name(kind): lambda data: len(data.data_points)
    for kind in (
        metrics_pb2.Gauge,
        metrics_pb2.Sum,
        metrics_pb2.Histogram,
        metrics_pb2.ExponentialHistogram,
        metrics_pb2.Summary,
    )
}
_ITEM_TYPES = {
    _name(item)
    for item in (
        trace_pb2.Span,
        logs_pb2.LogRecord,
        metrics_pb2.NumberDataPoint,
        metrics_pb2.HistogramDataPoint,
        metrics_pb2.ExponentialHistogramDataPoint,
        metrics_pb2.SummaryDataPoint,
    )
}
