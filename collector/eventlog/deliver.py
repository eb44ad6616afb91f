"""Business events go to a running server in CloudEvents batches, each acknowledged before more are read."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import httpx
import orjson
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from core.errors import PermanentError, TransientError

CloudEvent = dict[str, Any]
BATCH_EVENTS = 2_000
GIVE_UP_AFTER_S = 300.0
_RETRYABLE_STATUS = frozenset({429, 502, 503, 504})


class DeliveryError(PermanentError):
    """The server will not take these events."""


class ServerBusyError(TransientError):
    """The server asked to be left alone for a while."""


def batches_of(events: Iterable[CloudEvent], size: int = BATCH_EVENTS) -> Iterator[list[CloudEvent]]:
    """Yield lists of at most *size* events in order."""
    iterator = iter(events)
    while batch := list(islice(iterator, size)):
        yield batch


class EventSender:
    """
    Posts batches of CloudEvents and waits for the durable acknowledgement.

    Args:
        client: HTTP client whose base address is the API's.
        give_up_after_s: Seconds of refusals after which sending ends with the server's last answer.
    """

    def __init__(self, client: httpx.Client, *, give_up_after_s: float = GIVE_UP_AFTER_S) -> None:
        self._client = client
        self._retrying = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_random_exponential(multiplier=0.2, max=10),
            stop=stop_after_delay(give_up_after_s),
            reraise=True,
        )

    def send(self, batch: list[CloudEvent]) -> None:
        """
        Deliver *batch*; returns when the server has it on disk.

        Raises:
            DeliveryError: The server refused the batch for good.
            TransientError: The server stayed busy or away for too long.
        """
        body = orjson.dumps(batch)
        self._retrying(self._post, body)

    def _post(self, body: bytes) -> None:
        try:
            answer = self._client.post(
                "/api/v1/events", content=body, headers={"Content-Type": "application/cloudevents-batch+json"}
            )
        except httpx.TransportError as error:
            raise ServerBusyError(f"the server did not answer: {type(error).__name__}") from error
        if answer.status_code in _RETRYABLE_STATUS:
            raise ServerBusyError(f"the server answered {answer.status_code}")
        if not answer.is_success:
            raise DeliveryError(f"the server refused the events with {answer.status_code}: {answer.text[:300]}")
