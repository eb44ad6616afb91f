"""How client commands reach a running Wayline: its address, the token they show, the certificates they trust."""

import os
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from core.access import LOOPBACK_HOSTS
from core.errors import ConfigError

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
        ConfigError: The file cannot be read.
    """
    if not _token_files:
        return os.environ.get(TOKEN_VARIABLE, "").strip()
    try:
        return _token_files[0].read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the token in {_token_files[0]}", remedy="check --token-file") from error


def connect(url: str, timeout_s: float = 60.0) -> httpx.Client:
    """
    Return a client of the Wayline at *url*.

    Its certificates are judged by the system's authorities, or those of the file that SSL_CERT_FILE names.
    """
    shown = token()
    is_near = urlsplit(url).hostname in LOOPBACK_HOSTS
    return httpx.Client(
        base_url=url.rstrip("/"),
        headers={"Authorization": f"Bearer {shown}"} if shown else {},
        verify=ssl.create_default_context() if url.startswith("https:") else True,
        timeout=timeout_s,
        trust_env=not is_near,  # no proxy stands between a machine and itself
    )
