"""google.rpc.Status for refusals: the body of every OTLP error, and the details of a gRPC one."""

import math

from google.protobuf import duration_pb2
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2, status_pb2

from collector.refusals import BadDataError, RefusalError


def status_of(error: RefusalError) -> status_pb2.Status:
    """
    Return the Status of *error*.

    RetryInfo is attached when the client should try again, and only then (OTLP 1.11, gRPC Throttling); bad data carries
    a BadRequest. The message never holds a value of the request.
    """
    status = status_pb2.Status(code=error.grpc_code, message=error.message)
    if error.retry_after_s > 0:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(round(error.retry_after_s * 1_000_000_000))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    elif isinstance(error, BadDataError):
        violation = error_details_pb2.BadRequest.FieldViolation(field="body", description=error.message)
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    return status


def status_json(error: RefusalError) -> dict[str, object]:
    """Return the Status of *error* in the JSON mapping."""
    found: dict[str, object] = MessageToDict(status_of(error))
    return found


def retry_after_header(error: RefusalError) -> str:
    """Return the Retry-After value in whole seconds, rounded up (RFC 9110, 10.2.3); empty when there is none."""
    return str(math.ceil(error.retry_after_s)) if error.retry_after_s > 0 else ""
