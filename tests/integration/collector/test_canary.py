"""
A secret of each kind in every text of every signal is found nowhere: not in the data folder, the store's rows, the log,
the metrics, the answers or the dead letters. Positions come from the message descriptors, so none is forgotten.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.commit import Commit
from collector.config import SpoolConfig
from collector.ingest import Ingest
from collector.keys import SpoolKey, load_key
from collector.redaction_rules import RedactionRules
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock
from core.errors import WaylineError
from runbooks import CatalogProvider
from storage.store import Store
from tests.conftest import Served

IN_TEXT = (
    *("123-45-6789", "MRN: ZQ7654321", "canary.person@secret.example", "614-555-0173", "4539148803436467"),
    "DOB 1970-01-31",
)
RECORD = "ZQRECORD0077"
BY_KEY = {"patient.mrn": RECORD, "user_password": "Pw-Canary-1", "patient.name": "Canary Jane", "dob": "19700131-cn"}
SECRETS = (*IN_TEXT, *BY_KEY.values())
TEXT = " / ".join(IN_TEXT)
REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
WAIT_S = 30.0
DUMP = """
import sys
from pathlib import Path
from storage.config import StorageConfig
from storage.store import open_store

store = open_store(StorageConfig(path=Path(sys.argv[1]), pool_size=1))
tables = store.rows("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'")
for table in tables:
    sys.stdout.buffer.write(store.native(f"SELECT * FROM {table['name']}"))
"""


def fill(message: Message, text: str) -> int:
    """Put *text* into every text of *message*, one element into everything repeated; return how many there are."""
    return sum(fill_field(message, field, text) for field in message.DESCRIPTOR.fields)


def fill_field(message: Any, field: Any, text: str) -> int:
    if field.type == field.TYPE_BYTES:
        setattr(message, field.name, b"\x07" * (16 if field.name == "trace_id" else 8))
    if field.type == field.TYPE_STRING:
        if field.is_repeated:
            getattr(message, field.name).append(text)
        else:
            setattr(message, field.name, text)
        return 1
    return fill_part(getattr(message, field.name), field, text) if field.message_type is not None else 0


def fill_part(part: Any, field: Any, text: str) -> int:
    match field.message_type.name:
        case "Metric":
            kinds = field.message_type.oneofs_by_name["data"].fields
            return sum(fill_metric(part.add(), kind.name, text) for kind in kinds)
        case "AnyValue":
            return fill_value(part, text)
        case "KeyValue":
            for key, secret in BY_KEY.items():
                part.add(key=key).value.string_value = secret
    return fill(part.add() if field.is_repeated else part, text)


def fill_metric(metric: Any, kind: str, text: str) -> int:
    metric.name = metric.description = metric.unit = text
    return 3 + fill(metric.metadata.add(), text) + fill(getattr(metric, kind).data_points.add(), text)


def fill_value(value: Any, text: str) -> int:
    """As a text, and in a list of bytes and of a map under a key of its own."""
    if "\n" not in text:
        value.string_value = text
        return 1
    items = value.array_value.values
    items.add(bytes_value=text.encode())
    pair = items.add().kvlist_value.values.add(key=text)
    pair.value.string_value = text
    for key, secret in BY_KEY.items():
        items[1].kvlist_value.values.add(key=key).value.string_value = secret
    return 3


def filled(signal: str, text: str = TEXT) -> bytes:
    request = REQUESTS[signal]()
    assert fill(request, text) > 15
    return request.SerializeToString()


def post(url: str, body: bytes, content_type: str) -> bytes:
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.read() + str(reply.headers).encode()
    except urllib.error.HTTPError as error:
        return error.read() + str(error.headers).encode()


def event(data: Any, **fields: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("source", "id", "type", "subject", "flow", "milestone", "system", "correlationid"), TEXT)
    return {"specversion": "1.0", **texts, "parenttype": TEXT, "parentid": TEXT, "note": TEXT, "data": data, **fields}


def send_everything(served: Served) -> bytes:
    """Send what is stored, what is refused and what is malformed; return the answers."""
    answers = b""
    for signal in REQUESTS:
        url = f"{served.otlp_http}/v1/{signal}"
        for body in (filled(signal), filled(signal, f"{TEXT}\n")):
            answers += post(url, body, "application/x-protobuf")
            answers += post(url, body[:-3], "application/x-protobuf")
        answers += post(url, json.dumps({TEXT: TEXT, "resourceSpans": TEXT}).encode(), "application/json")
        answers += post(url, f'{{"{TEXT}'.encode(), "application/json")
    refused = ExportTraceServiceRequest.FromString(filled("traces"))
    refused.resource_spans[0].scope_spans[0].spans[0].trace_id = b"short"
    answers += post(f"{served.otlp_http}/v1/traces", refused.SerializeToString(), "application/x-protobuf")
    door = f"{served.url}/api/v1/events"
    for data in (TEXT, {"person": [{TEXT: TEXT, **BY_KEY}]}, None):
        answers += post(door, json.dumps(event(data)).encode(), "application/cloudevents+json")
    answers += post(door, json.dumps(event(TEXT, outcome=TEXT)).encode(), "application/cloudevents+json")
    answers += post(door, json.dumps(event(TEXT, time=TEXT)).encode(), "application/cloudevents+json")
    answers += post(door, f'{{"{TEXT}'.encode(), "application/cloudevents+json")
    return answers


def found_in(content: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in content or secret.encode().hex().encode() in content]


def test_no_secret_is_left_anywhere(start_wayline: Callable[..., Served]):
    served = start_wayline()
    answers = send_everything(served)
    deadline = time.monotonic() + WAIT_S
    stored = 0.0
    while stored < 19 and time.monotonic() < deadline:
        time.sleep(0.3)
        with urllib.request.urlopen(f"{served.url}/metrics", timeout=10) as reply:
            metrics = reply.read()
        lines = [line for line in metrics.decode().splitlines() if line.startswith("wayline_flush_stored_rows_total")]
        stored = sum(float(line.rpartition(" ")[2]) for line in lines)
    # Two requests of a span, a record and five points; three events.
    assert stored == 2 + 2 + 10 + 3
    time.sleep(2)  # for a tick of the correlation, which writes what it read
    served.process.terminate()
    served.process.wait(30)
    dump = subprocess.run(
        [sys.executable, "-c", DUMP, str(served.data / "store")], capture_output=True, check=True, cwd=served.data
    ).stdout
    pseudonym = RedactionRules(
        CatalogProvider(None, SystemClock()), *load_key(served.data / SpoolConfig().key_file, "").pseudonym_key()
    ).pseudonyms(RECORD)[0]
    assert dump.count(pseudonym.encode()) > 20
    assert dump.count(b"[ssn]") > 50
    assert found_in(dump) == []
    assert found_in(answers) == []
    assert found_in(metrics) == []
    assert found_in(served.log.read_bytes()) == []
    files = [path for path in served.data.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert {path: found for path in files if (found := found_in(path.read_bytes()))} == {}


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(SpoolConfig(path=tmp_path / "spool", seal_after_s=0.0), SpoolKey(b"k" * 32), SystemClock())
    spool.start()
    yield spool
    spool.stop(WAIT_S)


@pytest.mark.parametrize("signal", list(REQUESTS))
def test_a_buried_request_is_no_plain_text(
    spool: Spool, engine: Store, tmp_path: Path, signal: str, capfd: pytest.CaptureFixture[str]
):
    rules = RedactionRules(CatalogProvider(None, SystemClock()), b"p" * 32, "k1")
    commit = Commit(spool, Ingest(engine, SystemClock()), chunk_bytes=2**20, redactor=rules.redactor)
    spool.append(Signal(signal), filled(signal), items=77).result(WAIT_S)
    assert spool.wait_sealed(WAIT_S)
    for _ in range(4):
        try:
            commit.store(spool.sealed())
            break
        except WaylineError:
            continue
    assert [letter.reason for letter in spool.dead_letters.list_letters()] == ["row_count"]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or found_in(path.read_bytes()) == []
    assert found_in("".join(capfd.readouterr()).encode()) == []
