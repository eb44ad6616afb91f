"""What the decode statement takes out is what `collector.redact` takes out, one text after the other."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.decode.rewrite import rewrite_request
from collector.decode.statements import TABLES, decodes_of
from collector.decode.structures import Depth
from collector.ingest import Ingest, OwnedFrame
from collector.redact import Redactor
from collector.segment import Frame
from collector.signals import Signal
from core.clock import SystemClock
from core.errors import PermanentError
from runbooks import load_catalog
from runbooks.models import Redaction
from storage.store import Store

REQUESTS = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}
TEXTS = (
    *("", " ", "plain", "/api/orders/{id}", "é\u2028", "\x00", "a\nb\n", "4500012345", "2026-11-23T04:00:00Z"),
    *("123-45-6789", "x 123-45-6789, 987-65-4321.", "1123-45-67890", "MRN: AB1234567", "mrn#00012345 and mrn=1234567"),
    *("4539148803436467", "4539148803436468", "card 4539 1488 0343 6467!", "378282246310005 4539148803436468"),
    *("jane.doe@example.org", "a@b", "a@b.co,c@d.example", "(614) 555-0123", "+1 614-555-0123", "614.555.0123"),
    *("DOB 1970-01-31", "born on 1/31/70", "dob", "password", "patient.mrn", "Straße ", "\\0 \\1 $1"),
)
KEYS = (
    *(
        "http.route",
        "correlation.id",
        "service.name",
        "",
        "user_password",
        "Authorization",
        "x.authorization",
        "authorization2",
    ),
    *(
        "patient.name",
        "hl7.pid.3",
        "patient.mrn",
        "MRN",
        "mrn_count",
        "medical-record-no",
        "mrn\n",
        "dob",
        "x.birth_date",
    ),
    *("hr.employee.name", "acme.iban", "note", "123-45-6789", "jane.doe@example.org", "my.SECRET.key", "free.text"),
)
SERVICES = ("erp", "hr-core", "", "123-45-6789")
ids = itertools.count(1)


def rule(name: str, action: Any, **fields: Any) -> Redaction:
    return Redaction(name=name, action=action, **fields)


SSN = r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b"
RULES: dict[str, Sequence[Redaction]] = {
    "hmac of what is found, then of a key": (
        rule("ssn", "hmac", value_pattern=SSN),
        rule("mrn", "hmac", key_pattern="(?i)mrn$"),
        rule("rest", "mask", value_pattern="(?i)hmac|x", mask="\\0<m>"),
    ),
    "truncated": (
        rule("note", "truncate", keys=("note", "free.*"), length=3),
        rule("number", "truncate", value_pattern="[0-9]{4,}", length=2),
    ),
    "dropped by value": (
        rule("ssn", "drop", value_pattern=SSN),
        rule("late", "mask", keys=("free.text",), mask="late"),
    ),
    "for some services": (
        rule("ssn", "mask", value_pattern=SSN, systems=("hr-core",)),
        rule("names", "drop", keys=("patient.*",), data_class="pii"),
        rule("mail", "mask", value_pattern="[a-z.]+@[a-z.]+", mask="[mail]"),
    ),
    "but for some keys": (rule("ssn", "mask", value_pattern=SSN, except_keys=("note", "http.*")),),
    "check digit": (
        rule("card", "mask", value_pattern=r"\b[0-9 ]{13,19}\b", check="luhn", mask="[card]"),
        rule("cards", "hmac", value_pattern=r"[0-9]{15,16}", check="luhn", keys=("free.text",)),
    ),
}


RULES["shipped"] = tuple(load_catalog([]).redactions.values())


def redactor(name: str) -> Redactor:
    """Services are their own systems; hr-core holds personal data."""
    return Redactor(RULES[name], b"k" * 32, "k1", lambda service: (service, "pii" if service == "hr-core" else ""))


def fill(message: Message, rng: random.Random, count: int) -> None:
    """Set every field of *message*, repeated ones to at most *count* elements; no arrays and key-value lists."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            fill_scalar(message, field, rng)
        elif field.message_type.name == "AnyValue":
            if not field.is_repeated:
                fill_value(getattr(message, field.name), rng)
        elif field.is_repeated:
            for _ in range(count if field.message_type.name in ITEMS else rng.randrange(1, 3)):
                fill(getattr(message, field.name).add(), rng, count)
        elif field.containing_oneof is None or rng.random() < 1 / len(field.containing_oneof.fields):
            fill(getattr(message, field.name), rng, count)
    if message.DESCRIPTOR.name == "KeyValue":
        message.key = rng.choice(KEYS)


ITEMS = ("Span", "LogRecord", "Metric")


def fill_scalar(message: Any, field: Any, rng: random.Random) -> None:
    if field.containing_oneof is not None and rng.random() < 0.5:
        return
    match field.type:
        case field.TYPE_STRING:
            value: Any = rng.choice(TEXTS)
        case field.TYPE_BYTES:
            value = rng.randbytes(16 if field.name == "trace_id" else 8)
        case field.TYPE_DOUBLE:
            value = float(rng.randrange(10**6))
        case field.TYPE_BOOL:
            value = rng.random() < 0.5
        case field.TYPE_ENUM:
            value = 1
        case _:
            value = rng.randrange(10**4)
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


def fill_value(value: Any, rng: random.Random) -> None:
    kind = rng.randrange(9)
    if kind == 0:
        value.int_value = rng.choice([5, -1, 4539148803436467, 4539148803436468, 6145550123])
    elif kind == 1:
        value.double_value = float(rng.randrange(10**6)) / 4
    elif kind == 2:
        value.bool_value = rng.random() < 0.5
    elif kind == 3:
        value.bytes_value = rng.choice([b"", b"\xff\xfe", b"plain", *(text.encode() for text in TEXTS)])
    elif kind > 4:
        value.string_value = rng.choice(TEXTS)


def owned(signal: Signal, payload: bytes) -> OwnedFrame:
    segment = SegmentOf(next(ids))
    return OwnedFrame(segment, Frame(payload, 1_795_000_000_123_456_789, 0, 0))


@dataclass(frozen=True)
class SegmentOf:
    """The part of a segment that an insert looks at."""

    id: int


def rows(engine: Store, signal: Signal, segment_id: int) -> list[Any]:
    found = []
    for table in TABLES[signal]:
        sql = f"SELECT * EXCEPT segment_id FROM {table} WHERE segment_id = {{id:UInt64}}"
        found += [sorted(map(repr, row.items())) for row in engine.rows(sql, {"id": segment_id})]
    # By what no rule touches, so that a difference shows in its row.
    return sorted(found, key=lambda row: [one for one in row if "dropped" in one or "time" in one])


@pytest.mark.parametrize(
    ("name", "signal"),
    # Five statements make the data points, of the same expressions: once is enough.
    [*itertools.product(RULES, [Signal.TRACES, Signal.LOGS]), ("shipped", Signal.METRICS)],
)
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes and is not for CI
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_the_statement_takes_out_what_the_redactor_takes_out(engine: Store, name: str, signal: Signal, seed: int):
    rng = random.Random(seed)
    request = REQUESTS[signal]()
    for resources in (getattr(request, request.DESCRIPTOR.fields[0].name).add() for _ in range(3)):
        fill(resources, rng, 12)
        resources.resource.attributes.add(key="service.name").value.string_value = rng.choice(SERVICES)
    payload = request.SerializeToString()
    rules = redactor(name)
    ingest = Ingest(engine, SystemClock())
    by_engine, by_python = owned(signal, payload), owned(signal, rewrite_request(signal, payload, rules))
    assert rules.sql is not None
    probes: list[Depth] = ["plain", "flat"] if rules.sql.is_probeable else []
    ingest.insert(signal, [by_engine], [*probes, "redacted"], rules)
    ingest.insert(signal, [by_python], ["flat"])
    expected = rows(engine, signal, by_python.segment.id)
    assert expected
    for got, wanted in zip(rows(engine, signal, by_engine.segment.id), expected, strict=True):
        assert got == wanted


def _request_with(key: str, text: str, name: str = "GET") -> Any:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    span = resource.scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8, name=name)
    span.attributes.add(key=key).value.string_value = text
    return request


@pytest.mark.parametrize("depth", ["plain", "flat"])
@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_changes_is_refused_by_the_statement_that_only_looks(engine: Store, name: str, depth: Depth):
    rules = redactor(name)
    assert rules.sql is not None
    if not rules.sql.is_probeable:
        assert name in ("dropped by value", "but for some keys")
        return
    requests = [_request_with("k", text) for text in TEXTS] + [_request_with(key, "4711") for key in KEYS]
    requests += [_request_with("k", "v", name=text) for text in TEXTS]
    ingest = Ingest(engine, SystemClock())
    for request in requests:
        payload = request.SerializeToString()
        try:
            ingest.insert(Signal.TRACES, [owned(Signal.TRACES, payload)], [depth], rules)
        except PermanentError:
            continue
        assert rewrite_request(Signal.TRACES, payload, rules) == rewrite_request(Signal.TRACES, payload)


def test_telemetry_that_no_rule_is_for_is_stored_by_the_statement_that_only_looks(engine: Store):
    one = owned(Signal.TRACES, _request_with("http.route", "/api/orders/{id}").SerializeToString())
    Ingest(engine, SystemClock()).insert(Signal.TRACES, [one], ["plain"], redactor("shipped"))
    assert engine.value("SELECT attributes['http.route'] FROM spans") == "/api/orders/{id}"


def test_the_secret_of_pseudonyms_is_in_no_statement(engine: Store):
    rules = redactor("hmac of what is found, then of a key")
    assert rules.sql is not None
    assert rules.secret.decode() not in repr(rules.sql)
    decode = decodes_of(Signal.TRACES, "redacted", rules.sql)[0]
    assert "secret_path" in decode.insert_sql
