"""
Column structures under which the engine reads the messages of ``otlp.proto``, written as its type expressions.

A message becomes a tuple and a repeated message an array of tuples; which arm of a ``oneof`` came is told by an
enumeration column of the oneof's name. Fields that a statement does not need are simply not in its structure.

A structure leaves open how deep an attribute value is read (`at_depth`). The nested form reads arrays and key-value
lists of scalars; planning a statement over types that large costs more than decoding a small request, and so does
reading them. The flat form refuses such values; most telemetry has none, and `collector.decode.rewrite` leaves none.
The plain form is cheaper once more, and refuses what telemetry may well have.
"""

from typing import Literal

from collector.signals import Signal

Depth = Literal["plain", "flat", "redacted", "nested"]
"""
``plain`` reads texts and whole numbers and no events and links of spans, ``flat`` all that is not nested. Under
redaction rules both refuse what a rule may be for, and ``redacted`` reads as ``flat`` and takes it out.
"""


def _tuple_of(*members: str) -> str:
    return f"Tuple({', '.join(members)})"


def _array_of(*members: str) -> str:
    return f"Array({_tuple_of(*members)})"


_VALUE = "$value"
_EVENT, _LINK = "$event", "$link"
_ARM = "arm Enum8('' = 0, 's' = 1, 'b' = 2, 'i' = 3, 'd' = 4, 'a' = 5, 'k' = 6, 'y' = 7)"
_SCALARS = ("s String", "b Bool", "i Int64", "d Float64", "y String")
_INNER_VALUE = _tuple_of(*_SCALARS, "a String", "k String", _ARM)
_VALUES: dict[Depth, str] = {
    "plain": _tuple_of("s String", "i Int64", _ARM),
    "flat": _tuple_of(*_SCALARS, _ARM),
    "redacted": _tuple_of(*_SCALARS, _ARM),
    "nested": _tuple_of(
        *_SCALARS,
        f"a Tuple(items Array({_INNER_VALUE}))",
        f"k Tuple(items {_array_of('key String', f'value {_INNER_VALUE}')})",
        _ARM,
    ),
}
_ATTRIBUTES = f"attributes {_array_of('key LowCardinality(String)', f'value {_VALUE}')}"
_RESOURCE = f"resource {_tuple_of(_ATTRIBUTES, 'dropped_attributes_count UInt32')}"
_SCOPE = f"scope {_tuple_of('name String', 'version String', _ATTRIBUTES, 'dropped_attributes_count UInt32')}"
_SEGMENT = "segment_id UInt64, received_ns UInt64"
_SCHEMA_URL = "schema_url String"
_POINT_TIMES = ("start_time_unix_nano UInt64", "time_unix_nano UInt64")


def _signal(resources: str, scopes: str, items: str) -> str:
    by_scope = f"{scopes} {_array_of(_SCOPE, items, _SCHEMA_URL)}"
    return f"{resources} {_array_of(_RESOURCE, by_scope, _SCHEMA_URL)}, {_SEGMENT}"


_WHOLE_EVENT = _array_of("time_unix_nano UInt64", "name String", _ATTRIBUTES, "dropped_attributes_count UInt32")
_WHOLE_LINK = _array_of(
    "trace_id String",
    "span_id String",
    "trace_state String",
    _ATTRIBUTES,
    "dropped_attributes_count UInt32",
    "flags UInt32",
)
_SPANS = "spans " + _array_of(
    "trace_id FixedString(16)",
    "span_id FixedString(8)",
    "trace_state String",
    "parent_span_id String",
    "name String",
    "kind UInt32",
    "start_time_unix_nano UInt64",
    "end_time_unix_nano UInt64",
    _ATTRIBUTES,
    "dropped_attributes_count UInt32",
    f"events {_EVENT}",
    "dropped_events_count UInt32",
    f"links {_LINK}",
    "dropped_links_count UInt32",
    f"status {_tuple_of('message String', 'code UInt32')}",
    "flags UInt32",
)
TRACES = _signal("resource_spans", "scope_spans", _SPANS)

_LOG_RECORDS = "log_records " + _array_of(
    "time_unix_nano UInt64",
    "observed_time_unix_nano UInt64",
    "severity_number UInt32",
    "severity_text String",
    f"body {_VALUE}",
    _ATTRIBUTES,
    "dropped_attributes_count UInt32",
    "flags UInt32",
    "trace_id String",
    "span_id String",
    "event_name String",
)
LOGS = _signal("resource_logs", "scope_logs", _LOG_RECORDS)

# The numbers of an arm's enumeration are those of its fields; as_double has another one in exemplars.
_NUMBER = ("as_double Float64", "as_int Int64", "arm Enum8('' = 0, 'as_double' = 4, 'as_int' = 6)")
_EXEMPLAR_NUMBER = ("as_double Float64", "as_int Int64", "arm Enum8('' = 0, 'as_double' = 3, 'as_int' = 6)")
_EXEMPLAR = ("time_unix_nano UInt64", *_EXEMPLAR_NUMBER, "span_id String", "trace_id String", _ATTRIBUTES)
_EXEMPLARS = f"exemplars {_array_of(*_EXEMPLAR)}"
_NUMBER_POINTS = f"points {_array_of(*_POINT_TIMES, *_NUMBER, _EXEMPLARS, _ATTRIBUTES, 'flags UInt32')}"
_BUCKETS = _tuple_of("offset Int32", "bucket_counts Array(UInt64)")
_EXTREMES = ("sum Nullable(Float64)", "min Nullable(Float64)", "max Nullable(Float64)")
_TEMPORALITY = "aggregation_temporality UInt32"
_METRIC_DATA = {
    "gauge": _tuple_of(_NUMBER_POINTS),
    "sum": _tuple_of(_NUMBER_POINTS, _TEMPORALITY, "is_monotonic Bool"),
    "histogram": _tuple_of(
        "points "
        + _array_of(
            *_POINT_TIMES,
            "count UInt64",
            *_EXTREMES,
            "bucket_counts Array(UInt64)",
            "explicit_bounds Array(Float64)",
            _EXEMPLARS,
            _ATTRIBUTES,
            "flags UInt32",
        ),
        _TEMPORALITY,
    ),
    "exponential_histogram": _tuple_of(
        "points "
        + _array_of(
            *_POINT_TIMES,
            "count UInt64",
            *_EXTREMES,
            "scale Int32",
            "zero_count UInt64",
            "zero_threshold Float64",
            f"positive {_BUCKETS}",
            f"negative {_BUCKETS}",
            _EXEMPLARS,
            _ATTRIBUTES,
            "flags UInt32",
        ),
        _TEMPORALITY,
    ),
    "summary": _tuple_of(
        "points "
        + _array_of(
            *_POINT_TIMES,
            "count UInt64",
            "sum Float64",
            f"quantile_values {_array_of('quantile Float64', 'value Float64')}",
            _ATTRIBUTES,
            "flags UInt32",
        ),
    ),
}
METRIC_KINDS = tuple(_METRIC_DATA)
_COUNTED = "metrics " + _array_of(*(f"{kind} Tuple(points {_array_of('flags UInt32')})" for kind in METRIC_KINDS))
METRIC_COUNTS = f"resource_metrics {_array_of('scope_metrics ' + _array_of(_COUNTED))}"
EVENTS = f"events String, {_SEGMENT}"


def metrics_structure(kind: str) -> str:
    """Return the structure that reads only the metrics of *kind* (one of `METRIC_KINDS`)."""
    metadata = _ATTRIBUTES.replace("attributes", "metadata", 1)
    metric = _array_of("name String", "description String", "unit String", metadata, f"{kind} {_METRIC_DATA[kind]}")
    return _signal("resource_metrics", "scope_metrics", f"metrics {metric}")


def at_depth(structure: str, depth: Depth) -> str:
    """Return *structure* with attribute values, events and links read as *depth* says."""
    none = _array_of("dropped_attributes_count UInt32")
    event, link = (none, none) if depth == "plain" else (_WHOLE_EVENT, _WHOLE_LINK)
    return structure.replace(_EVENT, event).replace(_LINK, link).replace(_VALUE, _VALUES[depth])


RESOURCES = {Signal.TRACES: "resource_spans", Signal.LOGS: "resource_logs", Signal.METRICS: "resource_metrics"}
# Where attribute values stand, under the scopes of each signal, and in how many arrays of their own.
_ITEM_VALUES = {
    Signal.TRACES: {"spans.attributes": 1, "spans.events.attributes": 2, "spans.links.attributes": 2},
    Signal.LOGS: {"log_records.attributes": 1, "log_records.body": 0},
    Signal.METRICS: {
        "metrics.metadata": 1,
        **{f"metrics.{kind}.points.attributes": 2 for kind in METRIC_KINDS},
        **{f"metrics.{kind}.points.exemplars.attributes": 3 for kind in METRIC_KINDS if kind != "summary"},
    },
}


def value_places(signal: Signal) -> list[tuple[str, str]]:
    """Return name and type of the columns that tell the kind of every attribute value in a request."""
    resources = RESOURCES[signal]
    scopes = resources.replace("resource", "scope")
    arm = _ARM.removeprefix("arm ")
    places = {f"{resources}.resource.attributes": 2, f"{resources}.{scopes}.scope.attributes": 3}
    places |= {f"{resources}.{scopes}.{name}": 3 + depth for name, depth in _ITEM_VALUES[signal].items()}
    return [
        (f"{name}.arm" if name.endswith("body") else f"{name}.value.arm", "Array(" * depth + arm + ")" * depth)
        for name, depth in places.items()
    ]


def services_structure(resources: str) -> str:
    """Return the structure that reads only the attributes of resources, and of their values only texts."""
    attributes = f"attributes {_array_of('key String', 'value Tuple(s String)')}"
    return f"{resources} {_array_of(f'resource {_tuple_of(attributes)}')}"
