"""Whether anything listens where the estate is to be sent: asked before it begins, for it is patient with refusals."""

import socket
import time
from urllib.parse import urlsplit

from core.errors import ConfigError, TransientError

_PORTS = {"http": 80, "https": 443}
_PAUSE_S = 0.2
_TIMEOUT_S = 2.0


def wait_for_doors(endpoint: str, events_url: str, patience_s: float) -> None:
    """
    Return once both doors can be connected to.

    Args:
        endpoint: ``host:port`` of OTLP/gRPC.
        events_url: Base URL of the API.
        patience_s: Seconds for which a server may still be starting.

    Raises:
        ConfigError: One of them is no address.
        TransientError: Nothing listens there.
    """
    until = time.monotonic() + patience_s
    for option, place in (("--endpoint", endpoint), ("--events-url", events_url)):
        address = _address(option, place)
        while (why := _refusal(address)) is not None:
            if time.monotonic() >= until:
                raise TransientError(
                    f"nothing listens at {place} ({why})",
                    remedy=f"start a server with `wayline serve`, or name its address with {option}",
                )
            time.sleep(_PAUSE_S)


def _address(option: str, place: str) -> tuple[str, int]:
    try:
        parts = urlsplit(place if "://" in place else f"//{place}")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        parts, port = urlsplit(""), None
    if not parts.hostname or not port:
        wanted = "host:port" if option == "--endpoint" else "http://host:port"
        raise ConfigError(f"not an address: {place!r}", remedy=f"write {option} as {wanted}")
    return parts.hostname, port


def _refusal(address: tuple[str, int]) -> str | None:
    try:
        socket.create_connection(address, _TIMEOUT_S).close()
    except OSError as error:
        return error.strerror or "no answer"
    return None
