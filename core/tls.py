"""
TLS of a listening port: settings, an `ssl` context, and certificates that may change while it is open.

The files are looked at when a client connects, so a renewed certificate is served from the next connection on and the
open ones live to their end. A renewal that cannot be used is logged, and the last good certificate stays.
"""

import ssl
import threading
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, model_validator

from core.errors import ConfigError

_log = structlog.get_logger(__name__)


class TlsConfig(BaseModel):
    """
    TLS of one port; without *cert_file* it speaks plain text.

    Attributes:
        cert_file: Certificate and its chain, PEM.
        key_file: Private key of the certificate, PEM, without a pass phrase.
        client_ca_file: Authorities whose client certificates are asked for (mTLS); empty asks for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cert_file: Path | None = None
    key_file: Path | None = None
    client_ca_file: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> "TlsConfig":
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together")
        if self.client_ca_file is not None and self.cert_file is None:
            raise ValueError("client_ca_file wants cert_file and key_file as well")
        return self

    @property
    def is_on(self) -> bool:
        """Whether the port speaks TLS."""
        return self.cert_file is not None

    @property
    def asks_clients(self) -> bool:
        """Whether clients must show a certificate."""
        return self.client_ca_file is not None


class ServerTls:
    """
    The certificates of one port.

    Args:
        config: Settings; `TlsConfig.is_on`.
        alpn: Application protocols offered.

    Raises:
        ConfigError: A file is missing or of no use; the text names it and says how to mend it.
    """

    def __init__(self, config: TlsConfig, alpn: tuple[str, ...] = ("http/1.1",)) -> None:
        self._config = config
        self._alpn = alpn
        self._lock = threading.Lock()
        self._seen = self._stamps()
        self._served = self._build()
        self.context = self._build()
        # Called at every handshake, with or without a server name in it.
        self.context.sni_callback = self._serve_latest

    def _serve_latest(self, connection: Any, _name: str | None, _context: ssl.SSLContext) -> None:
        self._look()
        connection.context = self._served

    def _look(self) -> None:
        stamps = self._stamps()
        if stamps == self._seen:
            return
        with self._lock:
            if stamps == self._seen:
                return
            try:
                self._served = self._build()
            except ConfigError as error:
                _log.error("changed certificate not taken, the old one stays", error=str(error))
            else:
                _log.info("changed certificate in force", file=str(self._config.cert_file))
            self._seen = stamps

    def _files(self) -> list[Path]:
        named = (self._config.cert_file, self._config.key_file, self._config.client_ca_file)
        return [path for path in named if path is not None]

    def _stamps(self) -> tuple[tuple[int, int, int], ...]:
        found = []
        for path in self._files():
            try:
                facts = path.stat()
            except OSError:
                found.append((0, 0, 0))
            else:
                found.append((facts.st_mtime_ns, facts.st_size, facts.st_ino))
        return tuple(found)

    def _build(self) -> ssl.SSLContext:
        assert self._config.cert_file is not None  # noqa: S101  # is_on
        for path in self._files():
            _refuse_unreadable(path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(list(self._alpn))
        try:
            context.load_cert_chain(self._config.cert_file, self._config.key_file, password=_refuse_pass_phrase)
        except ssl.SSLError as error:
            raise ConfigError(
                f"certificate {self._config.cert_file} and key {self._config.key_file} cannot be used: {_why(error)}",
                remedy="both are PEM files, and the key is the one the certificate was made for",
            ) from error
        if self._config.client_ca_file is not None:
            _ask_clients(context, self._config.client_ca_file)
        return context


def _ask_clients(context: ssl.SSLContext, authorities: Path) -> None:
    try:
        context.load_verify_locations(authorities)
    except ssl.SSLError as error:
        raise ConfigError(
            f"client authorities {authorities} cannot be used: {_why(error)}", remedy="give a PEM file of certificates"
        ) from error
    context.verify_mode = ssl.CERT_REQUIRED


def _refuse_unreadable(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", remedy="check the tls settings") from error


def _refuse_pass_phrase() -> str:
    raise ConfigError("the private key wants a pass phrase", remedy="store the key without one, in a file of mode 0600")


def _why(error: ssl.SSLError) -> str:
    return (error.reason or "not PEM").replace("_", " ").lower()
