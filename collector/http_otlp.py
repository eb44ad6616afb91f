"""The OTLP/HTTP endpoints: protobuf and JSON on one port, chosen by content type."""

from collections.abc import Callable

import orjson

from collector.auth import Authenticator
from collector.config import LimitsConfig
from collector.http_messages import Answer, Head, Outcome
from collector.inflate import ENCODINGS, inflate
from collector.intake import Intake, count_refusal
from collector.json_decode import decode_json, json_warning
from collector.otlp import OtlpService
from collector.refusals import BadDataError, RefusalError, UnsupportedMediaError
from collector.status import retry_after_header, status_json, status_of

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_HEAVY_BYTES = {PROTOBUF: 2**20, JSON: 64 * 2**10}
_HEAVY_ENCODED_BYTES = 64 * 2**10


class OtlpEndpoint:
    """
    ``POST /v1/traces``, ``/v1/logs`` or ``/v1/metrics``.

    Args:
        service: Which of the three.
        intake: Where requests go.
        limits: What one request may cost.
        authenticator: Judges credentials.
    """

    def __init__(
        self, service: OtlpService, intake: Intake, limits: LimitsConfig, authenticator: Authenticator
    ) -> None:
        self._service = service
        self._intake = intake
        self._limits = limits
        self._authenticator = authenticator

    def admit(self, head: Head) -> None:
        """Judge credentials, content type and content encoding."""
        self._authenticator.check(head.headers.get("authorization", ""), self._service.signal)
        if head.media_type not in (PROTOBUF, JSON):
            raise UnsupportedMediaError(f"the content type is neither {PROTOBUF} nor {JSON}")
        if head.encoding not in ("", *ENCODINGS):
            raise UnsupportedMediaError(f"the content encoding is not one of {', '.join(ENCODINGS)}")

    def is_heavy(self, head: Head, size_bytes: int) -> bool:
        """Whether the event loop should not do it."""
        limit = _HEAVY_BYTES[head.media_type]
        return size_bytes > (min(limit, _HEAVY_ENCODED_BYTES) if head.encoding else limit)

    def process(self, head: Head, body: bytes, reserve: Callable[[int], None]) -> Outcome:
        """Inflate, transcode JSON, check, append."""
        actor = self._authenticator.check(head.headers.get("authorization", ""), self._service.signal)
        inflated = inflate(body, head.encoding, self._limits)
        if inflated is not body:
            reserve(len(inflated))
        warning = ""
        if head.media_type == JSON:
            inflated = decode_json(self._service, inflated, self._limits)
            warning = json_warning()
        accepted = self._intake.accept(self._service.signal, inflated, "http", actor)
        checked = accepted.checked
        if head.media_type == PROTOBUF:
            content = self._service.partial_success(checked.rejected, checked.message)
        elif checked.message or warning:
            words = "; ".join(filter(None, (checked.message, warning)))
            partial = {self._service.rejected_json: str(checked.rejected), "errorMessage": words}
            content = orjson.dumps({"partialSuccess": partial})
        else:
            content = b"{}"
        return Outcome(Answer(200, head.media_type, content), accepted.stored)

    def refuse(self, head: Head, error: RefusalError) -> Answer:
        """Return a Status in the encoding of the request, or in JSON when that is not known."""
        count_refusal(self._service.signal, error)
        return refusal_answer(head, error)


def refusal_answer(head: Head, error: RefusalError) -> Answer:
    """Return a google.rpc.Status in the encoding of the request."""
    headers = {}
    retry_after = retry_after_header(error)
    if retry_after:
        headers["Retry-After"] = retry_after
    if error.http_status == 401:  # noqa: PLR2004  # RFC 9110, 15.5.2 demands the challenge
        headers["WWW-Authenticate"] = "Bearer"
    if head.media_type == PROTOBUF:
        return Answer(error.http_status, PROTOBUF, status_of(error).SerializeToString(), headers)
    return Answer(error.http_status, JSON, orjson.dumps(status_json(error)), headers)


class UnknownEndpoint:
    """
    Answers for paths and methods nothing stands behind.

    Args:
        paths: Paths that exist, for POST.
    """

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths

    def admit(self, head: Head) -> None:
        """Refuse."""
        raise BadDataError("only POST is taken here" if head.path in self._paths else "there is nothing at this path")

    def is_heavy(self, _head: Head, _size_bytes: int) -> bool:
        """Never; nothing is processed."""
        return False

    def process(self, head: Head, _body: bytes, _reserve: Callable[[int], None]) -> Outcome:
        """Never reached, since every head is refused."""
        return Outcome(self.refuse(head, BadDataError("there is nothing at this path")))

    def refuse(self, head: Head, error: RefusalError) -> Answer:
        """Return 405 with the method that is taken, or 404."""
        answer = refusal_answer(head, error)
        if head.path in self._paths:
            return Answer(405, answer.media_type, answer.body, {"Allow": "POST"})
        return Answer(404, answer.media_type, answer.body)
