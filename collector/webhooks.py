"""
Webhooks of other systems as business events, by the JMESPath mapping of their source in the catalog.

The mapping names fields of an event (``id``, ``time``, ``type``, ``subject``, ``flow``, ``milestone``, ``outcome``,
``system``, ``correlation``); every other name in it is an identifier or attribute of the event. The whole body stays
with the event as its data.
"""

import functools
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import jmespath
import jmespath.exceptions
import orjson

from collector.refusals import BadDataError, UnknownSourceError
from runbooks.models import Source

_FORM = "application/x-www-form-urlencoded"
_FIELDS = {
    **dict.fromkeys(("id", "event_id"), "id"),
    **{name: name for name in ("time", "type", "subject", "flow", "milestone", "outcome", "system")},
    **dict.fromkeys(("correlation", "correlation_id", "correlationid"), "correlationid"),
    **dict.fromkeys(("parent", "parent_id", "parentid"), "parentid"),
    **dict.fromkeys(("parent_type", "parenttype"), "parenttype"),
}
_MILLISECONDS_ABOVE = 1e11
"""Unix seconds reach this in the year 5138, Unix milliseconds passed it in 1973."""


def read_webhook(source: Source, media_type: str, body: bytes) -> dict[str, Any]:
    """
    Return what *source* posted as a CloudEvent in JSON format.

    An event without an ``id`` of its own goes by the digest of the body: the same body sent again is the same event.

    Raises:
        BadDataError: The body is not JSON or a form, or what the mapping finds has no place in an event.
    """
    posted = _parse(media_type, body)
    digest = hashlib.sha256(body).hexdigest()[:32]
    event: dict[str, Any] = {"specversion": "1.0", "id": digest, "type": "webhook", "source": source.name}
    if len(source.systems) == 1:
        event["system"] = source.systems[0]
    further = {}
    for name, expression in source.mapping.items():
        found = _find(name, expression, posted)
        if found is None:
            continue
        field = _FIELDS.get(name)
        if field is None:
            further[name] = found
        else:
            event[field] = _time_text(found) if field == "time" else _text(name, found)
    event["data"] = {**(posted if isinstance(posted, dict) else {"body": posted}), **further}
    return event


def _parse(media_type: str, body: bytes) -> Any:
    if media_type == _FORM:
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1_000))
        except ValueError as error:
            raise BadDataError("the body is not a form, as its content type says") from error
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadDataError("the body is not valid JSON") from error


@functools.lru_cache(1_000)
def _compile(expression: str) -> Any:
    return jmespath.compile(expression)


def _find(name: str, expression: str, posted: Any) -> Any:
    try:
        return _compile(expression).search(posted)
    except (jmespath.exceptions.JMESPathError, TypeError, ValueError, RecursionError) as error:
        # Its functions do not check all they are given: max_by of texts and numbers, to_string of deep nesting.
        raise BadDataError(f"the mapping of {name!r} does not fit what was posted") from error


def _text(name: str, found: Any) -> str:
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise BadDataError(f"the mapping of {name!r} finds neither a text nor a number")
    return str(found)


def _time_text(found: Any) -> str:
    """Return RFC 3339 text; numbers are Unix seconds or milliseconds."""
    if isinstance(found, str | bool) or not isinstance(found, int | float):
        return _text("time", found)
    try:
        return datetime.fromtimestamp(found / 1_000 if found > _MILLISECONDS_ABOVE else found, UTC).isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise BadDataError("the mapping of 'time' finds a number that is no time") from error


def find_source(sources: Mapping[str, Source], name: str) -> Source:
    """
    Return the source called *name*.

    Raises:
        UnknownSourceError: The catalog has none, or one that is no webhook or has no mapping.
    """
    source = sources.get(name)
    if source is None or source.type != "webhook" or not source.mapping:
        raise UnknownSourceError("the catalog has no kind: Source of this name with type: webhook and a mapping")
    return source
