"""Ports that other machines can reach do not open before there is a way to say who comes in."""

from urllib.parse import urlsplit

import structlog

from core.access import LOOPBACK_HOSTS
from core.errors import ConfigError
from core.tls import TlsConfig
from storage.token_watch import TokenWatch
from wayline.settings import Settings

_log = structlog.get_logger("wayline.access")


def asks_for_credentials(settings: Settings, host: str) -> bool:
    """Whether a port on *host* is only for those who are known."""
    return settings.access.required == "always" or host not in LOOPBACK_HOSTS


def own_names(settings: Settings) -> frozenset[str]:
    """Return the names, in lower case, under which people reach the pages."""
    public = urlsplit(settings.server.public_url).hostname
    return frozenset(name.lower() for name in (*settings.access.hosts, settings.server.host, public or "") if name)


def refuse_open_ports(settings: Settings, tokens: TokenWatch) -> None:
    """
    Let the start go on when every port that asks for credentials can be given some.

    Raises:
        ConfigError: Nobody could come in, for there is neither a token nor a client authority.
    """
    server, collector = settings.server, settings.collector
    has_token = bool(tokens.live_tokens())
    _check(settings, server.host, server.tls, has_token=has_token)
    _check(settings, collector.host, collector.tls, has_token=has_token)


def _check(settings: Settings, host: str, tls: TlsConfig, *, has_token: bool) -> None:
    if not asks_for_credentials(settings, host):
        return
    if not has_token and not tls.asks_clients:
        raise ConfigError(
            f"refusing to listen on {host} without authentication",
            remedy=(
                f"make a token first (wayline token create NAME --data {settings.server.data}), or set "
                "server.tls.client_ca_file, or listen on 127.0.0.1"
            ),
        )
    if not tls.is_on and host not in LOOPBACK_HOSTS:
        _log.warning("tokens and telemetry travel in the clear: set server.tls, or put TLS in front", host=host)
