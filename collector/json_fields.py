"""How each kind of OTLP/JSON value becomes the value of a protobuf field."""

import base64
import binascii
import math
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from collector.refusals import BadDataError

Json = dict[str, Any]
Convert = Callable[[Any], Any]
# JSON key -> (protobuf field, conversion)
Plan = Mapping[str, tuple[str, Convert]]

_INTEGER = re.compile(r"-?[0-9]{1,20}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _Seen(threading.local):
    """What the request of this thread holds although OTLP forbids it."""

    enum_names = False


seen = _Seen()
_URL_SAFE = str.maketrans("-_", "+/")


def build_fields(value: Any, plan: Plan) -> Json:
    """Return the keyword arguments of a message for a JSON object; unknown keys and nulls are left out."""
    if type(value) is not dict:
        raise BadDataError("a JSON object was expected")
    fields = {}
    for key, inner in value.items():
        step = plan.get(key)
        if step is not None and inner is not None:
            fields[step[0]] = step[1](inner)
    return fields


def message(plan: Plan) -> Convert:
    """Return the conversion of a JSON object by *plan*."""
    return lambda value: build_fields(value, plan)


def many(convert: Convert) -> Convert:
    """Return the conversion of a JSON array whose elements *convert* takes."""

    def convert_all(value: Any) -> list[Any]:
        if type(value) is not list:
            raise BadDataError("a JSON array was expected")
        return [convert(inner) for inner in value]

    return convert_all


def text(value: Any) -> str:
    """Take a string."""
    if type(value) is not str:
        raise BadDataError("a JSON string was expected")
    return value


def truth(value: Any) -> bool:
    """Take true or false."""
    if type(value) is not bool:
        raise BadDataError("true or false was expected")
    return value


def integer(value: Any) -> int:
    """Take an integer as number or decimal string, in full precision."""
    if type(value) is int:
        return value
    if type(value) is str and _INTEGER.fullmatch(value):
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    raise BadDataError("an integer was expected")


def double(value: Any) -> float:
    """Take a number, a decimal string, or one of ``"NaN"``, ``"Infinity"``, ``"-Infinity"``."""
    if type(value) in (int, float):
        return float(value)
    if type(value) is str:
        if value in _WORDS:
            return _WORDS[value]
        if _NUMBER.fullmatch(value):
            return float(value)
    raise BadDataError("a number was expected")


def hexadecimal(value: Any) -> bytes:
    """Take a trace or span id: hexadecimal in either case."""
    try:
        return binascii.unhexlify(text(value))
    except ValueError as error:
        raise BadDataError("an id is not hexadecimal") from error


def base64_bytes(value: Any) -> bytes:
    """Take base64, standard or URL-safe, with or without padding."""
    plain = text(value).translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError as error:
        raise BadDataError("a bytes value is not base64") from error


def enumeration(descriptor: Any) -> Convert:
    """
    Return the conversion of an enum: its number, known or not.

    OTLP senders must not use names; like the Collector this receiver takes a known one.
    """
    numbers = {name: entry.number for name, entry in descriptor.values_by_name.items()}

    def convert(value: Any) -> int:
        found: int | None = numbers.get(value) if type(value) is str else None
        if found is None:
            return integer(value)
        seen.enum_names = True
        return found

    return convert
