"""``POST /v1/events``: CloudEvents on the ingest port."""

from collections.abc import Callable, Mapping

import orjson

from collector.auth import Authenticator
from collector.cloud_events import Event, pack_events, read_events
from collector.config import LimitsConfig
from collector.http_messages import Answer, Head, Outcome
from collector.http_otlp import refusal_answer
from collector.inflate import ENCODINGS, inflate
from collector.intake import Accepted, Intake, count_refusal
from collector.refusals import RefusalError, UnauthenticatedError, UnsupportedMediaError
from collector.signals import Signal
from collector.source_scope import check_event_sources
from collector.validate import Checked
from collector.webhooks import read_webhook
from core.clock import Clock
from core.source_errors import SOURCE_ERRORS
from runbooks.models import Source

JSON = "application/json"
_HEAVY_BYTES = 64 * 2**10


class EventsEndpoint:
    """
    The door for business events, behind both HTTP ports.

    Args:
        intake: Where requests go.
        limits: What one request may cost.
        authenticator: Judges credentials.
        clock: Gives an event without a time the time of its receipt.
    """

    def __init__(self, intake: Intake, limits: LimitsConfig, authenticator: Authenticator, clock: Clock) -> None:
        self._intake = intake
        self.limits = limits
        self._authenticator = authenticator
        self._clock = clock

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """
        Judge credentials and content encoding.

        Raises:
            RefusalError: The request is not taken.
        """
        self._authenticator.check(headers.get("authorization", ""), Signal.EVENTS)
        if headers.get("content-encoding", "").strip().lower() not in ("", *ENCODINGS):
            raise UnsupportedMediaError(f"the content encoding is not one of {', '.join(ENCODINGS)}")

    def take(self, headers: Mapping[str, str], body: bytes, reserve: Callable[[int], None]) -> Accepted:
        """
        Take the events of one request; *headers* with lower-case names.

        Raises:
            RefusalError: None of them is taken.
        """
        return self._take(
            headers, body, reserve, lambda inflated: read_events(headers, inflated, max_events=self.limits.max_items)
        )

    def take_webhook(
        self, source: Source, headers: Mapping[str, str], body: bytes, reserve: Callable[[int], None]
    ) -> Accepted:
        """
        Take what *source* posted, as the event that its mapping makes of it.

        Raises:
            RefusalError: It is not taken.
        """
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            taken = self._take(headers, body, reserve, lambda inflated: [read_webhook(source, media_type, inflated)])
        except UnauthenticatedError:
            raise  # anybody may knock in the name of a source
        except RefusalError as error:
            SOURCE_ERRORS.note(source.name, f"{error.reason}: {error}", self._clock.now())
            raise
        SOURCE_ERRORS.clear(source.name)
        return taken

    def _take(
        self,
        headers: Mapping[str, str],
        body: bytes,
        reserve: Callable[[int], None],
        read: Callable[[bytes], list[Event]],
    ) -> Accepted:
        actor = self._authenticator.check(headers.get("authorization", ""), Signal.EVENTS)
        inflated = inflate(body, headers.get("content-encoding", "").strip().lower(), self.limits)
        if inflated is not body:
            reserve(len(inflated))
        events = read(inflated)
        payload = pack_events(events, self._clock.now_ns())
        check_event_sources(actor, events)
        return self._intake.append(Signal.EVENTS, Checked(payload, len(events)), "http")

    def admit(self, head: Head) -> None:
        """Judge a request by its head."""
        self.check_headers(head.headers)

    def is_heavy(self, _head: Head, size_bytes: int) -> bool:
        """Whether the event loop should not do it."""
        return size_bytes > _HEAVY_BYTES

    def process(self, head: Head, body: bytes, reserve: Callable[[int], None]) -> Outcome:
        """Take a whole request."""
        accepted = self.take(head.headers, body, reserve)
        return Outcome(Answer(202, JSON, orjson.dumps({"accepted": accepted.checked.items})), accepted.stored)

    def refuse(self, head: Head, error: RefusalError) -> Answer:
        """Return a Status."""
        count_refusal(Signal.EVENTS, error)
        return refusal_answer(head, error)
