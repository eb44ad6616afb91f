"""From rows in the exporter's shape to the bytes of an OTLP request: the engine encodes, Python only joins."""

from collections.abc import Iterator
from dataclasses import dataclass

from collector.otel_ingest.statements import encode_sql
from core.memory_file import memory_file
from storage.sqlfiles import load_sql
from storage.store import Store

_CHUNK = load_sql("collector.otel_ingest", "sql/chunk")
_EMPTY_ENVELOPE = b"\x0a\x00"  # field 1 of every request, without content: OTLP allows it, and no row comes of it


@dataclass(frozen=True)
class Chunk:
    """
    Some rows of a part that become one request.

    Attributes:
        table: Name in database ``otel_ingest``.
        part: Name of the part.
        number: Place of the chunk in its part, from 0.
        first: Offset of the first row.
        last: Offset behind the last one.
    """

    table: str
    part: str
    number: int
    first: int
    last: int


def read_request(store: Store, chunk: Chunk) -> bytes:
    """
    Return *chunk* as one Export*ServiceRequest; the same bytes each time.

    Raises:
        storage.errors.StoreError: A statement failed; nothing has changed.
    """
    where = {"table": chunk.table, "part": chunk.part, "first": chunk.first, "last": chunk.last}
    blocks = store.native(_CHUNK, where)
    with memory_file([blocks]) as path, store.local_engine().client() as client:
        messages = client.raw_query(encode_sql(chunk.table), parameters={"path": path}, fmt="Protobuf")
    # Equal rows further on in the part are not the same rows sent again: the place makes the bytes differ.
    return b"".join(undelimited(messages)) + _EMPTY_ENVELOPE * chunk.number


def undelimited(messages: bytes) -> Iterator[bytes]:
    """Yield the messages of a stream in which each follows its length; joined they are one message."""
    offset = 0
    while offset < len(messages):
        length, shift = 0, 0
        while True:
            byte = messages[offset]
            offset += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004  # the bit that says that another byte follows
                break
        yield messages[offset : offset + length]
        offset += length
