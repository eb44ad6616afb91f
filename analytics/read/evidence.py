"""Spans, events and logs of a transaction as JSON; pure."""

from typing import Any

import orjson

from analytics.read.present import text_or_none, time_text

Row = dict[str, Any]
_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUS = ("unset", "ok", "error")
_SPAN_TEXTS = ("trace_state", "scope_name", "scope_version", "scope_schema_url", "resource_schema_url")
_SPAN_NUMBERS = ("flags", "dropped_attributes_count", "dropped_events_count", "dropped_links_count")
# https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields: four numbers a level.
_SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


def span_entry(span: Row, raw: Row | None) -> dict[str, Any]:
    """Return one span; what only the raw table holds is empty where the raw row is gone."""
    return _common(span) | {
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "parent_span_id": text_or_none(span["parent_span_id"]),
        "name": span["name"],
        "kind": _named(_KINDS, span["span_kind"]),
        "service": span["service"],
        "started_at": time_text(span["at"]),
        "ended_at": time_text(span["end_at"]),
        "duration_ms": span["duration_ns"] / 1e6,
        "status": _named(_STATUS, raw["status_code"]) if raw else ("error" if span["is_error"] else "unset"),
        "status_message": span["status_message"],
        "attributes": dict(raw["attributes"]) if raw else {},
        "resource_attributes": dict(raw["resource_attributes"]) if raw else {},
        "events": [
            {"at": time_text(at), "name": name, "attributes": dict(attributes)}
            for at, name, attributes in (raw["span_events"] if raw else ())
        ],
        "links": [
            {"trace_id": trace, "span_id": linked, "trace_state": text_or_none(state), "attributes": dict(attributes)}
            for trace, linked, state, attributes in (raw["links"] if raw else ())
        ],
        **{name: text_or_none(raw[name]) if raw else None for name in _SPAN_TEXTS},
        **{name: raw[name] if raw else 0 for name in _SPAN_NUMBERS},
    }


def event_entry(event: Row, raw: Row | None) -> dict[str, Any]:
    """Return one business event; ``data`` is decoded JSON, or the text where it is none."""
    return _common(event) | {
        "source": event["source"],
        "id": event["event_id"],
        "type": raw["type"] if raw else event["name"],
        "subject": text_or_none(raw["subject"]) if raw else None,
        "at": time_text(event["at"]),
        "correlation_id": text_or_none(raw["correlation_id"]) if raw else None,
        "attributes": dict(raw["attributes"]) if raw else {},
        "data": _decoded(raw["data"]) if raw else None,
    }


def log_entry(log: Row, raw: Row | None) -> dict[str, Any]:
    """Return one log record."""
    number = log["severity_number"]
    return _common(log) | {
        "at": time_text(log["at"]),
        "trace_id": text_or_none(log["trace_id"]),
        "span_id": text_or_none(log["span_id"]),
        "severity": (raw["severity_text"] if raw else "") or severity_name(number),
        "severity_number": number,
        "service": log["service"],
        "body": raw["body"] if raw else log["body"],
        "attributes": dict(raw["attributes"]) if raw else {},
    }


def severity_name(number: int) -> str | None:
    """Return the level of an OTLP severity number, or None for 0 (unspecified)."""
    return _SEVERITIES[min((number - 1) // 4, 5)] if number > 0 else None


def _common(row: Row) -> dict[str, Any]:
    return {
        "system": text_or_none(row["system"]),
        "category": text_or_none(row["category"]),
        "milestone": text_or_none(row["milestone"]),
        "outcome": text_or_none(row["outcome"]),
        "is_error": bool(row["is_error"]),
    }


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else names[0]


def _decoded(text: str) -> Any:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
