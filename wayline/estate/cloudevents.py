"""Business events over HTTP as CloudEvents 1.0: binary, structured or batched, as different systems do it."""

import time
from datetime import timedelta
from typing import Final

import httpx
import orjson

from core.clock import datetime_from_ns, rfc3339
from wayline.estate.telemetry import EventItem

_PATH: Final = "/api/v1/events"
_BATCH: Final = 200
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
_TIMEOUT: Final = timedelta(seconds=10)


class EventSender:
    """
    Buffers events and posts them; a refused post is tried again until it is acknowledged.

    Args:
        events_url: Base URL of the API.
        give_up_s: How long one post is tried before its events count as lost.
        token: Token to show; empty shows none.
    """

    def __init__(self, events_url: str, give_up_s: float, token: str = "") -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=events_url, headers=headers, timeout=_TIMEOUT.total_seconds(), trust_env=False
        )
        self._give_up_s = give_up_s
        self._buffer: list[EventItem] = []
        self._singles = 0
        self.lost = 0

    def send(self, item: EventItem) -> None:
        """Buffer *item*; a full buffer is posted."""
        self._buffer.append(item)
        if len(self._buffer) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Post what is buffered; returns when it is acknowledged or lost."""
        items, self._buffer = self._buffer, []
        if len(items) > 1:
            body = orjson.dumps([_structured(item) for item in items])
            self._post(body, {"content-type": "application/cloudevents-batch+json"}, len(items))
        elif items:
            self._singles += 1
            self._post_one(items[0], binary=self._singles % 2 == 0)

    def close(self) -> None:
        """Flush and close the connections."""
        self.flush()
        self._client.close()

    def _post_one(self, item: EventItem, *, binary: bool) -> None:
        event = _structured(item)
        if not binary:
            self._post(orjson.dumps(event), {"content-type": "application/cloudevents+json"}, 1)
            return
        headers = {f"ce-{name}": str(value) for name, value in event.items() if name not in {"data", "datacontenttype"}}
        self._post(orjson.dumps(item.data), {**headers, "content-type": "application/json"}, 1)

    def _post(self, body: bytes, headers: dict[str, str], count: int) -> None:
        until = time.monotonic() + self._give_up_s
        pause_s = _FIRST_PAUSE_S
        while not self._accepted(body, headers):
            if time.monotonic() > until:
                self.lost += count
                return
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _accepted(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            return self._client.post(_PATH, content=body, headers=headers).is_success
        except httpx.TransportError:
            return False


def _structured(item: EventItem) -> dict[str, object]:
    return dict(item.as_cloudevent(rfc3339(datetime_from_ns(item.at_ns))))
