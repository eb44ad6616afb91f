"""How client commands reach a running Wayline: its address, the token they show, the certificates they trust."""

import contextlib
import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from core.access import LOOPBACK_HOSTS, in_address
from core.errors import ConfigError
from core.tls import TlsConfig

TOKEN_VARIABLE = "WAYLINE_TOKEN"  # noqa: S105  # the name of a variable
_token_files: list[Path] = []


def _remember(path: Path | None) -> Path | None:
    _token_files[:] = [path] if path else []
    return path


TokenFileOption = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        help=f"File that holds the token to show; else the variable {TOKEN_VARIABLE}.",
        envvar="WAYLINE_TOKEN_FILE",
        callback=_remember,
    ),
]


def token() -> str:
    """
    Return the token of ``--token-file`` or of the environment; empty when there is none.

    Raises:
        ConfigError: The file cannot be read, or what is given cannot be a token.
    """
    if not _token_files:
        return _checked(os.environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE)
    try:
        return _checked(_token_files[0].read_text(encoding="ascii").strip(), str(_token_files[0]))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the token in {_token_files[0]}", remedy="check --token-file") from error


def _checked(text: str, where: str) -> str:
    """Return *text* when a header can carry it: what cannot would look as if no server answered."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(
            f"what stands in {where} is not a token", remedy="give the one line that wayline token create printed"
        )
    return text


def connect(url: str, timeout_s: float = 60.0) -> httpx.Client:
    """
    Return a client of the Wayline at *url*.

    Its certificates are judged by the system's authorities, or those of the file that SSL_CERT_FILE names.
    """
    is_near = urlsplit(url).hostname in LOOPBACK_HOSTS
    return httpx.Client(
        base_url=url.rstrip("/"),
        headers=_shown_token(),
        verify=ssl.create_default_context() if url.startswith("https:") else True,
        timeout=timeout_s,
        trust_env=not is_near,  # no proxy stands between a machine and itself
    )


def connect_own(host: str, port: int, tls: TlsConfig, timeout_s: float = 5.0) -> httpx.Client:
    """
    Return a client of the server that listens on *host*:*port* with *tls*.

    The certificate of this machine's own server names the host that people use, so it is not compared with the address
    it listens on. What stands elsewhere gets no token before its certificate is found good: by the authorities that
    `connect` knows, or as the one that *tls* names.
    """
    is_near = is_of_this_machine(host)
    return httpx.Client(
        base_url=f"{'https' if tls.is_on else 'http'}://{in_address(host)}:{port}",
        headers=_shown_token(),
        verify=_trust(tls) if tls.is_on and not is_near else False,  # it is this machine that answers
        timeout=timeout_s,
        trust_env=not is_near,
    )


def is_of_this_machine(host: str) -> bool:
    """Whether every address of *host* is one of this machine: packets to it do not leave."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)}
    except OSError:
        return False
    return bool(found) and all(map(_stays_here, found))


def is_untrusted(error: BaseException | None) -> bool:
    """Whether *error* comes of a certificate that was not found good."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _shown_token() -> dict[str, str]:
    shown = token()
    return {"Authorization": f"Bearer {shown}"} if shown else {}


def _trust(tls: TlsConfig) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the certificate itself is enough, without its authority
    with contextlib.suppress(OSError):
        context.load_verify_locations(tls.cert_file)
    return context


def _stays_here(address: str) -> bool:
    known = ipaddress.ip_address(address)
    if known.is_loopback or known.is_unspecified:
        return True
    # What is sent to an address of one's own has it as its source, too. Connecting a datagram socket sends nothing.
    family = socket.AF_INET if known.version == 4 else socket.AF_INET6  # noqa: PLR2004  4 is the version itself
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return ipaddress.ip_address(probe.getsockname()[0]) == known
    except OSError:
        return False
