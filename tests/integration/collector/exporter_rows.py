"""Rows as the OpenTelemetry Collector's ClickHouse exporter inserts them: its columns, its spelling."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage.store import Store

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def span(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "Timestamp": AT + timedelta(seconds=number),
        "TraceId": f"{number + 1:032x}",
        "SpanId": f"{number + 1:016x}",
        "ParentSpanId": "",
        "TraceState": "a=b",
        "SpanName": f"op {number}",
        "SpanKind": "Server",
        "ServiceName": "erp",
        "ResourceAttributes": {"service.name": "erp", "host.name": "h"},
        "ScopeName": "lib",
        "ScopeVersion": "1",
        "SpanAttributes": {"po_number": f"45{number:05d}", "empty": ""},
        "Duration": 1_000_000,
        "StatusCode": "Error",
        "StatusMessage": "no",
        "Events.Timestamp": [AT],
        "Events.Name": ["exception"],
        "Events.Attributes": [{"exception.message": "boom"}],
        "Links.TraceId": ["ab" * 16],
        "Links.SpanId": ["cd" * 8],
        "Links.TraceState": [""],
        "Links.Attributes": [{"l": "1"}],
        **columns,
    }


def log(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "Timestamp": AT + timedelta(seconds=number),
        "TraceId": "",
        "SpanId": "",
        "TraceFlags": 1,
        "SeverityText": "WARN",
        "SeverityNumber": 13,
        "ServiceName": "mw",
        "Body": f"log {number}",
        "ResourceSchemaUrl": "r",
        "ResourceAttributes": {"service.name": "mw"},
        "ScopeSchemaUrl": "s",
        "ScopeName": "lib",
        "ScopeVersion": "1",
        "ScopeAttributes": {"scope": "x"},
        "LogAttributes": {"k": "v"},
        "EventName": "e",
        **columns,
    }


def _point(number: int) -> dict[str, Any]:
    return {
        "ResourceAttributes": {"service.name": "mw"},
        "ResourceSchemaUrl": "r",
        "ScopeName": "lib",
        "ScopeVersion": "1",
        "ScopeAttributes": {"scope": "x"},
        "ScopeDroppedAttrCount": 2,
        "ScopeSchemaUrl": "s",
        "ServiceName": "mw",
        "MetricName": "depth",
        "MetricDescription": "d",
        "MetricUnit": "1",
        "Attributes": {"queue": "q"},
        "StartTimeUnix": AT,
        "TimeUnix": AT + timedelta(seconds=number),
        "Flags": 0,
    }


_EXEMPLARS = {
    "Exemplars.FilteredAttributes": [{"x": "y"}],
    "Exemplars.TimeUnix": [AT],
    "Exemplars.Value": [0.0],
    "Exemplars.SpanId": ["cd" * 8],
    "Exemplars.TraceId": ["ab" * 16],
}
_KINDS: dict[str, dict[str, Any]] = {
    "gauge": {"Value": 0.0, **_EXEMPLARS},
    "sum": {"Value": 2.5, **_EXEMPLARS, "AggregationTemporality": 2, "IsMonotonic": True},
    "histogram": {
        "Count": 3,
        "Sum": 6.0,
        "BucketCounts": [1, 2],
        "ExplicitBounds": [1.5],
        "Min": 1.0,
        "Max": 3.0,
        **_EXEMPLARS,
        "AggregationTemporality": 1,
    },
    "exponential_histogram": {
        "Count": 3,
        "Sum": 6.0,
        "Scale": -1,
        "ZeroCount": 1,
        "PositiveOffset": -2,
        "PositiveBucketCounts": [0, 2],
        "NegativeOffset": 3,
        "NegativeBucketCounts": [4],
        "Min": 1.0,
        "Max": 3.0,
        **_EXEMPLARS,
        "AggregationTemporality": 1,
    },
    "summary": {"Count": 3, "Sum": 6.0, "ValueAtQuantiles.Quantile": [0.0, 0.5], "ValueAtQuantiles.Value": [0.0, 2.0]},
}
METRIC_KINDS = tuple(_KINDS)


def point(kind: str, number: int) -> dict[str, Any]:
    return {**_point(number), **_KINDS[kind]}


def insert(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert as the exporter does: one statement, one part."""
    columns = list(rows[0])
    store.insert(f"otel_ingest.{table}", columns, [[row[column] for column in columns] for row in rows])


def empty(store: Store) -> None:
    """Throw away what an earlier test left: the database is one for all."""
    for row in store.rows("SELECT name FROM system.tables WHERE database = 'otel_ingest' AND name LIKE 'otel_%'"):
        store.execute("TRUNCATE TABLE otel_ingest.{name:Identifier}", {"name": row["name"]})
