"""
CloudEvents 1.0 over HTTP, in all three modes, to the rows of the events table.

Specification: CloudEvents 1.0.2, its HTTP protocol binding and JSON format (https://github.com/cloudevents/spec).
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import orjson

from collector.flatten import flatten_leaves
from collector.refusals import BadDataError, TooLargeError, UnsupportedMediaError
from core.clock import NS_PER_S, ns_from_datetime

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_JSON = "application/json"
_HEADER_PREFIX = "ce-"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_NAME = re.compile(r"[a-z0-9]+", re.ASCII)
_OUTCOMES = ("", "ok", "error", "retry")
# Extension attributes that have a column of their own.
_COLUMNS = {
    "correlationid": "correlation_id",
    "flow": "flow",
    "milestone": "milestone",
    "outcome": "outcome",
    "system": "system",
    "parenttype": "parent_type",
    "parentid": "parent_id",
}
_CORE = ("specversion", "id", "source", "type", "subject", "time", "data", "data_base64")

Event = dict[str, Any]


def read_events(headers: Mapping[str, str], body: bytes, *, max_events: int) -> list[Event]:
    """
    Return the events of one HTTP request as JSON-format objects, not yet checked one by one.

    Args:
        headers: Lower-case names.
        body: Inflated body.
        max_events: Most events in a batch.

    Raises:
        UnsupportedMediaError: Neither CloudEvents content type nor ``ce-`` headers.
        BadDataError: Not JSON of the mode's shape.
        TooLargeError: More than *max_events*.
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if "ce-specversion" in headers:
        return [_read_binary(headers, media_type, body)]
    if media_type not in (STRUCTURED, BATCHED, _JSON):
        raise UnsupportedMediaError(f"the content type is neither {STRUCTURED} nor {BATCHED}, without ce- headers")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadDataError("the body is not valid JSON") from error
    if isinstance(parsed, list) and media_type != STRUCTURED:
        if len(parsed) > max_events:
            raise TooLargeError(f"more than {max_events} events in one request")
        return parsed
    if isinstance(parsed, dict) and media_type != BATCHED:
        return [parsed]
    raise BadDataError("a JSON object was expected for one event, an array for a batch")


def _read_binary(headers: Mapping[str, str], media_type: str, body: bytes) -> Event:
    event: Event = {
        name.removeprefix(_HEADER_PREFIX): unquote(value)
        for name, value in headers.items()
        if name.startswith(_HEADER_PREFIX)
    }
    if not body:
        return event
    if media_type == _JSON or media_type.endswith("+json") or not media_type:
        try:
            event["data"] = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadDataError("the body is not valid JSON, as its content type says") from error
    else:
        try:
            event["data"] = body.decode()
        except UnicodeDecodeError:
            event["data_base64"] = base64.b64encode(body).decode("ascii")
    return event


def pack_events(events: list[Event], received_ns: int) -> bytes:
    """
    Return *events* as the JSON array that the spool keeps, one object per row of the events table.

    Raises:
        BadDataError: One of them is not a valid CloudEvent; nothing of the batch is taken.
    """
    return orjson.dumps([_pack_event(event, received_ns) for event in events])


def _pack_event(event: Any, received_ns: int) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise BadDataError("an event is not a JSON object")
    if event.get("specversion") != "1.0":
        raise BadDataError("specversion must be 1.0")
    texts = {name: _text(event, name, required=name != "subject") for name in ("source", "id", "type", "subject")}
    extensions = _extensions(event)
    data_text, leaves = _data(event)
    row: dict[str, Any] = {"time_ns": _time_ns(event.get("time"), received_ns), **texts}
    row |= {column: extensions.get(name, "") for name, column in _COLUMNS.items()}
    row["outcome"] = row["outcome"].lower()
    if row["outcome"] not in _OUTCOMES:
        raise BadDataError("outcome must be one of ok, error, retry")
    row["data"] = data_text
    row["attributes"] = leaves | extensions
    return row


def _text(event: Event, name: str, *, required: bool) -> str:
    value = event.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise BadDataError(f"{name} must be a non-empty string")
    return value


def _extensions(event: Event) -> dict[str, str]:
    found = {}
    for name, value in event.items():
        if name in _CORE or value is None:
            continue
        if not _NAME.fullmatch(name):
            raise BadDataError("names of extension attributes are lower-case letters and digits")
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            found[name] = str(value)
        else:
            raise BadDataError("extension attributes are strings, integers or booleans")
    return found


def _data(event: Event) -> tuple[str, dict[str, str]]:
    if event.get("data_base64") is not None:
        if event.get("data") is not None:
            raise BadDataError("data and data_base64 exclude one another")
        return _decode_base64(event["data_base64"]), {}
    data = event.get("data")
    if data is None:
        return "", {}
    try:
        text = orjson.dumps(data).decode()
    except orjson.JSONEncodeError as error:
        raise BadDataError("data is nested more than 254 levels deep") from error
    return text, flatten_leaves(data)


def _decode_base64(value: Any) -> str:
    """Bytes stay base64, as a JSON string; only their form is checked."""
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, binascii.Error, ValueError) as error:
        raise BadDataError("data_base64 is not base64") from error
    return orjson.dumps(value).decode()


def _time_ns(value: Any, received_ns: int) -> int:
    """Return Unix nanoseconds of an RFC 3339 time; the time of receipt when there is none."""
    if value is None:
        return received_ns
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise BadDataError("time must be RFC 3339 with an offset")
    day, clock, fraction, offset = match.groups()
    if clock.endswith(":60"):
        clock = f"{clock[:-2]}59"  # a leap second counts as the second before it
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
        whole_ns = ns_from_datetime(moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise BadDataError("time must be RFC 3339 with an offset") from error
    unix_ns = whole_ns + int((fraction or "0").ljust(9, "0"))
    return max(_MIN_NS, min(_MAX_NS, unix_ns))


# What a DateTime64(9) column holds: 1900 to 2262.
_MIN_NS = -2_208_988_800 * NS_PER_S
_MAX_NS = 9_223_372_036 * NS_PER_S
