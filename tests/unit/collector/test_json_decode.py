"""OTLP/JSON against protobuf."""

import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.config import LimitsConfig
from collector.json_decode import decode_json
from collector.otlp import LOGS, METRICS, SERVICES, TRACES
from collector.refusals import BadDataError, TooLargeError

_spec = importlib.util.spec_from_file_location("otlp_json", Path(__file__).with_name("otlp_json.py"))
otlp_json = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(otlp_json)

LIMITS = LimitsConfig()
TRACE_ID = "5b8efff798038103d269b633813fc60c"


def decode(service, value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return service.request.FromString(decode_json(service, body, LIMITS))


def span(**fields):
    request = decode(TRACES, {"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]})
    return request.resource_spans[0].scope_spans[0].spans[0]


def value_of(**fields):
    return span(attributes=[{"key": "k", "value": fields}]).attributes[0].value


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.signal)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_request_in_json_is_the_same_request(service, seed):
    draw = random.Random(seed)
    message = otlp_json.fill(service.request(), draw)
    assert decode(service, otlp_json.to_json(message, draw)) == message


def test_ids_are_hexadecimal_in_either_case():
    assert span(traceId=TRACE_ID).trace_id == span(traceId=TRACE_ID.upper()).trace_id == bytes.fromhex(TRACE_ID)


@pytest.mark.parametrize("text", ["xyz", "5b8", "5b 8e", "W47/95gDgQPSabYzgT/GDA==", 5, ["5b"]])
def test_what_is_not_hexadecimal_is_bad_data(text):
    with pytest.raises(BadDataError):
        span(traceId=text)


def test_snake_case_is_not_the_field():
    assert span(start_time_unix_nano=5, trace_id=TRACE_ID, name="n").ListFields()[0][1] == "n"
    assert span(start_time_unix_nano=5).start_time_unix_nano == 0


@pytest.mark.parametrize("form", ["1544712660000000001", 1544712660000000001])
def test_64_bit_integers_keep_their_precision(form):
    assert span(startTimeUnixNano=form).start_time_unix_nano == 1544712660000000001
    assert value_of(intValue=form).int_value == 1544712660000000001


@pytest.mark.parametrize("form", ["1_000", " 5", "0x10", "5.5", 5.5, True, "", [5], 2**64, "18446744073709551616"])
def test_what_is_no_integer_is_bad_data(form):
    with pytest.raises(BadDataError):
        span(startTimeUnixNano=form)


@pytest.mark.parametrize(("form", "text"), [("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"), (2, "2.0")])
def test_doubles_have_words(form, text):
    assert str(value_of(doubleValue=form).double_value) == text


@pytest.mark.parametrize("form", ["nan", "inf", "1e", "", True, [], {}])
def test_what_is_no_double_is_bad_data(form):
    with pytest.raises(BadDataError):
        value_of(doubleValue=form)


def test_a_bare_nan_token_is_bad_data():
    with pytest.raises(BadDataError):
        decode(TRACES, b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": NaN}]}]}]}')


@pytest.mark.parametrize("form", ["AQID/w==", "AQID/w", "AQID_w=="])
def test_bytes_are_base64(form):
    assert value_of(bytesValue=form).bytes_value == b"\x01\x02\x03\xff"


def test_enums_are_numbers_known_or_not_and_known_names_are_taken():
    assert span(kind=2).kind == 2
    assert span(kind=99).kind == 99
    assert span(kind="SPAN_KIND_CONSUMER").kind == 5
    with pytest.raises(BadDataError):
        span(kind="SPAN_KIND_NONSENSE")


def test_null_is_absent():
    assert span(name=None, attributes=None, status=None, traceId=None).ListFields() == []
    assert value_of(stringValue=None).WhichOneof("value") is None


def test_an_empty_value_is_kept_as_its_kind():
    assert value_of(stringValue="").WhichOneof("value") == "string_value"
    assert value_of(intValue=0).WhichOneof("value") == "int_value"
    assert value_of(arrayValue={}).WhichOneof("value") == "array_value"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"{",
        b"nope",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans": [5]}',
        b'{"a": "\xff"}',
        b'{"resourceSpans":[{"resource":{"attributes":[{"key":"\\ud800"}]}}]}',
    ],
)
def test_what_is_no_request_is_bad_data(body):
    with pytest.raises(BadDataError):
        decode(TRACES, body)


@pytest.mark.parametrize("depth", [100, 900, 100_000])
def test_deep_nesting_is_refused_whatever_is_nested(depth):
    value = '{"arrayValue":{"values":[' * depth + "{}" + "]}}" * depth
    body = '{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":' + value + "}]}}]}"
    for text in (body, "[" * depth, '{"unknown":' + "[" * depth + "]" * depth + "}"):
        if text is not body and depth < 1_000:
            continue
        with pytest.raises(BadDataError):
            decode(TRACES, text.encode())


def test_a_bomb_of_objects_is_refused_before_it_is_built():
    with pytest.raises(TooLargeError):
        decode_json(TRACES, b'{"x":[' + b"{}," * 2_000_001 + b"{}]}", LIMITS)


def test_error_texts_do_not_repeat_values():
    with pytest.raises(BadDataError) as refused:
        span(traceId="MRN-00471182")
    assert "MRN" not in str(refused.value)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "service"),
    [("trace.json", TRACES), ("logs.json", LOGS), ("metrics.json", METRICS), ("events.json", LOGS)],
)
def test_official_examples_lose_nothing(shared_data, name, service):
    path = next((path for path in (shared_data / "otlp-official").rglob(name)), None)
    if path is None:
        pytest.skip(f"{name} is not among the reference data")
    request = decode(service, path.read_bytes())
    assert otlp_json.to_json(request, random.Random(1)).keys() == json.loads(path.read_text()).keys()
    assert service.request.FromString(request.SerializeToString()) == request
