"""
A ClickHouse server's HTTP interface in front of the embedded engine, as far as clickhouse-connect uses it.

Run as ``python clickhouse_endpoint.py --path FOLDER --port PORT --user NAME --password TEXT``. It stands in for a
server where none can be installed: the engine itself is behind the protocol, so types, statements and errors are real,
while sessions, quotas and clusters are not there. It misbehaves on demand, which a real one does not:

    POST /fault?kind=KIND&match=REGEX&times=N[&seconds=S]

The next N statements that REGEX finds meet the fault: ``500`` (no engine code), ``too_many_parts`` (code 252),
``cut_before`` (the connection is reset, nothing was executed), ``cut_after`` (executed, then reset), ``slow``.
``GET /faults`` tells how many have not been met yet.
"""

import argparse
import base64
import email
import email.policy
import gzip
import re
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame
import zstandard

_URI_LIMIT_BYTES = 1 << 20  # a server's http_max_uri_size
_NOT_SETTINGS = frozenset(
    {
        *("query", "database", "user", "password", "query_id", "quota_key", "role", "client_protocol_version"),
        *("session_id", "session_timeout", "session_check", "wait_end_of_query", "compress", "decompress"),
        *("send_progress_in_http_headers", "http_headers_progress_interval_ms", "enable_http_compression"),
        "buffer_size",
    }
)
_INSERT = re.compile(rb"\A\s*(INSERT INTO [^\n]+?) FORMAT (Native|ArrowStream) *\n", re.IGNORECASE)
_CODE = re.compile(r"Code: (\d+)\.")


class EngineError(Exception):
    """The engine refused a statement; the text begins with ``Code: N.``"""


@dataclass
class Fault:
    kind: str
    match: re.Pattern[bytes]
    times: int
    seconds: float


class Engine:
    """Statements on the embedded engine, each on a handle of its own, so that settings of one do not reach another."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._open = chdb.connect(self._path)  # keeps the engine alive between statements

    @contextmanager
    def _handle(self, database: str, settings: Mapping[str, str]) -> Iterator[Any]:
        handle = chdb.connect(self._path)
        try:
            if database:
                handle.query(f"USE `{database}`")
            for name, value in settings.items():
                handle.query(f"SET {name} = {_quoted(value)}")
            yield handle
        finally:
            handle.close()

    def run(self, statement: bytes, database: str, settings: Mapping[str, str], params: Mapping[str, str]) -> bytes:
        """Return what *statement* returns, tab separated unless it names a format."""
        try:
            with self._handle(database, settings) as handle, tempfile.NamedTemporaryFile(suffix=".native") as data:
                if insert := _INSERT.match(statement):
                    data.write(statement[insert.end() :])
                    data.flush()
                    statement = insert[1] + f" FROM INFILE '{data.name}' FORMAT {insert[2].decode()}".encode()
                return bytes(handle.query(statement.decode(), "TabSeparated", params=dict(params)).bytes() or b"")
        except Exception as error:
            raise EngineError(str(error)[max(0, str(error).find("Code: ")) :]) from error


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Endpoint(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, engine: Engine, user: str, password: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.engine = engine
        self.login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add_fault(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def faults_left(self) -> int:
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def fault_for(self, statement: bytes) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.times and fault.match.search(statement):
                    fault.times -= 1
                    return fault
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint

    def handle_one_request(self) -> None:
        """As inherited, with a server's limit for the address instead of 64 KiB."""
        self.raw_requestline = self.rfile.readline(_URI_LIMIT_BYTES)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._answer()
            self.wfile.flush()

    def _answer(self) -> None:
        split = urlsplit(self.path)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        body = self._body()
        if split.path == "/fault":
            seconds = float(query.get("seconds", "0"))
            pattern = re.compile(query["match"].encode(), re.IGNORECASE)
            self.server.add_fault(Fault(query["kind"], pattern, int(query["times"]), seconds))
            self._reply(200, b"")
        elif split.path == "/faults":
            self._reply(200, str(self.server.faults_left()).encode())
        elif split.path == "/ping":
            self._reply(200, b"Ok.\n")
        elif self.headers.get("Authorization") != self.server.login:
            self._refuse(401, 516, "AUTHENTICATION_FAILED")
        else:
            self._execute(query, body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(chunks)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        match self.headers.get("Content-Encoding", "identity"):
            case "zstd":
                return zstandard.ZstdDecompressor().decompressobj().decompress(body)
            case "lz4":
                return bytes(lz4.frame.decompress(body))
            case "gzip":
                return gzip.decompress(body)
            case _:
                return body

    def _execute(self, query: dict[str, str], body: bytes) -> None:
        if self.headers.get_content_type() == "multipart/form-data":
            query, body = query | self._form(body), b""
        text = query.get("query", "").encode()
        statement = text + b"\n" + body if text and body else text + body
        params = {name.removeprefix("param_"): value for name, value in query.items() if name.startswith("param_")}
        settings = {
            name: value for name, value in query.items() if name not in _NOT_SETTINGS and not name.startswith("param_")
        }
        fault = self.server.fault_for(statement)
        kind = fault.kind if fault else ""
        match kind:
            case "500":
                return self._reply(500, b"a proxy in between")
            case "too_many_parts":
                return self._refuse(500, 252, "TOO_MANY_PARTS")
            case "cut_before":
                return self._cut()
            case "slow":
                time.sleep(fault.seconds if fault else 0)
        try:
            result = self.server.engine.run(statement, query.get("database", ""), settings, params)
        except EngineError as error:
            found = _CODE.match(str(error))
            return self._reply(500, str(error).encode(), {"X-ClickHouse-Exception-Code": found[1] if found else "1002"})
        if kind == "cut_after":
            return self._cut()
        return self._reply(200, result, {"X-ClickHouse-Format": "TabSeparated"} if result else {})

    def _form(self, body: bytes) -> dict[str, str]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
        return {
            str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True)).decode()
            for part in parts
        }

    def _refuse(self, status: int, code: int, name: str) -> None:
        text = f"Code: {code}. DB::Exception: asked for by the test. ({name})"
        self._reply(status, text.encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-ClickHouse-Timezone", "UTC")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """Reset the connection: the client sees neither an answer nor an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the inherited name
        """Nothing: a test reads what the client says."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    given = parser.parse_args()
    endpoint = Endpoint(given.port, Engine(given.path), given.user, given.password)
    if given.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.cert, given.key)
        endpoint.socket = context.wrap_socket(endpoint.socket, server_side=True, do_handshake_on_connect=False)
    endpoint.serve_forever()


if __name__ == "__main__":
    main()
