"""Small requests that would take much memory: refused, while the process stays within its limit and goes on serving."""

import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
import zstandard
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from collector.wire import pack_varint

SERVER = Path(__file__).parents[2] / "bench" / "ingest_server.py"
ALLOWED_BYTES = 600 * 2**20
IN_FLIGHT_BYTES = 64 * 2**20
SPANS = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def wrapped(body: bytes, *tags: int) -> bytes:
    for tag in tags:
        body = bytes((tag,)) + pack_varint(len(body)) + body
    return body


@cache
def empty_spans():
    return wrapped(b"\x12\x00" * 4_200_000, 0x12, 0x0A)


@cache
def empty_attributes():
    return wrapped(b"\x4a\x00" * 4_200_000, 0x12, 0x12, 0x0A)


def zeros():
    return bytes(2**27)


def objects_in_json():
    return b'{"x":[' + b"{}," * 15_000_000 + b"{}]}"


PLAIN = {"spans": empty_spans, "attributes": empty_attributes, "zeros": zeros}
# Media type, encoding, and how the body is made: only when a test wants it.
BOMBS = {
    "empty spans": ("application/x-protobuf", "gzip", lambda: gzip.compress(empty_spans())),
    "empty spans, not compressed": ("application/x-protobuf", "identity", empty_spans),
    "empty attributes": ("application/x-protobuf", "zstd", lambda: zstandard.compress(empty_attributes())),
    "zeros in gzip": ("application/x-protobuf", "gzip", lambda: gzip.compress(zeros(), 1)),
    "zeros in zstd": ("application/x-protobuf", "zstd", lambda: zstandard.compress(zeros())),
    "deep JSON": ("application/json", "identity", lambda: b'{"resourceSpans":' + b"[" * 1_000_000),
    "objects in JSON": ("application/json", "gzip", lambda: gzip.compress(objects_in_json(), 1)),
}


@cache
def bomb(name):
    media_type, encoding, make = BOMBS[name]
    return media_type, encoding, make()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The collector in a process of its own: its ports and its process."""
    process = subprocess.Popen(
        [
            sys.executable,
            str(SERVER),
            str(tmp_path_factory.mktemp("bombs")),
            json.dumps({"limits": {"max_in_flight_bytes": IN_FLIGHT_BYTES}}),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    line = process.stdout.readline()
    while not line.startswith("{"):
        assert line, "the server ended"
        line = process.stdout.readline()
    yield json.loads(line), psutil.Process(process.pid)
    process.stdin.close()
    process.stdout.close()
    process.wait(60)


def peak_bytes(view: psutil.Process) -> int:
    """Return the greatest resident size the process ever had."""
    status = Path(f"/proc/{view.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1_024


def reset_peak(view: psutil.Process) -> None:
    Path(f"/proc/{view.pid}/clear_refs").write_text("5")


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_memory_stays_bounded_over_http(server, name):
    ports, view = server
    media_type, encoding, body = bomb(name)
    before = view.memory_info().rss
    reset_peak(view)
    headers = {"content-type": media_type, "content-encoding": encoding}
    url = f"http://127.0.0.1:{ports['http_port']}/v1/traces"
    answer = httpx.post(url, content=body, headers=headers, timeout=60)
    assert answer.status_code in (400, 413)
    assert peak_bytes(view) - before < ALLOWED_BYTES
    assert httpx.post(url, content=b"", headers={"content-type": "application/x-protobuf"}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAIN)
def test_memory_stays_bounded_over_grpc(server, name):
    ports, view = server
    body = PLAIN[name]()
    before = view.memory_info().rss
    reset_peak(view)
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{ports['grpc_port']}", options=options) as channel:
        export = channel.unary_unary(SPANS)
        with pytest.raises(grpc.RpcError) as refused:
            export(body, compression=grpc.Compression.Gzip, timeout=60)
        assert refused.value.code() in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT)
        assert export(b"", timeout=20) == b""
    assert peak_bytes(view) - before < ALLOWED_BYTES


@pytest.mark.slow
def test_many_bombs_at_once_take_no_more_memory_than_one(server):
    ports, view = server
    before = view.memory_info().rss
    reset_peak(view)

    def throw(name):
        media_type, encoding, body = bomb(name)
        headers = {"content-type": media_type, "content-encoding": encoding}
        return httpx.post(
            f"http://127.0.0.1:{ports['http_port']}/v1/traces", content=body, headers=headers, timeout=120
        ).status_code

    names = ["empty spans", "empty attributes", "empty spans, not compressed", "zeros in zstd"] * 4
    with ThreadPoolExecutor(len(names)) as pool:
        answers = set(pool.map(throw, names))
    assert answers <= {400, 413, 503}
    assert peak_bytes(view) - before < ALLOWED_BYTES
    assert throw("deep JSON") == 400


def test_bytes_under_way_are_limited_together_and_each_door_asks_for_patience(server):
    ports, _ = server
    size = 20 * 2**20
    head = (
        f"POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: {size}\r\n\r\n"
    ).encode()
    held = [socket.create_connection(("127.0.0.1", ports["http_port"]), timeout=20) for _ in range(4)]
    # Unknown field 1000, length-delimited: a valid request that says nothing.
    body = pack_varint(1_000 << 3 | 2) + pack_varint(size - 6) + bytes(size - 6)
    assert len(body) == size
    for one in held[:3]:
        one.sendall(head + body[:-1])
    held[3].sendall(head)
    with contextlib.suppress(ConnectionError):
        held[3].sendall(body[:-1])
    answer = held[3].recv(4_096)
    assert answer.startswith(b"HTTP/1.1 503")
    assert re.search(rb"\r\nretry-after: [1-9]\d*\r\n", answer.lower())
    with grpc.insecure_channel(
        f"127.0.0.1:{ports['grpc_port']}", options=[("grpc.max_send_message_length", -1)]
    ) as channel:
        export = channel.unary_unary(SPANS)
        with pytest.raises(grpc.RpcError) as refused:
            export(body, timeout=20)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        retry = error_details_pb2.RetryInfo()
        assert any(packed.Unpack(retry) for packed in rpc_status.from_call(refused.value).details)
        assert retry.retry_delay.ToNanoseconds() > 0
        assert export(b"", timeout=20) == b""  # what is small goes on
        for one in held[:3]:
            one.sendall(body[-1:])
            assert one.recv(4_096).startswith(b"HTTP/1.1 200")
        assert export(body, timeout=20) == b""
    for one in held:
        one.close()
