"""Small requests that would take much memory: refused, while the process stays within its limit and goes on serving."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
import zstandard

from collector.wire import pack_varint

SERVER = Path(__file__).parents[2] / "bench" / "ingest_server.py"
ALLOWED_BYTES = 600 * 2**20
SPANS = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def wrapped(body: bytes, *tags: int) -> bytes:
    for tag in tags:
        body = bytes((tag,)) + pack_varint(len(body)) + body
    return body


EMPTY_SPANS = wrapped(b"\x12\x00" * 4_200_000, 0x12, 0x0A)
EMPTY_ATTRIBUTES = wrapped(b"\x4a\x00" * 4_200_000, 0x12, 0x12, 0x0A)
DEEP_JSON = b'{"resourceSpans":' + b"[" * 1_000_000
OBJECT_JSON = b'{"x":[' + b"{}," * 15_000_000 + b"{}]}"
ZEROS = bytes(2**29)
BOMBS = {
    "empty spans": ("application/x-protobuf", "gzip", gzip.compress(EMPTY_SPANS)),
    "empty spans, not compressed": ("application/x-protobuf", "identity", EMPTY_SPANS),
    "empty attributes": ("application/x-protobuf", "zstd", zstandard.compress(EMPTY_ATTRIBUTES)),
    "zeros in gzip": ("application/x-protobuf", "gzip", gzip.compress(ZEROS, 1)),
    "zeros in zstd": ("application/x-protobuf", "zstd", zstandard.compress(ZEROS)),
    "deep JSON": ("application/json", "identity", DEEP_JSON),
    "objects in JSON": ("application/json", "gzip", gzip.compress(OBJECT_JSON, 1)),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The collector in a process of its own: its ports and its process."""
    process = subprocess.Popen(
        [sys.executable, str(SERVER), str(tmp_path_factory.mktemp("bombs"))],
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
    media_type, encoding, body = BOMBS[name]
    before = view.memory_info().rss
    reset_peak(view)
    headers = {"content-type": media_type, "content-encoding": encoding}
    url = f"http://127.0.0.1:{ports['http_port']}/v1/traces"
    answer = httpx.post(url, content=body, headers=headers, timeout=60)
    assert answer.status_code in (400, 413)
    assert peak_bytes(view) - before < ALLOWED_BYTES
    assert httpx.post(url, content=b"", headers={"content-type": "application/x-protobuf"}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("body", [EMPTY_SPANS, EMPTY_ATTRIBUTES, ZEROS], ids=["spans", "attributes", "zeros"])
def test_memory_stays_bounded_over_grpc(server, body):
    ports, view = server
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
