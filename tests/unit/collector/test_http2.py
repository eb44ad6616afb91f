"""HTTP/2 as the gRPC door speaks it, against the h2 library as a client, and against bytes that break its rules."""

import random

import h2.config
import h2.connection
import h2.events
import h2.settings
import hpack
import pytest

from collector import http2_frames as frames
from collector.admission import Admission
from collector.config import LimitsConfig
from collector.http2_connection import Http2Connection
from collector.http2_frames import ConnectionFaultError, ErrorCode
from collector.http2_headers import HeaderReader, pack_headers, timeout_s
from collector.message_memory import MessageMemory
from collector.refusals import BadDataError, OverloadedError, RefusalError

HEADERS = [
    (":method", "POST"),
    (":scheme", "http"),
    (":authority", "x"),
    (":path", "/s/Export"),
    ("content-type", "application/grpc"),
]
PREFACE = frames.PREFACE + frames.pack_settings({})


def message(body):
    return b"\0" + len(body).to_bytes(4, "big") + body


class Wire:
    """A transport that keeps what was written."""

    def __init__(self):
        self.out = b""
        self.is_closed = False

    def write(self, data):
        assert not self.is_closed
        self.out += data

    def take(self):
        out, self.out = self.out, b""
        return out

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed


class Door:
    """A connection, and a handler that answers each message with what *answers* makes of it."""

    def __init__(self, answers=lambda _body: b"", limits=None, at_once=True):
        self.admission = Admission(2**28)
        self.answers = answers
        self.at_once = at_once
        self.messages = []
        self.waiting = []
        self.refused = []
        self.wire = Wire()
        self.open = set()
        self.connection = Http2Connection(
            self, self.open, self.admission, limits or LimitsConfig(), MessageMemory(), memoryview(bytearray(2**16))
        )
        self.connection.connection_made(self.wire)

    def begin(self, connection, call):
        pass

    def refuse(self, connection, call, error):
        self.refused.append(error)
        connection.answer_headers(call, pack_headers({"grpc-status": str(error.grpc_code)}))

    def process(self, connection, call):
        try:
            body = bytes(call.whole_message())
        except RefusalError as error:
            self.refuse(connection, call, error)
            call.release()
            return
        self.messages.append(body)
        self.waiting.append((call, body))
        if self.at_once:
            self.answer_all()

    def answer_all(self):
        for call, body in self.waiting:
            self.connection.answer(call, self.answers(body))
            call.release()
        self.waiting = []

    def feed(self, data, step=2**16):
        for start in range(0, len(data), step):
            stretch = data[start : start + step]
            self.connection.get_buffer(-1)[: len(stretch)] = stretch
            self.connection.buffer_updated(len(stretch))


class Client:
    """The h2 library against a door."""

    def __init__(self, door, initial_window=None):
        self.door = door
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        if initial_window is not None:
            self.h2.local_settings = h2.settings.Settings(
                client=True, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: initial_window}
            )
        self.h2.initiate_connection()
        self.events = []
        self.exchange()

    def exchange(self):
        while True:
            self.door.feed(self.h2.data_to_send())
            got = self.door.wire.take()
            if not got:
                return
            self.events += self.h2.receive_data(got)

    def call(self, body, pieces=1):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, HEADERS)
        data = message(body)
        while data:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            size = min(room, -(-len(data) // pieces))
            assert size > 0, "the door gave no room"
            self.h2.send_data(stream, data[:size], pad_length=3 if pieces > 1 and size < room - 4 else None)
            data = data[size:]
            self.exchange()
        self.h2.end_stream(stream)
        self.exchange()
        return stream

    def answer(self, stream):
        data = b"".join(
            one.data for one in self.events if isinstance(one, h2.events.DataReceived) and one.stream_id == stream
        )
        trailers = [
            dict(one.headers)
            for one in self.events
            if isinstance(one, h2.events.TrailersReceived) and one.stream_id == stream
        ]
        return data, trailers


def goaway_code(out):
    """Return the code of the GOAWAY frame that ends *out*."""
    assert out[-17:-12] == b"\x00\x00\x08\x07\x00", out[-17:]
    return ErrorCode(int.from_bytes(out[-4:], "big"))


def call_bytes(stream, body, encoder):
    block = encoder.encode(HEADERS)
    return frames.pack_frame(frames.HEADERS, frames.END_HEADERS, stream, block) + frames.pack_frame(
        frames.DATA, frames.END_STREAM, stream, message(body)
    )


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_calls_are_answered_with_status_0(pieces):
    client = Client(Door())
    streams = [client.call(b"x" * size, pieces) for size in (0, 1, 3, 10_000)]
    assert client.door.messages == [b"x" * size for size in (0, 1, 3, 10_000)]
    for stream in streams:
        assert client.answer(stream) == (message(b""), [{"grpc-status": "0"}])
    assert client.door.admission.used_bytes == 0
    assert not client.door.connection.is_busy


@pytest.mark.parametrize("step", [1, 2, 3, 10, 11, 64, 1_000])
def test_bytes_may_come_in_any_stretches(step):
    encoder = hpack.Encoder()
    bodies = [b"", b"a", b"b" * 100, b"c" * 3_000]
    data = PREFACE + b"".join(call_bytes(2 * n + 1, body, encoder) for n, body in enumerate(bodies))
    door = Door()
    door.feed(data, step)
    assert door.messages == bodies
    assert not door.wire.is_closed


def test_a_message_larger_than_every_window_comes_in_whole():
    body = random.Random(1).randbytes(20 * 2**20)
    client = Client(Door())
    client.call(body)
    assert client.door.messages == [body]


@pytest.mark.parametrize("window", [1, 3, 7, 100])
def test_an_answer_waits_for_the_room_of_the_client(window):
    door = Door(answers=lambda body: body)
    client = Client(door, initial_window=window)
    stream = client.call(b"y" * 50)
    for _ in range(60):
        if client.answer(stream)[1]:
            break
        client.h2.increment_flow_control_window(1, stream)
        client.exchange()
    assert client.answer(stream) == (message(b"y" * 50), [{"grpc-status": "0"}])
    assert not door.connection.is_busy


def test_continuation_padding_and_priority_are_read():
    block = hpack.Encoder().encode(HEADERS)
    padded = b"\x04" + b"\0\0\0\0\x10" + block[:5] + b"\0" * 4
    flags = frames.PADDED | frames.WITH_PRIORITY
    door = Door()
    door.feed(
        PREFACE
        + frames.pack_frame(frames.HEADERS, flags, 1, padded)
        + frames.pack_frame(frames.CONTINUATION, 0, 1, block[5:9])
        + frames.pack_frame(frames.CONTINUATION, frames.END_HEADERS, 1, block[9:])
        + frames.pack_frame(frames.DATA, frames.PADDED | frames.END_STREAM, 1, b"\x07" + message(b"z") + b"\0" * 7),
        step=3,
    )
    assert door.messages == [b"z"]


def test_pings_and_settings_are_acknowledged():
    door = Door()
    door.wire.take()
    door.feed(PREFACE + frames.pack_frame(frames.PING, 0, 0, b"12345678"))
    acknowledged = frames.pack_frame(frames.SETTINGS, frames.ACK, 0)
    assert door.wire.take() == acknowledged + frames.pack_frame(frames.PING, frames.ACK, 0, b"12345678")


FAULTS = {
    "data before headers": (frames.pack_frame(frames.DATA, 0, 1, b"x"), ErrorCode.PROTOCOL_ERROR),
    "an even stream": (frames.pack_frame(frames.HEADERS, 4, 2, b"\x88"), ErrorCode.PROTOCOL_ERROR),
    "a push": (frames.pack_frame(frames.PUSH_PROMISE, 4, 1, b"\0\0\0\2"), ErrorCode.PROTOCOL_ERROR),
    "a broken header block": (
        frames.pack_frame(frames.HEADERS, 4, 1, b"\xff\xff\xff\xff"),
        ErrorCode.COMPRESSION_ERROR,
    ),
    "padding beyond the frame": (frames.pack_frame(frames.HEADERS, 0xC, 1, b"\x09\x88"), ErrorCode.PROTOCOL_ERROR),
    "a reset of nothing": (frames.pack_reset(1, ErrorCode.NO_ERROR), ErrorCode.PROTOCOL_ERROR),
    "a ping of 7 bytes": (frames.pack_frame(frames.PING, 0, 0, b"1234567"), ErrorCode.FRAME_SIZE_ERROR),
    "settings of 5 bytes": (frames.pack_frame(frames.SETTINGS, 0, 0, b"12345"), ErrorCode.FRAME_SIZE_ERROR),
    "no room by 0": (frames.pack_window_update(0, 0), ErrorCode.PROTOCOL_ERROR),
    "too much room": (frames.pack_window_update(0, 2**31 - 1), ErrorCode.FLOW_CONTROL_ERROR),
    "a frame too large": (b"\x00\x80\x00\x01\x04\x00\x00\x00\x01", ErrorCode.FRAME_SIZE_ERROR),
    "a ping inside a header block": (
        frames.pack_frame(frames.HEADERS, 0, 1, b"\x88") + frames.pack_frame(frames.PING, 0, 0, b"12345678"),
        ErrorCode.PROTOCOL_ERROR,
    ),
    "header blocks without end": (
        frames.pack_frame(frames.HEADERS, 0, 1, b"\x88") + frames.pack_frame(frames.CONTINUATION, 0, 1, b"") * 100,
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
    "pings without end": (frames.pack_frame(frames.PING, 0, 0, b"12345678") * 5_000, ErrorCode.ENHANCE_YOUR_CALM),
    "settings without end": (frames.pack_settings({}) * 5_000, ErrorCode.ENHANCE_YOUR_CALM),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_rule_ends_the_connection_with_its_code(name):
    data, code = FAULTS[name]
    door = Door()
    door.feed(PREFACE + data)
    assert door.wire.is_closed
    assert goaway_code(door.wire.take()) is code


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01", b"PRI * HTTP/2.0\r\n\r\nXX"]
)
def test_what_is_not_http2_is_closed(data):
    door = Door()
    door.feed(data, step=5)
    assert door.wire.is_closed


def test_calls_reset_at_once_and_without_end_are_stopped():
    encoder = hpack.Encoder()
    door = Door(at_once=False)
    resets = b"".join(
        call_bytes(stream, b"x", encoder) + frames.pack_reset(stream, ErrorCode.NO_ERROR)
        for stream in range(1, 10_001, 2)
    )
    door.feed(PREFACE + resets)
    assert door.wire.is_closed
    assert goaway_code(door.wire.take()) is ErrorCode.ENHANCE_YOUR_CALM
    door.answer_all()
    assert door.admission.used_bytes == 0


def test_streams_beyond_the_limit_are_refused_and_may_be_sent_again():
    client = Client(Door(limits=LimitsConfig(max_concurrent_streams=2), at_once=False))
    encoder = hpack.Encoder()
    door = Door(limits=LimitsConfig(max_concurrent_streams=2), at_once=False)
    door.feed(PREFACE + b"".join(call_bytes(stream, b"x", encoder) for stream in (1, 3, 5)))
    assert frames.pack_reset(5, ErrorCode.REFUSED_STREAM) in door.wire.take()
    door.answer_all()
    door.feed(call_bytes(7, b"again", encoder))
    assert door.messages == [b"x", b"x", b"again"]
    assert client.h2.remote_settings.max_concurrent_streams == 2


def test_a_message_is_refused_by_its_length_and_what_follows_is_dropped():
    encoder = hpack.Encoder()
    door = Door(limits=LimitsConfig(max_request_bytes=1_000))
    head = frames.pack_frame(frames.HEADERS, frames.END_HEADERS, 1, encoder.encode(HEADERS))
    door.feed(PREFACE + head + frames.pack_frame(frames.DATA, 0, 1, b"\0" + (5_000).to_bytes(4, "big")))
    assert [error.grpc_code for error in door.refused] == [8]
    assert door.wire.take().endswith(frames.pack_reset(1, ErrorCode.NO_ERROR))
    door.feed(frames.pack_frame(frames.DATA, 0, 1, bytes(3_000)) + call_bytes(3, b"next", encoder))
    assert door.messages == [b"next"]
    assert door.admission.used_bytes == 0


def test_a_message_without_room_is_refused_before_it_is_read():
    door = Door()
    door.admission.take(2**28)
    door.feed(PREFACE + call_bytes(1, b"x", hpack.Encoder()))
    assert [type(error) for error in door.refused] == [OverloadedError]
    assert door.messages == []


@pytest.mark.parametrize("body", [b"", b"\0\0", message(b"abc")[:-1], message(b"abc") + b"\0", message(b"") + b"x"])
def test_a_call_is_one_message_no_less_and_no_more(body):
    door = Door()
    head = frames.pack_frame(frames.HEADERS, frames.END_HEADERS, 1, hpack.Encoder().encode(HEADERS))
    half = len(body) // 2
    door.feed(
        PREFACE
        + head
        + frames.pack_frame(frames.DATA, 0, 1, body[:half])
        + frames.pack_frame(frames.DATA, frames.END_STREAM, 1, body[half:])
    )
    assert [type(error) for error in door.refused] == [BadDataError]
    assert door.admission.used_bytes == 0


def test_leaving_answers_what_is_under_way_and_takes_nothing_more():
    encoder = hpack.Encoder()
    door = Door(at_once=False)
    door.feed(PREFACE + call_bytes(1, b"x", encoder))
    door.wire.take()
    door.connection.leave()
    assert goaway_code(door.wire.take()) is ErrorCode.NO_ERROR
    door.feed(call_bytes(3, b"late", encoder))
    assert door.messages == [b"x"]
    assert not door.wire.is_closed
    door.answer_all()
    assert door.wire.is_closed
    assert b"grpc-status" in door.wire.out


def test_a_lost_connection_gives_back_what_was_reserved():
    encoder = hpack.Encoder()
    door = Door(at_once=False)
    head = frames.pack_frame(frames.HEADERS, frames.END_HEADERS, 3, encoder.encode(HEADERS))
    door.feed(PREFACE + head + frames.pack_frame(frames.DATA, 0, 3, message(b"y" * 100)[:50]))
    door.feed(call_bytes(5, b"x" * 70, encoder))
    assert door.admission.used_bytes == 170
    door.connection.connection_lost(None)
    assert door.admission.used_bytes == 70  # of the one that is being stored
    door.answer_all()
    assert door.admission.used_bytes == 0
    assert door.open == set()


def test_a_known_header_block_is_read_as_if_anew():
    draw = random.Random(7)
    encoder, reader, plain = hpack.Encoder(), HeaderReader(), hpack.Decoder()
    for number in range(600):
        if number % 97 == 0:
            encoder.header_table_size = draw.choice([0, 100, 4_096])
        fields = [*HEADERS, ("authorization", f"Bearer {draw.randrange(3)}"), ("x-other", str(draw.randrange(40)))]
        block = encoder.encode(fields)
        expected = dict(plain.decode(block))
        head = reader.read(block)
        assert (head.path, head.authorization) == (expected[":path"], expected["authorization"])


def test_a_header_list_beyond_the_limit_is_refused():
    with pytest.raises(ConnectionFaultError):
        HeaderReader().read(hpack.Encoder().encode([("x", "y" * 20_000)]))


@pytest.mark.parametrize(("text", "expected"), [("10S", 10), ("250m", 0.25), ("1H", 3_600), ("99999999u", 99.999999)])
def test_timeouts_have_units(text, expected):
    assert timeout_s(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "S", "10", "-1S", "123456789S", "1.5S", "²S"])
def test_what_is_no_timeout_is_told(text):
    with pytest.raises(ValueError, match="not a timeout"):
        timeout_s(text)


def test_long_texts_are_packed_as_the_specification_says():
    fields = {"grpc-message": "m" * 126, "a": "b" * 127, "c": "d" * 500}
    assert dict(hpack.Decoder().decode(pack_headers(fields))) == fields
