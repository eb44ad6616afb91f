"""
Message types of our own, for looking at OTLP bytes cheaply.

`span_ids` reads of each span its two ids and nothing else. `nested` puts a request inside as many empty messages as
leave upb, whose nesting limit is fixed at 100, exactly the levels that are allowed here.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from collector.wire import pack_varint

_Field = descriptor_pb2.FieldDescriptorProto
_UPB_DEPTH = 100
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
        self._nests: dict[str, Any] = {}

    def parse(self, payload: bytes, descriptor: Any, level: int = 0) -> Any:
        """
        Return the message in *payload*.

        Args:
            payload: Serialized message.
            descriptor: Its type.
            level: Messages above it in the request.

        Raises:
            google.protobuf.message.DecodeError: It is not one, or it is nested too deep.
        """
        levels = self._room + level
        heads = []
        size = len(payload)
        tag = b"\x12"
        for _ in range(levels):
            head = tag + pack_varint(size)
            heads.append(head)
            size += len(head)
            tag = b"\x0a"
        message = self._nest(descriptor).FromString(b"".join((*reversed(heads), payload)))
        for _ in range(levels - 1):
            message = message.nest
        return message.inner

    def _nest(self, descriptor: Any) -> Any:
        found = self._nests.get(descriptor.full_name)
        if found is None:
            found = self._nests[descriptor.full_name] = _build_nest(descriptor)
        return found


def _build_nest(descriptor: Any) -> Any:
    package = f"wayline.nest.{descriptor.full_name}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto3", dependency=[descriptor.file.name]
    )
    message = file.message_type.add(name="Nest")
    for name, number, type_name in (("nest", 1, f".{package}.Nest"), ("inner", 2, f".{descriptor.full_name}")):
        message.field.add(
            name=name, number=number, type=_Field.TYPE_MESSAGE, label=_Field.LABEL_OPTIONAL, type_name=type_name
        )
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Nest"))
