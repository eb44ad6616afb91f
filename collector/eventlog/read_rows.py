"""
One row a dict from CSV, XES and OCEL 2.0 JSON, streamed: memory does not grow with the events.

XES (IEEE 1849-2023): event attributes by their key, trace attributes with ``case:`` before it. OCEL 2.0: event
attributes by name, ``ocel:id``, ``ocel:type``, ``ocel:timestamp``, and the ids of related objects as a list under
``ocel:type:<object type>``. Of its objects the type of each is held, because events name them by id alone.
"""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import ijson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from core.errors import PermanentError

Row = dict[str, Any]
_GZIP_MAGIC = b"\x1f\x8b"


class EventLogError(PermanentError):
    """The file is not what its mapping says it is."""


@dataclass(frozen=True)
class OpenLog:
    """
    An event log open for reading.

    Attributes:
        stream: Its bytes, unpacked.
        raw: The file itself; ``raw.tell()`` over the file's size is the progress.
    """

    stream: BinaryIO
    raw: BinaryIO


@contextmanager
def open_log(path: Path) -> Iterator[OpenLog]:
    """Open *path* for reading, through gzip when its first bytes say so."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise EventLogError(f"cannot read {path}: {error.strerror}", remedy="check the path") from error
    with raw:
        magic = raw.read(2)
        raw.seek(0)
        if magic == _GZIP_MAGIC:
            with gzip.open(raw) as unpacked:
                yield OpenLog(cast("BinaryIO", unpacked), raw)
        else:
            yield OpenLog(raw, raw)


def read_rows(stream: BinaryIO, kind: str) -> Iterator[Row]:
    """
    Yield the events of *stream* in file order.

    Args:
        stream: Uncompressed bytes.
        kind: ``csv``, ``xes`` or ``ocel``.

    Raises:
        EventLogError: The bytes are not of that kind.
    """
    readers = {"csv": _read_csv, "xes": _read_xes, "ocel": _read_ocel}
    try:
        yield from readers[kind](stream)
    except (
        csv.Error,
        UnicodeDecodeError,
        SyntaxError,
        ijson.JSONError,
        EOFError,
        gzip.BadGzipFile,
        DefusedXmlException,
    ) as error:
        raise EventLogError(f"the file is not readable as {kind}: {type(error).__name__}") from error


def _read_csv(stream: BinaryIO) -> Iterator[Row]:
    lines = (line.decode("utf-8-sig" if number == 0 else "utf-8") for number, line in enumerate(stream))
    yield from csv.DictReader(lines)


def _read_xes(stream: BinaryIO) -> Iterator[Row]:
    case: Row = {}
    around: list[Any] = []
    for happening, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if happening == "start":
            around.append(element)
            continue
        around.pop()
        tag, parent = _tag(element), around[-1] if around else None
        if tag == "event":
            # Trace attributes come before the events of their trace.
            yield case | _attributes_of(element)
        elif tag == "trace":
            case = {}
        elif parent is not None and _tag(parent) == "trace" and "key" in element.attrib:
            case[f"case:{element.get('key')}"] = element.get("value")
        if tag in ("event", "trace") and parent is not None:
            # What has been read is let go, by the tree as well.
            parent.remove(element)


def _tag(element: Any) -> str:
    return cast("str", element.tag).rpartition("}")[2]


def _attributes_of(event: Any) -> Row:
    return {child.get("key"): child.get("value") for child in event if child.get("key")}


def _read_ocel(stream: BinaryIO) -> Iterator[Row]:
    types = {item["id"]: item["type"] for item in ijson.items(stream, "objects.item", use_float=True)}
    stream.seek(0)
    for event in ijson.items(stream, "events.item", use_float=True):
        row: Row = {"ocel:id": event["id"], "ocel:type": event["type"], "ocel:timestamp": event["time"]}
        row |= {attribute["name"]: attribute["value"] for attribute in event.get("attributes", ())}
        for relation in event.get("relationships", ()):
            kind = types.get(relation["objectId"], "unknown")
            row.setdefault(f"ocel:type:{kind}", []).append(relation["objectId"])
        yield row
