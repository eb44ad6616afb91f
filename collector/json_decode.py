"""
OTLP/JSON to protobuf bytes, to the letter of the OTLP JSON mapping (specification 1.11, JSON Protobuf Encoding).

It differs from the general JSON mapping of protobuf: ids are hexadecimal, keys are lowerCamelCase only, unknown keys
are ignored at every depth. The parsed JSON is rearranged into the keyword arguments of the message classes, which check
ranges and types once more.
"""

from typing import Any

import orjson
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from collector.config import LimitsConfig
from collector.json_fields import (
    Json,
    Plan,
    base64_bytes,
    build_fields,
    double,
    enumeration,
    hexadecimal,
    integer,
    many,
    message,
    seen,
    text,
    truth,
)
from collector.otlp import OtlpService
from collector.refusals import BadDataError, TooLargeError
from collector.signals import Signal

_MAX_NODES = 2_000_000
_MAX_DEPTH = 64  # of attribute values while they are JSON; the validator applies the configured limit


def decode_json(service: OtlpService, body: bytes, limits: LimitsConfig) -> bytes:
    """
    Return the serialized request in the JSON *body*.

    Args:
        service: Whose request it is.
        body: Inflated JSON.
        limits: ``max_request_bytes`` bounds the result as it bounds the body.

    Raises:
        BadDataError: Not JSON, or not a request of *service*.
        TooLargeError: So many objects and arrays that building them would take too much memory.
    """
    if body.count(b"{") + body.count(b"[") > _MAX_NODES:
        raise TooLargeError(f"more than {_MAX_NODES} JSON objects and arrays in one request")
    seen.enum_names = False
    try:
        fields = build_fields(orjson.loads(body), _REQUESTS[service.signal])
        serialized: bytes = service.request(**fields).SerializeToString()
    except BadDataError:
        raise
    except (ValueError, TypeError) as error:
        raise BadDataError(f"the body is not a valid {service.request.DESCRIPTOR.name} in JSON") from error
    if len(serialized) > limits.max_request_bytes:
        raise TooLargeError(f"the request is larger than {limits.max_request_bytes} bytes")
    return serialized


def json_warning() -> str:
    """Return what the last `decode_json` of this thread took although OTLP forbids it; empty when there was nothing."""
    return "enum values were sent as names; OTLP/JSON allows numbers only" if seen.enum_names else ""


def _attributes(value: Any) -> list[Json]:
    return _key_values(value, 0)


def _key_values(value: Any, depth: int) -> list[Json]:
    if type(value) is not list:
        raise BadDataError("a JSON array was expected")
    return [_key_value(one, depth) for one in value]


def _key_value(value: Any, depth: int) -> Json:
    if type(value) is not dict:
        raise BadDataError("a JSON object was expected")
    fields: Json = {}
    key = value.get("key")
    if key is not None:
        fields["key"] = text(key)
    inner = value.get("value")
    if inner is not None:
        fields["value"] = _any_value(inner, depth)
    return fields


def _any_value(value: Any, depth: int = 0) -> Json:
    if type(value) is not dict:
        raise BadDataError("a JSON object was expected")
    string = value.get("stringValue")
    if string is not None:
        return {"string_value": text(string)}
    for key, inner in value.items():
        step = _SCALARS.get(key)
        if step is not None and inner is not None:
            return {step[0]: step[1](inner)}
        if key in ("arrayValue", "kvlistValue") and inner is not None:
            return _nested(key, inner, depth + 1)
    return {}


def _nested(key: str, value: Any, depth: int) -> Json:
    if depth > _MAX_DEPTH:
        raise BadDataError("an attribute value is nested too deep")
    if type(value) is not dict:
        raise BadDataError("a JSON object was expected")
    values = value.get("values") or []
    if type(values) is not list:
        raise BadDataError("a JSON array was expected")
    if key == "arrayValue":
        return {"array_value": {"values": [_any_value(one, depth) for one in values]}}
    return {"kvlist_value": {"values": _key_values(values, depth)}}


_SCALARS: Plan = {
    "boolValue": ("bool_value", truth),
    "intValue": ("int_value", integer),
    "doubleValue": ("double_value", double),
    "bytesValue": ("bytes_value", base64_bytes),
}
_ATTRIBUTES: Plan = {
    "attributes": ("attributes", _attributes),
    "droppedAttributesCount": ("dropped_attributes_count", integer),
}
_SCOPE = message({"name": ("name", text), "version": ("version", text), **_ATTRIBUTES})
_ENTITY_REF = message(
    {
        "schemaUrl": ("schema_url", text),
        "type": ("type", text),
        "idKeys": ("id_keys", many(text)),
        "descriptionKeys": ("description_keys", many(text)),
    }
)
_RESOURCE = message({**_ATTRIBUTES, "entityRefs": ("entity_refs", many(_ENTITY_REF))})


def _request(resources: str, resources_field: str, scopes: str, scopes_field: str, items: Plan) -> Plan:
    scope = message({"scope": ("scope", _SCOPE), "schemaUrl": ("schema_url", text), **items})
    resource = message(
        {
            "resource": ("resource", _RESOURCE),
            "schemaUrl": ("schema_url", text),
            scopes: (scopes_field, many(scope)),
        }
    )
    return {resources: (resources_field, many(resource))}


_SPAN = message(
    {
        "traceId": ("trace_id", hexadecimal),
        "spanId": ("span_id", hexadecimal),
        "traceState": ("trace_state", text),
        "parentSpanId": ("parent_span_id", hexadecimal),
        "flags": ("flags", integer),
        "name": ("name", text),
        "kind": ("kind", enumeration(trace_pb2.Span.SpanKind.DESCRIPTOR)),
        "startTimeUnixNano": ("start_time_unix_nano", integer),
        "endTimeUnixNano": ("end_time_unix_nano", integer),
        **_ATTRIBUTES,
        "events": (
            "events",
            many(message({"timeUnixNano": ("time_unix_nano", integer), "name": ("name", text), **_ATTRIBUTES})),
        ),
        "droppedEventsCount": ("dropped_events_count", integer),
        "links": (
            "links",
            many(
                message(
                    {
                        "traceId": ("trace_id", hexadecimal),
                        "spanId": ("span_id", hexadecimal),
                        "traceState": ("trace_state", text),
                        "flags": ("flags", integer),
                        **_ATTRIBUTES,
                    }
                )
            ),
        ),
        "droppedLinksCount": ("dropped_links_count", integer),
        "status": (
            "status",
            message(
                {
                    "message": ("message", text),
                    "code": ("code", enumeration(trace_pb2.Status.StatusCode.DESCRIPTOR)),
                }
            ),
        ),
    }
)
_LOG_RECORD = message(
    {
        "timeUnixNano": ("time_unix_nano", integer),
        "observedTimeUnixNano": ("observed_time_unix_nano", integer),
        "severityNumber": ("severity_number", enumeration(logs_pb2.SeverityNumber.DESCRIPTOR)),
        "severityText": ("severity_text", text),
        "body": ("body", _any_value),
        **_ATTRIBUTES,
        "flags": ("flags", integer),
        "traceId": ("trace_id", hexadecimal),
        "spanId": ("span_id", hexadecimal),
        "eventName": ("event_name", text),
    }
)
_EXEMPLARS: Plan = {
    "exemplars": (
        "exemplars",
        many(
            message(
                {
                    "filteredAttributes": ("filtered_attributes", _attributes),
                    "timeUnixNano": ("time_unix_nano", integer),
                    "asDouble": ("as_double", double),
                    "asInt": ("as_int", integer),
                    "spanId": ("span_id", hexadecimal),
                    "traceId": ("trace_id", hexadecimal),
                }
            )
        ),
    )
}
_POINT: Plan = {
    "attributes": ("attributes", _attributes),
    "startTimeUnixNano": ("start_time_unix_nano", integer),
    "timeUnixNano": ("time_unix_nano", integer),
    "flags": ("flags", integer),
}
_NUMBER_POINT = message({**_POINT, **_EXEMPLARS, "asDouble": ("as_double", double), "asInt": ("as_int", integer)})
_DISTRIBUTION: Plan = {
    **_POINT,
    "count": ("count", integer),
    "sum": ("sum", double),
}
_HISTOGRAM_POINT = message(
    {
        **_DISTRIBUTION,
        **_EXEMPLARS,
        "bucketCounts": ("bucket_counts", many(integer)),
        "explicitBounds": ("explicit_bounds", many(double)),
        "min": ("min", double),
        "max": ("max", double),
    }
)
_BUCKETS = message({"offset": ("offset", integer), "bucketCounts": ("bucket_counts", many(integer))})
_EXPONENTIAL_POINT = message(
    {
        **_DISTRIBUTION,
        **_EXEMPLARS,
        "scale": ("scale", integer),
        "zeroCount": ("zero_count", integer),
        "positive": ("positive", _BUCKETS),
        "negative": ("negative", _BUCKETS),
        "min": ("min", double),
        "max": ("max", double),
        "zeroThreshold": ("zero_threshold", double),
    }
)
_SUMMARY_POINT = message(
    {
        **_DISTRIBUTION,
        "quantileValues": (
            "quantile_values",
            many(message({"quantile": ("quantile", double), "value": ("value", double)})),
        ),
    }
)
_TEMPORALITY: Plan = {
    "aggregationTemporality": (
        "aggregation_temporality",
        enumeration(metrics_pb2.AggregationTemporality.DESCRIPTOR),
    )
}
_METRIC = message(
    {
        "name": ("name", text),
        "description": ("description", text),
        "unit": ("unit", text),
        "metadata": ("metadata", _attributes),
        "gauge": ("gauge", message({"dataPoints": ("data_points", many(_NUMBER_POINT))})),
        "sum": (
            "sum",
            message(
                {
                    "dataPoints": ("data_points", many(_NUMBER_POINT)),
                    **_TEMPORALITY,
                    "isMonotonic": ("is_monotonic", truth),
                }
            ),
        ),
        "histogram": (
            "histogram",
            message({"dataPoints": ("data_points", many(_HISTOGRAM_POINT)), **_TEMPORALITY}),
        ),
        "exponentialHistogram": (
            "exponential_histogram",
            message({"dataPoints": ("data_points", many(_EXPONENTIAL_POINT)), **_TEMPORALITY}),
        ),
        "summary": ("summary", message({"dataPoints": ("data_points", many(_SUMMARY_POINT))})),
    }
)
_REQUESTS: dict[Signal, Plan] = {
    Signal.TRACES: _request(
        "resourceSpans", "resource_spans", "scopeSpans", "scope_spans", {"spans": ("spans", many(_SPAN))}
    ),
    Signal.LOGS: _request(
        "resourceLogs", "resource_logs", "scopeLogs", "scope_logs", {"logRecords": ("log_records", many(_LOG_RECORD))}
    ),
    Signal.METRICS: _request(
        "resourceMetrics", "resource_metrics", "scopeMetrics", "scope_metrics", {"metrics": ("metrics", many(_METRIC))}
    ),
}
