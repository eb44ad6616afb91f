"""Delivers one message through one channel: to the log, or to a webhook in Alertmanager's form."""

import os
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import orjson
import structlog

from alerting.config import AlertingConfig
from alerting.guard import check_url
from core.errors import PermanentError, TransientError
from runbooks.models import Channel

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_REDIRECTION = 300
_MAX_RETRY_AFTER_S = 3_600.0

log = structlog.get_logger("wayline.alerting")


class DeliveryRefusedError(PermanentError):
    """The receiver will not take this message, however often it is sent."""


class DeliveryFailedError(TransientError):
    """The receiver did not take the message, and may later."""


class OutcomeUnknownError(TransientError):
    """The message may have arrived: the call ended without an answer."""


class Sender(Protocol):
    """Delivers messages through channels of one type."""

    def send(self, channel: Channel, payload: Mapping[str, Any]) -> None:
        """
        Deliver *payload*; returning means that the receiver has it.

        Raises:
            DeliveryRefusedError: Never again.
            DeliveryFailedError: It was not taken; later perhaps.
            OutcomeUnknownError: It may have been taken.
        """
        ...


class LogSender:
    """Writes one line an alert; labels and texts only, which hold no identifiers."""

    def send(self, channel: Channel, payload: Mapping[str, Any]) -> None:
        """Write every alert of *payload*."""
        for alert in payload["alerts"]:
            annotations = alert["annotations"]
            write = log.warning if alert["status"] == "firing" else log.info
            write(
                f"alert {alert['status']}",
                channel=channel.name,
                reason=payload["notificationReason"],
                fingerprint=alert["fingerprint"],
                starts_at=alert["startsAt"],
                summary=annotations.get("summary", ""),
                affected=annotations.get("affected", ""),
                oldest_at=annotations.get("oldest_at", ""),
                runbook_url=annotations.get("runbook_url", ""),
                transactions_url=annotations.get("transactions_url", ""),
                **{f"label_{name}": value for name, value in alert["labels"].items()},
            )


class WebhookSender:
    """
    Posts JSON over HTTP(S).

    Redirects are not followed: a receiver that moved is for a person to look at.

    Args:
        config: Which addresses are allowed.
    """

    def __init__(self, config: AlertingConfig) -> None:
        self._config = config
        # Proxies of the environment are for the world outside; receivers are in the estate.
        self._client = httpx.Client(follow_redirects=False, trust_env=False)

    def send(self, channel: Channel, payload: Mapping[str, Any]) -> None:
        """Post *payload* to the address of *channel*."""
        check_url(channel.url, block_private=self._config.block_private_addresses, hosts=self._config.webhook_hosts)
        try:
            response = self._client.post(
                channel.url,
                content=orjson.dumps(payload),
                headers=_headers(channel),
                timeout=channel.timeout.seconds,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise DeliveryFailedError(f"cannot connect: {type(error).__name__}", retry_after_s=0.0) from error
        except httpx.TransportError as error:
            raise OutcomeUnknownError(f"no answer: {type(error).__name__}", retry_after_s=0.0) from error
        except httpx.InvalidURL as error:
            raise DeliveryRefusedError("the address is not a URL", remedy="mend the url of the channel") from error
        _judge(response)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _headers(channel: Channel) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "wayline", **channel.headers}
    if channel.token_env:
        token = os.environ.get(channel.token_env, "")
        if not token:
            raise DeliveryFailedError(
                f"channel {channel.name} has no token", remedy=f"set the environment variable {channel.token_env}"
            )
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _judge(response: httpx.Response) -> None:
    if response.status_code < _REDIRECTION:
        return
    if response.status_code == _TOO_MANY_REQUESTS or response.status_code >= _SERVER_ERROR:
        raise DeliveryFailedError(
            f"the receiver answered {response.status_code}", retry_after_s=_retry_after_s(response)
        )
    raise DeliveryRefusedError(
        f"the receiver answered {response.status_code}", remedy="check address and credentials of the channel"
    )


def _retry_after_s(response: httpx.Response) -> float:
    """Return the wait the receiver asked for in seconds; 0 where it asked for none, or by date."""
    said = response.headers.get("Retry-After", "")
    return min(float(said), _MAX_RETRY_AFTER_S) if said.isdecimal() else 0.0
