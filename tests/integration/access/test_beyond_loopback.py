"""``wayline serve`` for other machines: what it refuses, and what works once there is a token."""

import json
import re
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import grpc
import httpx
import pytest

from core.clock import FakeClock
from core.errors import ConfigError
from storage.state import open_state
from storage.token_watch import TokenWatch
from storage.tokens import TokenBook
from tests.integration.access.certificates import Authority
from tests.integration.commands import run_command
from wayline.access.beyond import refuse_open_ports
from wayline.settings import load_settings


def create(data, *words):
    made = run_command("token", "create", *words, "--data", str(data))
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_without_a_way_to_authenticate_it_does_not_start(tmp_path):
    refused = subprocess.run(
        [sys.executable, "-m", "wayline.cli", "serve", "--host", "0.0.0.0", "--port", "0", "--data", "data"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        check=False,
    )
    assert refused.returncode == 2
    assert "refusing to listen on 0.0.0.0" in refused.stderr
    assert "wayline token create" in refused.stderr
    assert "client_ca_file" in refused.stderr
    assert not (tmp_path / "data" / "store").exists()


def test_an_expired_or_revoked_token_is_no_way_in(tmp_path):
    data = tmp_path / "data"
    create(data, "gone")
    create(data, "late", "--expires", "1s")
    token_id = json.loads(run_command("token", "list", "--json", "--data", str(data)).stdout)["items"][0]["id"]
    assert run_command("token", "revoke", token_id, "--data", str(data)).returncode == 0
    assert run_command("token", "revoke", "nonsense", "--data", str(data)).returncode == 2
    state = open_state(data)
    settings = load_settings(flags={"server.host": "0.0.0.0", "server.data": data})
    watch = TokenWatch(TokenBook(state), FakeClock(datetime.now(UTC) + timedelta(seconds=2)))
    watch.refresh()
    with pytest.raises(ConfigError, match="without authentication"):
        refuse_open_ports(settings, watch)
    create(data, "good")
    watch.refresh()
    refuse_open_ports(settings, watch)
    state.dispose()


def test_credentials_can_be_asked_for_on_loopback_too(tmp_path):
    state = open_state(tmp_path)
    watch = TokenWatch(TokenBook(state), FakeClock(datetime.now(UTC)))
    watch.refresh()
    refuse_open_ports(load_settings(flags={"server.data": tmp_path}), watch)
    with pytest.raises(ConfigError, match="without authentication"):
        refuse_open_ports(load_settings(flags={"server.data": tmp_path, "access.required": "always"}), watch)
    state.dispose()


def test_client_certificates_are_a_way_in(tmp_path):
    state = open_state(tmp_path)
    watch = TokenWatch(TokenBook(state), FakeClock(datetime.now(UTC)))
    watch.refresh()
    files = {name: tmp_path / name for name in ("cert_file", "key_file", "client_ca_file")}
    server = {"server.host": "0.0.0.0", "server.data": tmp_path}
    refuse_open_ports(load_settings(flags=server | {"server.tls": files}), watch)
    del files["client_ca_file"]
    with pytest.raises(ConfigError, match="without authentication"):
        refuse_open_ports(load_settings(flags=server | {"server.tls": files}), watch)
    state.dispose()


@pytest.fixture(scope="module")
def guarded(start_wayline, tmp_path_factory):
    """A server on all addresses, with TLS, and a token for each kind of use."""
    data = tmp_path_factory.mktemp("guarded")
    authority = Authority(tmp_path_factory.mktemp("pki"))
    cert_file, key_file = authority.issue("server")
    tokens = {scope: create(data, f"for {scope}", "--scope", scope) for scope in ("ingest", "read", "operate")}
    environment = {
        "WAYLINE_SERVER__TLS__CERT_FILE": str(cert_file),
        "WAYLINE_SERVER__TLS__KEY_FILE": str(key_file),
        "SSL_CERT_FILE": str(authority.file),
    }
    served = start_wayline("--host", "0.0.0.0", data=data, environment=environment)
    yield served, tokens, authority
    served.process.terminate()
    assert served.process.wait(timeout=30) == 0


def test_api_pages_and_doors_ask_for_a_token(guarded):
    served, tokens, authority = guarded
    with httpx.Client(base_url=served.url, verify=trusting(authority), timeout=30) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        for path in ("/api/v1/transactions", "/metrics", "/api/v1/openapi.json", "/"):
            refused = client.get(path)
            assert refused.status_code == 401, path
            assert "content-security-policy" in refused.headers, path
            assert client.get(path, headers=bearer(tokens["read"])).status_code == 200, path
            assert client.get(path, headers=bearer(tokens["ingest"])).status_code == 403, path
        assert client.get("/transactions", headers={"Accept": "text/html"}).headers["location"].startswith("/signin")
        event = {"specversion": "1.0", "id": "1", "source": "/erp", "type": "t", "correlationid": "c-1"}
        structured = {"Content-Type": "application/cloudevents+json"}
        for token, status in ((None, 401), (tokens["read"], 403), (tokens["ingest"], 202)):
            headers = structured | (bearer(token) if token else {})
            assert client.post("/api/v1/events", json=event, headers=headers).status_code == status
            assert post_http(served, authority, event, headers).status_code == status
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{served.url.replace('https', 'http')}/healthz", timeout=5)
    credentials = grpc.ssl_channel_credentials(authority.file.read_bytes())
    with grpc.secure_channel(served.grpc, credentials) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        metadata = (("authorization", f"Bearer {tokens['ingest']}"),)
        assert export(b"", timeout=20, metadata=metadata) == b""
        with pytest.raises(grpc.RpcError) as caught:
            export(b"", timeout=20)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def trusting(authority):
    return ssl.create_default_context(cafile=authority.file)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def post_http(served, authority, event, headers):
    return httpx.post(f"{served.otlp_http}/v1/events", json=event, headers=headers, verify=trusting(authority))


def test_a_person_signs_in_with_a_token(guarded):
    served, tokens, authority = guarded
    with httpx.Client(base_url=served.url, verify=trusting(authority), timeout=30) as browser:
        form = {"token": tokens["read"], "next": "/transactions"}
        answer = browser.post("/signin", data=form, headers={"Origin": served.url})
        assert answer.headers["location"] == "/transactions"
        assert browser.get("/transactions", headers={"Accept": "text/html"}).status_code == 200
        assert browser.get("/api/v1/alerts").status_code == 200
        assert browser.post("/api/v1/alerts/1/ack", json={}, headers={"Origin": served.url}).status_code == 403


def test_client_commands_show_a_token(guarded, tmp_path):
    served, tokens, authority = guarded
    trusted = {"SSL_CERT_FILE": str(authority.file)}
    refused = run_command("alerts", "--url", served.url, **trusted)
    assert refused.returncode == 2
    assert "WAYLINE_TOKEN" in refused.stderr
    token_file = tmp_path / "token"
    token_file.write_text(tokens["read"] + "\n")
    for command in (["alerts"], ["search"], ["flows"], ["sla"], ["export", str(tmp_path / "out.csv")]):
        given = run_command(*command, "--url", served.url, WAYLINE_TOKEN=tokens["read"], **trusted)
        assert given.returncode == 0, (command, given.stderr)
        given = run_command(*command, "--url", served.url, "--token-file", str(token_file), **trusted)
        assert given.returncode == 0, (command, given.stderr)
    untrusting = run_command("alerts", "--url", served.url, WAYLINE_TOKEN=tokens["read"], SSL_CERT_FILE="/dev/null")
    assert untrusting.returncode == 2


def test_a_token_made_and_revoked_beside_the_running_server(guarded):
    served, _, authority = guarded
    token = create(served.data, "guest", "--scope", "read")
    token_id = re.fullmatch(r"wl_(\w{12})_.*", token)[1]

    def status():
        headers = bearer(token)
        return httpx.get(f"{served.url}/api/v1/stats", headers=headers, verify=trusting(authority)).status_code

    until(lambda: status() == 200)
    assert run_command("token", "revoke", token_id, "--data", str(served.data)).returncode == 0
    until(lambda: status() == 401)
    listed = json.loads(run_command("token", "list", "--json", "--data", str(served.data)).stdout)["items"]
    found = next(row for row in listed if row["id"] == token_id)
    assert found["state"] == "revoked"
    assert found["last_used_at"] is not None
    assert token[-43:] not in json.dumps(listed)


def until(is_so):
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_no_token_is_in_the_log_or_the_data_folder(guarded):
    served, tokens, _ = guarded
    kept = b"".join(path.read_bytes() for path in served.data.rglob("*") if path.is_file())
    kept += served.log.read_bytes()
    for token in tokens.values():
        assert token[-43:].encode() not in kept
