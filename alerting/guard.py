"""Where webhooks may go: keeps an address in the catalog from reaching what only this machine should reach."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from core.errors import PermanentError, TransientError

Resolver = Callable[[str, int], Iterable[str]]


class ForbiddenAddressError(PermanentError):
    """The address of a webhook is not one that the settings allow."""


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of *host*; a name that cannot be resolved now may be later."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TransientError("the host of a webhook has no address", remedy="check its name") from error
    return [str(entry[4][0]) for entry in found]


def check_url(url: str, *, block_private: bool, hosts: tuple[str, ...] = (), resolver: Resolver = resolve_host) -> None:
    """
    Refuse *url* where the settings say so.

    Args:
        url: Address of a webhook.
        block_private: Refuse loopback, private, link-local and reserved addresses.
        hosts: When not empty, the only host names allowed.
        resolver: Turns a host and port into addresses.

    Raises:
        ForbiddenAddressError: The scheme, host or address is refused.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ForbiddenAddressError("a webhook needs an http or https address", remedy="mend the url of the channel")
    if hosts and parts.hostname not in hosts:
        raise ForbiddenAddressError(
            "the host of a webhook is not allowed", remedy="add it to alerting.webhook_hosts, or mend the channel"
        )
    if not block_private:
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for address in resolver(parts.hostname, port):
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise ForbiddenAddressError(
                "a webhook leads to a private address", remedy="turn alerting.block_private_addresses off to allow it"
            )
