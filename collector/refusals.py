"""Why a request was not acknowledged: one class a reason, with what each transport answers."""

from typing import ClassVar

from core.errors import WaylineError


class RefusalError(WaylineError):
    """
    A request that was not acknowledged.

    Attributes:
        reason: Short name for the metric of refusals.
        http_status: Status of the HTTP answer.
        grpc_code: Number of the gRPC status (google.rpc.Code).
        retry_after_s: Seconds the client should wait; 0 means it must not try again (OTLP 1.11, Failures).
    """

    reason: ClassVar[str]
    http_status: ClassVar[int]
    grpc_code: ClassVar[int]
    retry_after_s: float = 0.0


class BadDataError(RefusalError):
    """The bytes are not what they claim to be; the same bytes will fail again."""

    reason = "bad_data"
    http_status = 400
    grpc_code = 3


class TooLargeError(RefusalError):
    """Too many bytes, items or fields, before or after inflation."""

    reason = "too_large"
    http_status = 413
    grpc_code = 8


class UnsupportedMediaError(RefusalError):
    """A content type or content encoding that is not spoken here."""

    reason = "unsupported_media"
    http_status = 415
    grpc_code = 3


class UnknownSourceError(RefusalError):
    """A hook that no source of the catalog has."""

    reason = "unknown_source"
    http_status = 404
    grpc_code = 5


class UnauthenticatedError(RefusalError):
    """No credentials, or none that are known."""

    reason = "unauthenticated"
    http_status = 401
    grpc_code = 16


class ForbiddenError(RefusalError):
    """Known credentials whose scope does not cover this signal."""

    reason = "forbidden"
    http_status = 403
    grpc_code = 7


class OverloadedError(RefusalError):
    """
    No room right now; the client keeps the data and tries again.

    Args:
        message: What is full.
        retry_after_s: Seconds to wait, at least one.
    """

    reason = "overloaded"
    http_status = 503
    grpc_code = 14

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = max(1.0, retry_after_s)


class ThrottledError(OverloadedError):
    """Above the soft mark: the queue drains, but slower than it fills."""

    reason = "throttled"
    http_status = 429
