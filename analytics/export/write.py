"""Summaries of transactions into a file: CSV for spreadsheets, Parquet for notebooks, XES for process mining."""

import csv
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.export.flat import COLUMNS, Summary, flatten, flatten_all, spreadsheet_safe

Writer = Callable[[Iterable[Summary], Path], int]
_PARQUET_BATCH_ROWS = 10_000
_MOMENT = pa.timestamp("us", tz="UTC")
_TYPES = {
    **dict.fromkeys(("started_at", "ended_at", "deadline_at"), _MOMENT),
    "tier": pa.int16(),
    "duration_ms": pa.float64(),
    "origin_confidence": pa.float64(),
    "breached": pa.bool_(),
    "late_by_ms": pa.float64(),
}
_XES_KINDS = {_MOMENT: "date", pa.int16(): "int", pa.float64(): "float", pa.bool_(): "boolean"}
_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def write_csv(summaries: Iterable[Summary], path: Path) -> int:
    """Write RFC 4180 CSV that is safe to open in a spreadsheet; return the number of rows."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        for row in flatten_all(summaries):
            writer.writerow({name: spreadsheet_safe(value) for name, value in row.items()})
            count += 1
    return count


def write_parquet(summaries: Iterable[Summary], path: Path) -> int:
    """Write Parquet in bounded memory; return the number of rows."""
    rows = flatten_all(summaries)
    count = 0
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(rows, _PARQUET_BATCH_ROWS)):
            writer.write_table(pa.Table.from_pylist([_with_moments(row) for row in batch], schema=_SCHEMA))
            count += len(batch)
    return count


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    times = (name for name, kind in _TYPES.items() if kind is _MOMENT and row[name])
    return row | {name: datetime.fromisoformat(row[name]) for name in times}


def write_xes(summaries: Iterable[Summary], path: Path) -> int:
    """Write XES (IEEE 1849-2023), a trace a transaction, an event a reached milestone; return the number of traces."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        xml = XMLGenerator(file, encoding="utf-8", short_empty_elements=True)
        xml.startDocument()
        xml.startElement("log", AttributesImpl({"xes.version": "1849.2023", "xmlns": "http://www.xes-standard.org/"}))
        for name, prefix in (("Concept", "concept"), ("Time", "time"), ("Organizational", "org")):
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            xml.startElement("extension", AttributesImpl({"name": name, "prefix": prefix, "uri": uri}))
            xml.endElement("extension")
        for summary in summaries:
            _write_trace(xml, summary)
            count += 1
        xml.endElement("log")
        xml.endDocument()
    return count


def _write_trace(xml: XMLGenerator, summary: Summary) -> None:
    flat = flatten(summary)
    xml.startElement("trace", AttributesImpl({}))
    _write_attribute(xml, "string", "concept:name", flat.pop("transaction_id"))
    for name, value in flat.items():
        _write_attribute(xml, _XES_KINDS.get(_TYPES.get(name), "string"), f"wayline:{name}", value)
    for step in summary.get("milestones", ()):
        if step.get("at"):
            xml.startElement("event", AttributesImpl({}))
            _write_attribute(xml, "string", "concept:name", step["name"])
            _write_attribute(xml, "date", "time:timestamp", step["at"])
            _write_attribute(xml, "string", "org:resource", step.get("system"))
            _write_attribute(xml, "string", "wayline:status", step["status"])
            xml.endElement("event")
    xml.endElement("trace")


def _write_attribute(xml: XMLGenerator, kind: str, key: str, value: Any) -> None:
    if value in (None, ""):
        return
    # XML 1.0 cannot carry most control characters, not even escaped.
    value = str(value).lower() if isinstance(value, bool) else value
    text = "".join(character for character in str(value) if character >= " " or character in "\t\n\r")
    xml.startElement(kind, AttributesImpl({"key": key, "value": text}))
    xml.endElement(kind)


WRITERS: dict[str, Writer] = {"csv": write_csv, "parquet": write_parquet, "xes": write_xes}
