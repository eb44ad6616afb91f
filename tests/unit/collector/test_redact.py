import json

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.decode.rewrite import rewrite_request
from collector.redact import Redactor, luhn_holds
from collector.signals import Signal
from runbooks.models import Redaction

CANARY = "123-45-6789"
SSN = Redaction(name="ssn", action="mask", value_pattern=r"\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\b", mask="[ssn]")
DROP = Redaction(name="secrets", action="drop", keys=("*password*",))
MRN = Redaction(name="mrn", action="hmac", key_pattern="(?i)mrn$")
CARD = Redaction(name="card", action="mask", value_pattern=r"\b[0-9]{13,16}\b", check="luhn", mask="[card]")
SHORT = Redaction(name="short", action="truncate", keys=("note",), length=3)


def redactor(*rules: Redaction) -> Redactor:
    return Redactor(rules, b"k" * 32, "k1")


def fill(message) -> None:
    """Put the canary into every text of *message*, and one element into everything repeated."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            if field.message_type.full_name.endswith("AnyValue"):
                part = getattr(message, field.name)
                part = part.add() if field.is_repeated else part
                part.string_value = CANARY
                if field.containing_type.name == "KeyValue":
                    inner = part.kvlist_value.values.add(key=CANARY)
                    inner.value.array_value.values.add(bytes_value=CANARY.encode())
                continue
            part = getattr(message, field.name)
            fill(part.add() if field.is_repeated else part)
        elif field.type == field.TYPE_STRING:
            if field.is_repeated:
                getattr(message, field.name).append(CANARY)
            else:
                setattr(message, field.name, CANARY)


@pytest.mark.parametrize(
    ("signal", "kind"),
    [
        (Signal.TRACES, ExportTraceServiceRequest),
        (Signal.LOGS, ExportLogsServiceRequest),
        (Signal.METRICS, ExportMetricsServiceRequest),
    ],
)
def test_a_secret_in_every_text_of_a_request_is_found(signal, kind):
    request = kind()
    fill(request)
    payload = request.SerializeToString()
    assert payload.count(CANARY.encode()) > 10
    clean = rewrite_request(signal, payload, redactor(SSN))
    assert CANARY.encode() not in clean
    assert b"[ssn]" in clean


def span_attributes(**values: str):
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    for key, value in values.items():
        span.attributes.add(key=key).value.string_value = value
    return request


def attributes_of(payload: bytes) -> dict[str, str]:
    span = ExportTraceServiceRequest.FromString(payload).resource_spans[0].scope_spans[0].spans[0]
    return {pair.key: pair.value.string_value for pair in span.attributes}


def test_each_action_does_what_it_says():
    request = span_attributes(user_password="x", patient_mrn="A1", note="abcdef", kept="4539 1488")
    payload = rewrite_request(Signal.TRACES, request.SerializeToString(), redactor(DROP, MRN, SHORT))
    found = attributes_of(payload)
    assert found == {"patient_mrn": redactor().pseudonym("A1"), "note": "abc", "kept": "4539 1488"}


def test_the_same_value_has_the_same_pseudonym_whatever_its_case_and_only_under_the_same_key():
    assert redactor().pseudonym(" a1 ") == redactor().pseudonym("A1")
    assert redactor().pseudonym("A1") != Redactor((), b"other" * 8, "k1").pseudonym("A1")
    assert redactor().pseudonym("A1").startswith("hmac:k1:")


def test_a_number_that_is_no_card_is_left_alone():
    request = span_attributes(card="4539148803436467", order="4539148803436468")
    found = attributes_of(rewrite_request(Signal.TRACES, request.SerializeToString(), redactor(CARD)))
    assert found == {"card": "[card]", "order": "4539148803436468"}


@pytest.mark.parametrize(
    ("digits", "holds"), [("79927398713", True), ("79927398710", False), ("0", False), ("", False)]
)
def test_the_check_digit_is_that_of_the_standard(digits: str, holds: bool):
    assert luhn_holds(digits) is holds


def test_integers_are_looked_at_too():
    request = span_attributes()
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.attributes.add(key="card").value.int_value = 4539148803436467
    found = attributes_of(rewrite_request(Signal.TRACES, request.SerializeToString(), redactor(CARD)))
    assert found == {"card": "[card]"}


def test_rules_of_one_system_leave_the_others_alone():
    rule = SSN.model_copy(update={"systems": ("hr-core",)})
    request = span_attributes(a=CANARY)
    request.resource_spans[0].resource.attributes.add(key="service.name").value.string_value = "erp"
    assert attributes_of(rewrite_request(Signal.TRACES, request.SerializeToString(), redactor(rule))) == {"a": CANARY}


def test_a_secret_anywhere_in_an_event_is_found():
    event = {
        **dict.fromkeys(("source", "id", "type", "subject", "correlation_id", "parent_type", "parent_id"), CANARY),
        **dict.fromkeys(("flow", "milestone", "outcome", "system"), CANARY),
        "time_ns": 5,
        "data": json.dumps({"person": [{"ssn": CANARY, "password": "x", "age": 5, "gone": None}], CANARY: True}),
        "attributes": {"person.0.ssn": CANARY, "person.0.password": "x", CANARY: "key"},
    }
    clean = rewrite_request(Signal.EVENTS, json.dumps([event]).encode(), redactor(SSN, DROP))
    assert CANARY.encode() not in clean
    read = json.loads(clean)[0]
    assert read["time_ns"] == 5
    assert json.loads(read["data"]) == {"person": [{"ssn": "[ssn]", "age": 5, "gone": None}], "[ssn]": True}
    assert read["attributes"] == {"person.0.ssn": "[ssn]", "[ssn]": "key"}


def test_without_rules_there_is_nothing_to_do():
    assert not redactor().has_rules
    assert redactor(SSN).has_rules


def test_a_rule_for_a_dotted_name_holds_for_values_within_one_another():
    rule = Redaction(name="patient", action="drop", keys=("patient.name",))
    request = span_attributes()
    span = request.resource_spans[0].scope_spans[0].spans[0]
    outer = span.attributes.add(key="patient").value.kvlist_value.values
    outer.add(key="name").value.string_value = CANARY
    outer.add(key="ward").value.string_value = "4B"
    assert attributes_of(rewrite_request(Signal.TRACES, request.SerializeToString(), redactor(rule))) == {
        "patient": '{"ward":"4B"}'
    }
    event = {
        **dict.fromkeys(("source", "id", "type", "system"), "x"),
        "data": json.dumps({"visit": {"patient": {"name": CANARY, "ward": "4B"}}}),
        "attributes": {"visit.patient.name": CANARY, "name": CANARY, "patient.ward": "4B", "ward": "4B"},
    }
    read = json.loads(rewrite_request(Signal.EVENTS, json.dumps([event]).encode(), redactor(rule)))[0]
    assert json.loads(read["data"]) == {"visit": {"patient": {"ward": "4B"}}}
    assert read["attributes"] == {"patient.ward": "4B", "ward": "4B"}
