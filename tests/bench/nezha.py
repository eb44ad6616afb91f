"""
The labelled fault sets of Nezha (Yu et al., ESEC/FSE 2023) as OTLP: what a collector of these systems would have sent.

A pod without its two suffixes is the service. A span is an error when a log of the same span is a warning or an error.
It is a server span when its parent is of another service. The baseline is the fault-free window of the day (of the
other day, where a day has none) and the traces of the minute of the injection that ended before it.
"""

import csv
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.decode.image import delimited_request
from collector.decode.statements import decodes_of
from collector.signals import Signal
from core.memory_file import memory_file
from storage.store import Store

csv.field_size_limit(10**9)
Row = dict[str, str]
_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b")
_SEVERITY = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "FATAL": 21}
_WARN = 13
_UP_TO_LEVEL = 60


@dataclass
class Half:
    """Spans and log lines of one of both times."""

    spans: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)

    def times(self) -> tuple[datetime, datetime]:
        """Return when the first span started, and just after the last one started."""
        starts = [int(span["StartTimeUnixNano"]) for span in self.spans]
        return moment(min(starts)), moment(max(starts)) + timedelta(microseconds=1)


@dataclass
class Case:
    """One injected fault: where it is, of what type, what was seen before it and under it."""

    name: str
    service: str
    fault: str
    baseline: Half
    window: Half


def moment(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns // 10**9, UTC) + timedelta(microseconds=time_ns % 10**9 // 1_000)


def cases(folder: Path, chosen: slice = slice(None)) -> Iterator[Case]:
    """Yield the cases of *folder* whose archive is there, in the order of their names."""
    labels = json.loads((folder / "labels.json").read_text())
    there = [label for label in labels if "archive" in label and (folder / label["archive"]).exists()]
    for label in sorted(there, key=lambda label: label["id"])[chosen]:
        if "fault_type" in label:
            yield _case(folder, label)


def _case(folder: Path, label: dict[str, Any]) -> Case:
    injected = label["inject_time_utc"]
    injected_ns = int(datetime.fromisoformat(injected).timestamp()) * 10**9
    with tarfile.open(folder / label["archive"]) as archive:
        names = archive.getnames()
        window = _half(archive, "fault" if "fault_trace.csv" in names else "mixed")
        before = _half(archive, "pre") if "pre_trace.csv" in names else Half()
    clean = _ended_before(before, injected_ns)
    normal = _normal(folder, injected[:10])
    baseline = Half(normal.spans + clean.spans, normal.logs + clean.logs)
    return Case(label["id"], label["root_cause_service"], label["fault_type"], baseline, window)


@cache
def _normal(folder: Path, day: str) -> Half:
    windows = sorted(folder.glob("normal-*.tar.xz"))
    of_the_day = [path for path in windows if path.name.startswith(f"normal-{day}")]
    with tarfile.open((of_the_day or windows)[0]) as archive:
        return _half(archive, "normal")


def _half(archive: tarfile.TarFile, prefix: str) -> Half:
    names = archive.getnames()
    return Half(*(_rows(archive, f"{prefix}_{kind}.csv", names) for kind in ("trace", "log")))


def _rows(archive: tarfile.TarFile, name: str, names: list[str]) -> list[Row]:
    if name not in names:
        return []
    return list(csv.DictReader(io.TextIOWrapper(archive.extractfile(name), "utf-8")))  # type: ignore[arg-type]  # it is a file


def _ended_before(half: Half, injected_ns: int) -> Half:
    late = {span["TraceID"] for span in half.spans if int(span["EndTimeUnixNano"]) >= injected_ns}
    return Half(
        [span for span in half.spans if span["TraceID"] not in late],
        [log for log in half.logs if log["TraceID"] not in late],
    )


def deliver(store: Store, half: Half) -> None:
    """Store *half* through the statements that decode OTLP."""
    logs = [_log(row) for row in half.logs]
    failing = {log["span_id"] for log in logs if log["severity_number"] >= _WARN}
    now_ns = int(half.spans[0]["EndTimeUnixNano"])
    for number, (signal, request) in enumerate(
        ((Signal.TRACES, _traces(half, failing)), (Signal.LOGS, _logs(logs))), 1
    ):
        decode = decodes_of(signal, "flat")[0]
        with memory_file(delimited_request(request, number, now_ns)) as path:
            store.execute(decode.insert_sql, decode.params(path))


def _service(row: Row) -> str:
    return row["PodName"].rsplit("-", 2)[0]


def _traces(half: Half, failing: set[bytes]) -> bytes:
    service_of = {span["SpanID"]: _service(span) for span in half.spans}
    request = ExportTraceServiceRequest()
    groups: dict[str, Any] = {}
    for row in half.spans:
        service = _service(row)
        if service not in groups:
            by_resource = request.resource_spans.add()
            by_resource.resource.attributes.add(key="service.name").value.string_value = service
            groups[service] = by_resource.scope_spans.add().spans
        parent = "" if row["ParentID"] == "root" else row["ParentID"]
        span_id = bytes.fromhex(row["SpanID"])
        span = groups[service].add(
            trace_id=bytes.fromhex(row["TraceID"]),
            span_id=span_id,
            parent_span_id=bytes.fromhex(parent),
            name=row["OperationName"],
            kind=2 if service_of.get(parent, service) != service else 1,
            start_time_unix_nano=int(row["StartTimeUnixNano"]),
            end_time_unix_nano=int(row["EndTimeUnixNano"]),
        )
        if span_id in failing:
            span.status.code = 2
    return request.SerializeToString()


def _log(row: Row) -> dict[str, Any]:
    try:
        text = json.loads(row["Log"])["log"]
    except (ValueError, KeyError, TypeError):
        text = row["Log"]
    level = _LEVEL.search(text[:_UP_TO_LEVEL])
    whole, _, fraction = row["Timestamp"].rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    return {
        "service": _service(row),
        "trace_id": bytes.fromhex(row["TraceID"]),
        "span_id": bytes.fromhex(row["SpanID"]),
        "time_unix_nano": seconds * 10**9 + int(fraction.ljust(9, "0")[:9]),
        "severity_number": _SEVERITY[level.group(1)] if level else 0,
        "text": text,
    }


def _logs(logs: list[dict[str, Any]]) -> bytes:
    request = ExportLogsServiceRequest()
    groups: dict[str, Any] = {}
    for log in logs:
        service, text = log.pop("service"), log.pop("text")
        if service not in groups:
            by_resource = request.resource_logs.add()
            by_resource.resource.attributes.add(key="service.name").value.string_value = service
            groups[service] = by_resource.scope_logs.add().log_records
        groups[service].add(**log).body.string_value = text
    return request.SerializeToString()
