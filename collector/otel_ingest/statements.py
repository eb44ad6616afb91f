"""The statements that turn rows in the exporter's shape into OTLP requests."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from collector.signals import Signal
from storage.sqlfiles import load_sql

_PACKAGE = "collector.otel_ingest"
_INCLUDE = re.compile(r"-- include: (\w+)\n")
_PAIRS = "Array(Tuple(key String, value Tuple(string_value String)))"
_EXEMPLARS = (
    "arrayMap((attributes, time, value, span, trace) ->"
    " (pairs(attributes), ns_of(time), value, span_id_of(span), trace_id_of(trace)),"
    " `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`)"
)
_EXEMPLARS_TYPE = (
    f"exemplars Array(Tuple(attributes {_PAIRS}, time_unix_nano UInt64, as_double Float64,"
    " span_id String, trace_id String))"
)


@dataclass(frozen=True)
class _Point:
    """What a kind of metric has of its own: values and types of a point, and columns of the metric with types."""

    values: tuple[str, ...]
    types: tuple[str, ...]
    data: tuple[tuple[str, str], ...] = ()


_TEMPORALITY = ("AggregationTemporality", "aggregation_temporality UInt32")
_NUMBER = (("Value", _EXEMPLARS), ("as_double Float64", _EXEMPLARS_TYPE))
_POINTS = {
    "gauge": _Point(*_NUMBER),
    "sum": _Point(*_NUMBER, (_TEMPORALITY, ("IsMonotonic", "is_monotonic Bool"))),
    "histogram": _Point(
        ("Count", "Sum", "BucketCounts", "ExplicitBounds", "Min", "Max", _EXEMPLARS),
        (
            "count UInt64",
            "sum Float64",
            "bucket_counts Array(UInt64)",
            "explicit_bounds Array(Float64)",
            "min Float64",
            "max Float64",
            _EXEMPLARS_TYPE,
        ),
        (_TEMPORALITY,),
    ),
    "exponential_histogram": _Point(
        (
            "Count",
            "Sum",
            "Scale",
            "ZeroCount",
            "(PositiveOffset, PositiveBucketCounts)",
            "(NegativeOffset, NegativeBucketCounts)",
            "Min",
            "Max",
            _EXEMPLARS,
        ),
        (
            "count UInt64",
            "sum Float64",
            "scale Int32",
            "zero_count UInt64",
            "positive Tuple(offset Int32, bucket_counts Array(UInt64))",
            "negative Tuple(offset Int32, bucket_counts Array(UInt64))",
            "min Float64",
            "max Float64",
            _EXEMPLARS_TYPE,
        ),
        (_TEMPORALITY,),
    ),
    "summary": _Point(
        ("Count", "Sum", "arrayZip(`ValueAtQuantiles.Quantile`, `ValueAtQuantiles.Value`)"),
        ("count UInt64", "sum Float64", "quantile_values Array(Tuple(quantile Float64, value Float64))"),
    ),
}
SIGNALS_OF_TABLES = {
    "otel_traces": Signal.TRACES,
    "otel_logs": Signal.LOGS,
    **{f"otel_metrics_{kind}": Signal.METRICS for kind in _POINTS},
}


def _metrics(kind: str) -> str:
    point = _POINTS[kind]
    return (
        load_sql(_PACKAGE, "sql/metrics")
        .replace("DATA_TYPE", "".join(f", {kind_type}" for _, kind_type in point.data))
        .replace("unitDATA", "unit" + "".join(f", {name}" for name, _ in point.data))
        .replace("(groupArray(point)DATA)", "tuple(groupArray(point)" + "".join(f", {n}" for n, _ in point.data) + ")")
        .replace("POINT_VALUES", ", ".join(point.values))
        .replace("POINT_TYPE", ", ".join(point.types))
        .replace("KIND", kind)
    )


@cache
def encode_sql(table: str) -> str:
    """
    Return the statement that reads a memory file of rows (Native; parameter ``path``) and returns OTLP requests.

    Args:
        table: Name of the table that the rows are from.
    """
    signal = SIGNALS_OF_TABLES[table]
    text = (
        _metrics(table.removeprefix("otel_metrics_"))
        if signal is Signal.METRICS
        else load_sql(_PACKAGE, f"sql/{signal}")
    )
    text = _INCLUDE.sub(lambda found: load_sql(_PACKAGE, f"sql/{found[1]}"), text).replace("PAIRS", _PAIRS)
    proto = files(_PACKAGE).joinpath("rows.proto").read_text(encoding="utf-8").replace("\\", "\\\\").replace("'", "\\'")
    # One thread, so that the same rows give the same bytes: that is how a request taken twice is recognised.
    return (
        f"{text}\nSETTINGS max_threads = 1, format_schema_source = 'string', format_schema = '{proto}',"
        f" format_schema_message_name = '{signal.capitalize()}'"
    )
