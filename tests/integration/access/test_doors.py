"""Tokens, TLS and client certificates on both OTLP ports, over real sockets."""

import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import time

import grpc
import psutil
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from sqlalchemy import text

from collector.auth import OpenDoor, TokenDoor
from collector.config import CollectorConfig, SpoolConfig
from collector.door import Door
from collector.keys import SpoolKey
from collector.otlp import SERVICES
from collector.signals import Signal
from collector.spool import Spool
from core.access import INGEST, Scope
from core.clock import SystemClock
from core.errors import ConfigError
from core.tls import ServerTls, TlsConfig
from storage.state import open_state
from storage.token_watch import TokenWatch
from storage.tokens import TokenBook, issue
from tests.integration.access.certificates import Authority

PROTOBUF = "application/x-protobuf"
CLOSED = (ssl.SSLError, ConnectionError, http.client.BadStatusLine)
MIB = 2**20


def traces(*services):
    request = ExportTraceServiceRequest()
    for service in services:
        part = request.resource_spans.add()
        part.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value=service)))
        part.scope_spans.add().spans.append(Span(trace_id=os.urandom(16), span_id=os.urandom(8), name="GET /"))
    return request.SerializeToString()


class Served:
    """A door on free ports, its spool and its tokens."""

    def __init__(self, folder, tls=None):
        self.state = open_state(folder)
        self.book = TokenBook(self.state)
        self.watch = TokenWatch(self.book, SystemClock(), refresh_s=3600)
        self.watch.refresh()
        self.spool = Spool(
            SpoolConfig(path=folder / "spool", seal_after_s=3600, resend_entries=1_000),
            SpoolKey(b"k" * 32),
            SystemClock(),
        )
        config = CollectorConfig(grpc_port=0, http_port=0, tls=tls or TlsConfig())
        authenticator = TokenDoor(self.watch, knows_clients=config.tls.asks_clients)
        self.door = Door(config, self.spool, authenticator, SystemClock())
        self.spool.start()
        self.door.start()

    def token(self, *scopes, sources=()):
        token, secret = issue("erp", scopes or INGEST, sources, SystemClock().now())
        self.book.add(token)
        self.watch.refresh()
        return secret

    def post(self, body, token=None, path="/v1/traces", media_type=PROTOBUF, tls=None, **headers):
        if tls is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.door.http_port, timeout=20)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", self.door.http_port, timeout=20, context=tls)
        named = {"Content-Type": media_type, **headers}
        if token is not None:
            named["Authorization"] = f"Bearer {token}"
        try:
            connection.request("POST", path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def export(self, body, token=None, signal=Signal.TRACES, credentials=None):
        address = f"127.0.0.1:{self.door.grpc_port}"
        channel = grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
        with channel:
            metadata = () if token is None else (("authorization", f"Bearer {token}"),)
            return channel.unary_unary(f"/{SERVICES[signal].grpc_service}/Export")(body, timeout=20, metadata=metadata)

    def stop(self):
        self.door.stop(5)
        self.spool.stop(5)
        self.state.dispose()


@pytest.fixture
def serve(tmp_path):
    started = []

    def start(**words):
        folder = tmp_path / f"door{len(started)}"
        folder.mkdir()
        started.append(Served(folder, **words))
        return started[-1]

    yield start
    for served in started:
        served.stop()


def refusal(call, *args, **words):
    """Return the gRPC code, and the Status in the trailers."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args, **words)
    return caught.value.code(), rpc_status.from_call(caught.value)


def test_a_good_token_opens_both_ports(serve):
    served = serve()
    token = served.token()
    assert served.post(traces("erp"), token)[0] == 200
    assert served.export(traces("erp"), token) == b""
    event = json.dumps({"specversion": "1.0", "id": "1", "source": "/erp", "type": "t"})
    assert served.post(event, token, "/v1/events", "application/cloudevents+json")[0] == 202


@pytest.mark.parametrize("token", [None, "", "wl_000000000000_" + "A" * 43, "x" * 5_000])
def test_without_a_good_token_the_answer_is_a_status_of_unauthenticated(serve, token):
    served = serve()
    status, headers, body = served.post(traces("erp"), token)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    assert status_pb2.Status.FromString(body).code == grpc.StatusCode.UNAUTHENTICATED.value[0]
    status, _, body = served.post(b"{}", token, media_type="application/json")
    assert (status, json.loads(body)["code"]) == (401, 16)
    code, details = refusal(served.export, traces("erp"), token)
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert details.code == 16
    assert not details.details  # no RetryInfo: it will not get better by waiting


def test_a_token_is_for_its_signals_only(serve):
    served = serve()
    token = served.token(Scope.TRACES)
    assert served.export(traces("erp"), token) == b""
    logs = ExportLogsServiceRequest().SerializeToString()
    assert refusal(served.export, logs, token, Signal.LOGS)[0] is grpc.StatusCode.PERMISSION_DENIED
    status, _, body = served.post(logs, token, "/v1/logs")
    assert (status, status_pb2.Status.FromString(body).code) == (403, 7)
    reader = served.token(Scope.READ, Scope.OPERATE)
    assert served.post(traces("erp"), reader)[0] == 403


def test_a_token_bound_to_sources_sends_for_no_other(serve):
    served = serve()
    token = served.token(sources=["sap-*", "/sap/*"])
    assert served.post(traces("sap-erp", "sap-pi"), token)[0] == 200
    assert served.export(traces("sap-erp"), token) == b""
    for body in (traces("sap-erp", "ariba"), ambiguous(), nameless()):
        status, _, answer = served.post(body, token)
        assert status == 403
        assert b"ariba" not in answer
        assert refusal(served.export, body, token)[0] is grpc.StatusCode.PERMISSION_DENIED
    event = {"specversion": "1.0", "id": "1", "type": "t"}
    kind = "application/cloudevents-batch+json"
    assert served.post(json.dumps([event | {"source": "/sap/pi"}]), token, "/v1/events", kind)[0] == 202
    mixed = [event | {"source": "/sap/pi", "id": "2"}, event | {"source": "/ariba"}]
    assert served.post(json.dumps(mixed), token, "/v1/events", kind)[0] == 403


def ambiguous():
    """A resource that names itself twice."""
    request = ExportTraceServiceRequest.FromString(traces("sap-erp"))
    second = KeyValue(key="service.name", value=AnyValue(string_value="ariba"))
    request.resource_spans[0].resource.attributes.append(second)
    return request.SerializeToString()


def nameless():
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.append(Span(trace_id=b"t" * 16, span_id=b"s" * 8))
    return request.SerializeToString()


def test_revoked_while_the_server_runs(serve):
    served = serve()
    token = served.token()
    assert served.post(traces("erp"), token)[0] == 200
    served.book.revoke(served.watch.live_tokens()[0].id, SystemClock().now())
    served.watch.refresh()
    assert served.post(traces("erp"), token)[0] == 401
    assert refusal(served.export, traces("erp"), token)[0] is grpc.StatusCode.UNAUTHENTICATED


def test_a_lost_state_store_asks_the_client_to_wait(serve):
    served = serve()
    token = served.token()
    served.watch._stale_after_s = 0.0
    with served.state.begin() as connection:
        connection.execute(text("DROP TABLE tokens"))
    time.sleep(0.01)
    status, headers, _ = served.post(traces("erp"), token)
    assert status == 503
    assert int(headers["Retry-After"]) >= 1
    code, details = refusal(served.export, traces("erp"), token)
    assert code is grpc.StatusCode.UNAVAILABLE
    retry = error_details_pb2.RetryInfo()
    assert details.details[0].Unpack(retry)
    assert retry.retry_delay.seconds >= 1


def test_a_bomb_without_a_token_is_not_inflated(serve):
    served = serve()
    token = served.token()
    bomb = gzip.compress(bytes(48 * MIB))
    process = psutil.Process()
    assert served.post(bomb, token, **{"Content-Encoding": "gzip"})[0] == 413  # warms up what a refusal needs
    before = process.memory_info().rss
    for _ in range(5):
        assert served.post(bomb, "wrong", **{"Content-Encoding": "gzip"})[0] == 401
    assert process.memory_info().rss - before < 5 * MIB


def test_no_page_of_another_site_may_read_an_answer(serve):
    served = serve()
    for token in (served.token(), "wrong"):
        _, headers, _ = served.post(traces("erp"), token, Origin="https://evil.test")
        assert not [name for name in headers if name.lower().startswith("access-control-")]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


def trusting(authority, certificate=None):
    context = ssl.create_default_context(cafile=authority.file)
    if certificate:
        context.load_cert_chain(*certificate)
    return context


def grpc_trusting(authority, certificate=None):
    chain, key = (certificate[0].read_bytes(), certificate[1].read_bytes()) if certificate else (None, None)
    return grpc.ssl_channel_credentials(authority.file.read_bytes(), key, chain)


def test_tls_on_both_ports_and_no_plain_text_beside_it(serve, authority):
    cert_file, key_file = authority.issue("server")
    served = serve(tls=TlsConfig(cert_file=cert_file, key_file=key_file))
    token = served.token()
    assert served.post(traces("erp"), token, tls=trusting(authority))[0] == 200
    assert served.export(traces("erp"), token, credentials=grpc_trusting(authority)) == b""
    assert served.post(traces("erp"), "wrong", tls=trusting(authority))[0] == 401
    with pytest.raises(CLOSED):
        served.post(traces("erp"), token)
    with pytest.raises(ssl.SSLCertVerificationError):
        served.post(traces("erp"), token, tls=ssl.create_default_context())
    assert refusal(served.export, traces("erp"), token)[0] is grpc.StatusCode.UNAVAILABLE


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_tls_1_1_is_refused(serve, authority):
    cert_file, key_file = authority.issue("server")
    served = serve(tls=TlsConfig(cert_file=cert_file, key_file=key_file))
    for port in (served.door.http_port, served.door.grpc_port):
        for version, is_taken in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
            context = trusting(authority)
            context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else the client itself would not offer 1.1
            context.set_alpn_protocols(["h2", "http/1.1"])
            context.minimum_version = context.maximum_version = version
            with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
                try:
                    context.wrap_socket(raw, server_hostname="127.0.0.1").close()
                except ssl.SSLError:
                    assert not is_taken
                else:
                    assert is_taken


def test_only_clients_of_the_authority_get_through_mtls(serve, authority, tmp_path):
    cert_file, key_file = authority.issue("server")
    served = serve(tls=TlsConfig(cert_file=cert_file, key_file=key_file, client_ca_file=authority.file))
    client = authority.issue("client")
    assert served.post(traces("erp"), tls=trusting(authority, client))[0] == 200
    assert served.export(traces("erp"), credentials=grpc_trusting(authority, client)) == b""
    # A token that is shown is judged all the same.
    assert served.post(traces("erp"), "wrong", tls=trusting(authority, client))[0] == 401
    stranger = Authority(tmp_path, "other").issue("stranger")
    expired = authority.issue("expired", expired=True)
    for wrong in (None, stranger, expired):
        with pytest.raises(CLOSED):
            served.post(traces("erp"), tls=trusting(authority, wrong))
        refused = refusal(served.export, traces("erp"), credentials=grpc_trusting(authority, wrong))
        assert refused[0] is grpc.StatusCode.UNAVAILABLE
    assert served.post(traces("erp"), tls=trusting(authority, client))[0] == 200


def serial(port):
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    return ssl.PEM_cert_to_DER_cert(pem)


def test_a_renewed_certificate_is_served_without_a_restart_and_a_broken_one_is_not(serve, authority):
    cert_file, key_file = authority.issue("renewed")
    served = serve(tls=TlsConfig(cert_file=cert_file, key_file=key_file))
    token = served.token()
    first = [serial(port) for port in (served.door.http_port, served.door.grpc_port)]
    kept = http.client.HTTPSConnection("127.0.0.1", served.door.http_port, timeout=20, context=trusting(authority))
    kept.connect()
    for new, old in zip(authority.issue("second"), (cert_file, key_file), strict=True):
        shutil.copy(new, old)
    second = [serial(port) for port in (served.door.http_port, served.door.grpc_port)]
    assert second[0] != first[0]
    assert second[1] != first[1]
    assert second[0] == second[1]
    # A connection of before is not dropped.
    headers = {"Content-Type": PROTOBUF, "Authorization": f"Bearer {token}"}
    kept.request("POST", "/v1/traces", traces("erp"), headers)
    assert kept.getresponse().status == 200
    kept.close()
    cert_file.write_text("not a certificate")
    assert [serial(port) for port in (served.door.http_port, served.door.grpc_port)] == second
    assert served.export(traces("erp"), token, credentials=grpc_trusting(authority)) == b""


def test_certificates_that_cannot_be_used_are_refused_with_a_clear_word(tmp_path, authority):
    cert_file, key_file = authority.issue("server")
    other_key = authority.issue("other")[1]
    with pytest.raises(ConfigError, match=r"cannot read .*missing\.pem"):
        ServerTls(TlsConfig(cert_file=tmp_path / "missing.pem", key_file=key_file))
    with pytest.raises(ConfigError, match="key values mismatch"):
        ServerTls(TlsConfig(cert_file=cert_file, key_file=other_key))
    with pytest.raises(ConfigError, match=r"authorities .* cannot be used"):
        ServerTls(TlsConfig(cert_file=cert_file, key_file=key_file, client_ca_file=key_file))
    with pytest.raises(ValueError, match="belong together"):
        TlsConfig(cert_file=cert_file)
    with pytest.raises(ValueError, match="wants cert_file"):
        TlsConfig(client_ca_file=authority.file)


def test_an_open_door_stays_on_loopback(tmp_path):
    spool = Spool(SpoolConfig(path=tmp_path / "spool"), SpoolKey(b"k" * 32), SystemClock())
    door = Door(CollectorConfig(host="0.0.0.0", grpc_port=0, http_port=0), spool, OpenDoor(), SystemClock())
    with pytest.raises(ConfigError, match="without authentication"):
        door.start()
