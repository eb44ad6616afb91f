"""
A slow decoder of OTLP requests into the rows the engine must make of them, written from the specification alone.

Text forms: a map value is text; arrays and key-value lists are JSON and are compared parsed, numbers by value.
"""

import base64
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_NS = 2**63 - 1


def as_json(value: Any) -> Any:  # noqa: PLR0911  # one return a kind of value
    arm = value.WhichOneof("value")
    if arm is None:
        return None
    if arm == "array_value":
        return [as_json(inner) for inner in value.array_value.values]
    if arm == "kvlist_value":
        return {"pairs": [[pair.key, as_json(pair.value)] for pair in value.kvlist_value.values]}
    if arm == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if arm == "double_value":
        number = value.double_value
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        return number
    return getattr(value, arm)


def text_matches(text: str, value: Any) -> bool:  # noqa: PLR0911  # as above
    """Whether *text* is how *value* (an AnyValue) is written."""
    arm = value.WhichOneof("value")
    match arm:
        case None:
            return text == ""
        case "string_value":
            return text == value.string_value
        case "bool_value":
            return text == ("true" if value.bool_value else "false")
        case "int_value":
            return text == str(value.int_value)
        case "double_value":
            read = float(text)
            return read == value.double_value or (math.isnan(read) and math.isnan(value.double_value))
        case "bytes_value":
            return text == base64.b64encode(value.bytes_value).decode()
    return same_json(
        json.loads(text, object_pairs_hook=lambda pairs: {"pairs": [list(p) for p in pairs]}), as_json(value)
    )


def same_json(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        mine, theirs = dict(one["pairs"]), dict(other["pairs"])
        return mine.keys() == theirs.keys() and all(same_json(mine[key], theirs[key]) for key in mine)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def map_matches(stored: dict[str, str], sent: Any) -> bool:
    """Whether a map column holds the attributes *sent*; a key sent twice counts as its first."""
    first: dict[str, Any] = {}
    for pair in sent:
        first.setdefault(pair.key, pair.value)
    return stored.keys() == first.keys() and all(text_matches(stored[key], value) for key, value in first.items())


def moment(ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=min(ns, LAST_NS) // 1_000)


def spans(request: Any) -> Iterator[tuple[Any, Any, Any]]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield resource, scope, span


def log_records(request: Any) -> Iterator[tuple[Any, Any, Any]]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield resource, scope, record


def points(request: Any, kind: str) -> Iterator[tuple[Any, Any, Any, Any]]:
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if metric.WhichOneof("data") == kind:
                    for point in getattr(metric, kind).data_points:
                        yield resource, scope, metric, point
