"""
Message types of our own, for looking at OTLP bytes cheaply.

`span_ids` reads of each span its two ids and nothing else. `nested` puts a request inside as many empty messages as
leave upb, whose nesting limit is fixed at 100, exactly the levels that are allowed here.
"""

import threading
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from collector.wire import pack_varint

_Field = descriptor_pb2.FieldDescriptorProto
_UPB_DEPTH = 100
_LARGE_BYTES = 64 * 2**10
_REQUEST_TO_VALUE_LEVELS = 8  # request, resource, scope, span, event, attribute, value, and one for the leaf


def _build_span_ids() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="wayline/span_ids.proto", package="wayline.ids", syntax="proto3")
    span = file.message_type.add(name="Span")
    span.field.add(name="trace_id", number=1, type=_Field.TYPE_BYTES, label=_Field.LABEL_OPTIONAL)
    span.field.add(name="span_id", number=2, type=_Field.TYPE_BYTES, label=_Field.LABEL_OPTIONAL)
    for name, field, number, inner in (
        ("ScopeSpans", "spans", 2, "Span"),
        ("ResourceSpans", "scope_spans", 2, "ScopeSpans"),
        ("Request", "resource_spans", 1, "ResourceSpans"),
    ):
        message = file.message_type.add(name=name)
        message.field.add(
            name=field,
            number=number,
            type=_Field.TYPE_MESSAGE,
            label=_Field.LABEL_REPEATED,
            type_name=f".wayline.ids.{inner}",
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("wayline.ids.Request"))


SpanIdsRequest = _build_span_ids()


class NestingGuard:
    """
    Parses messages with a lower nesting limit than upb's.

    Args:
        max_nesting: Levels of nested arrays allowed inside an attribute value.

    Attributes:
        max_level: Messages that may be inside one another.
    """

    def __init__(self, max_nesting: int) -> None:
        self.max_level = _REQUEST_TO_VALUE_LEVELS + 2 * max_nesting
        self._room = _UPB_DEPTH - self.max_level
        self._nests = _Nests()

    def check(self, payload: bytes | bytearray, descriptor: Any, level: int = 0) -> Any:
        """
        Parse the message in *payload*; return it inside of others, to be taken out with `inner`.

        Args:
            payload: Serialized message.
            descriptor: Its type.
            level: Messages above it in the request.

        Raises:
            google.protobuf.message.DecodeError: It is not one, or it is nested too deep.
        """
        # Groups, unlike messages, do not say how long they are; so what goes around is the same for every size.
        around = self._room + level - 1
        before, after = b"\x0b" * around + b"\x12" + pack_varint(len(payload)), b"\x0c" * around
        return _build_nest(descriptor).FromString(self._nests.put(before, payload, after))

    def inner(self, checked: Any, level: int = 0) -> Any:
        """Return the message in what `check` returned for the same *level*."""
        for _ in range(self._room + level - 1):
            checked = checked.nest
        return checked.inner


class _Nests(threading.local):
    """
    Where a thread puts a large message together, the same bytes each time.

    Taken from the allocator and given back each time, its pages would come fresh from the kernel, which costs more than
    copying into them.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def put(self, before: bytes, payload: bytes | bytearray, after: bytes) -> bytes | bytearray:
        """Return all three behind one another, until the next call."""
        size_bytes = len(before) + len(payload) + len(after)
        if size_bytes < _LARGE_BYTES:
            return b"".join((before, payload, after))
        buffer = self._buffer
        if size_bytes > len(buffer):
            buffer += bytes(size_bytes - len(buffer))
        else:
            del buffer[size_bytes:]
        start, stop = len(before), len(before) + len(payload)
        # By way of a view, since a bytearray copies what is assigned to a slice of it once more.
        with memoryview(buffer) as view:
            view[:start], view[start:stop], view[stop:] = before, payload, after
        return buffer


@cache
def _build_nest(descriptor: Any) -> Any:
    package = f"wayline.nest.{descriptor.full_name}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto2", dependency=[descriptor.file.name]
    )
    message = file.message_type.add(name="Nest")
    for name, number, kind, type_name in (
        ("nest", 1, _Field.TYPE_GROUP, f".{package}.Nest"),
        ("inner", 2, _Field.TYPE_MESSAGE, f".{descriptor.full_name}"),
    ):
        message.field.add(name=name, number=number, type=kind, label=_Field.LABEL_OPTIONAL, type_name=type_name)
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Nest"))
