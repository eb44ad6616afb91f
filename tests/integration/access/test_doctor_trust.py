"""``wayline doctor`` sends its token to this machine, or to who proves to be the server."""

import http.server
import socket
import threading
from pathlib import Path

import pytest

from core.tls import ServerTls, TlsConfig
from tests.integration.access.certificates import Authority
from wayline import doctor
from wayline.cli import connection
from wayline.settings import Settings, load_settings


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.tokens.append(self.headers["Authorization"])
        body = b'{"components": [], "items": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Site:
    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.cert, self.key = self.authority.issue("wayline")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self.server.tokens = []
        tls = ServerTls(TlsConfig(cert_file=self.cert, key_file=self.key))
        self.server.socket = tls.context.wrap_socket(self.server.socket, server_side=True)
        self.folder = folder
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def settings(self, cert: Path | None = None, key: Path | None = None) -> Settings:
        config = self.folder / "wayline.yaml"
        tls = f"{{cert_file: {cert or self.cert}, key_file: {key or self.key}}}"
        config.write_text(f"server: {{port: {self.server.server_address[1]}, tls: {tls}}}")
        return load_settings(config=config, flags={})


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("WAYLINE_TOKEN", "wl_secret")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    made = Site(tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def elsewhere(monkeypatch):
    """What answers stands on another machine, as far as addresses tell."""
    monkeypatch.setattr(connection, "is_of_this_machine", lambda _: False)


def test_this_machine_is_asked_whatever_its_certificate_says(site):
    other, key = Authority(site.folder, "other").issue("other")
    assert doctor._ask_server(site.settings(other, key))[0].ok
    assert site.server.tokens == ["Bearer wl_secret"] * 2


def test_another_machine_gets_no_token_before_it_proves_to_be_the_server(site, elsewhere):
    other, key = Authority(site.folder, "other").issue("other")
    (found,) = doctor._ask_server(site.settings(other, key))
    assert not found.ok
    assert "SSL_CERT_FILE" in found.detail
    assert site.server.tokens == []


def test_an_authority_of_the_environment_or_the_certificate_of_the_settings_is_proof(site, elsewhere, monkeypatch):
    assert doctor._ask_server(site.settings())[0].ok
    monkeypatch.setenv("SSL_CERT_FILE", str(site.authority.file))
    other, key = Authority(site.folder, "other").issue("other")
    assert doctor._ask_server(site.settings(other, key))[0].ok
    assert len(site.server.tokens) == 4


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: nobody's; nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "0.0.0.0", "::", _own_address()])
def test_addresses_of_this_machine_are_known(host):
    assert connection.is_of_this_machine(host)


@pytest.mark.parametrize("host", ["198.51.100.7", "2001:db8::7", "no-such-host.invalid"])
def test_other_addresses_are_not_of_this_machine(host):
    assert not connection.is_of_this_machine(host)


def test_an_address_of_ipv6_is_written_as_addresses_want():
    with connection.connect_own("::1", 8080, TlsConfig()) as client:
        assert str(client.base_url) == "http://[::1]:8080"
