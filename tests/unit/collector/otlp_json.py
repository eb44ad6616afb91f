"""An OTLP/JSON writer by reflection, and random messages: the other side of the decoder, independent of it."""

import base64
import math
import random

from google.protobuf.descriptor import FieldDescriptor as Kind

HEX = {"trace_id", "span_id", "parent_span_id"}
NOT_IN_JSON = {"string_value_strindex", "key_strindex"}  # profiles only
_LONG = (Kind.TYPE_INT64, Kind.TYPE_UINT64, Kind.TYPE_FIXED64, Kind.TYPE_SFIXED64)


def to_json(message, draw: random.Random):
    """Return *message* in the OTLP JSON mapping; forms that are equivalent are drawn."""
    out = {}
    for field, value in message.ListFields():
        if field.is_repeated:
            out[field.json_name] = [_value(field, one, draw) for one in value]
        else:
            out[field.json_name] = _value(field, value, draw)
        if draw.random() < 0.1:
            out[f"unknown{draw.randrange(9)}"] = draw.choice([1, "x", None, {"a": [{}]}, [[]]])
    return out


def _value(field, value, draw):
    if field.type == Kind.TYPE_MESSAGE:
        return to_json(value, draw)
    if field.type == Kind.TYPE_BYTES:
        if field.name in HEX:
            return draw.choice([str.upper, str.lower])(value.hex())
        return base64.b64encode(value).decode()
    if field.type in _LONG:
        return draw.choice([str, int])(value)
    if field.type == Kind.TYPE_DOUBLE and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def fill(message, draw: random.Random, depth: int = 0):
    """Fill *message* with random values of every kind; return it."""
    oneofs = {}
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof and not field.name.startswith("_"):
            oneofs.setdefault(field.containing_oneof.name, []).append(field)
    chosen = {draw.choice(fields).name for fields in oneofs.values()}
    in_oneof = {field.name for fields in oneofs.values() for field in fields}
    for field in message.DESCRIPTOR.fields:
        wanted = field.name in chosen if field.name in in_oneof else draw.random() < 0.7
        if not wanted or field.name in NOT_IN_JSON or (depth > 9 and field.type == Kind.TYPE_MESSAGE):
            continue
        if field.type == Kind.TYPE_MESSAGE:
            if field.is_repeated:
                for _ in range(draw.randrange(3)):
                    fill(getattr(message, field.name).add(), draw, depth + 1)
            else:
                getattr(message, field.name).SetInParent()
                fill(getattr(message, field.name), draw, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(_random(field, draw) for _ in range(draw.randrange(4)))
        else:
            setattr(message, field.name, _random(field, draw))
    return message


def _random(field, draw):
    kinds = {
        Kind.TYPE_BYTES: lambda: draw.randbytes(draw.choice([0, 8, 16])),
        Kind.TYPE_STRING: lambda: draw.choice(["", "value", "Ärzte №7 \U0001f600", 'quote " \\ \n']),
        Kind.TYPE_BOOL: lambda: draw.random() < 0.5,
        Kind.TYPE_DOUBLE: lambda: draw.choice([0.0, -1.5, 1e300, math.inf, -math.inf, draw.random()]),
        Kind.TYPE_ENUM: lambda: draw.choice([0, 1, 2, 99]),
        Kind.TYPE_INT64: lambda: draw.choice([0, -1, 2**63 - 1, -(2**63), 1544712660000000001]),
        Kind.TYPE_SFIXED64: lambda: draw.choice([0, -1, 2**63 - 1, -(2**63)]),
        Kind.TYPE_UINT64: lambda: draw.choice([0, 2**64 - 1, 2**53 + 1]),
        Kind.TYPE_FIXED64: lambda: draw.choice([0, 2**64 - 1, 1544712660000000001]),
        Kind.TYPE_UINT32: lambda: draw.choice([0, 2**32 - 1]),
        Kind.TYPE_FIXED32: lambda: draw.choice([0, 2**32 - 1, 0x301]),
        Kind.TYPE_SINT32: lambda: draw.choice([0, -(2**31), 2**31 - 1]),
        Kind.TYPE_INT32: lambda: draw.choice([0, -(2**31), 2**31 - 1]),
    }
    return kinds[field.type]()
