"""Errors as RFC 9457 problem documents, for our own refusals and for what the framework finds."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from analytics.read.errors import InvalidQueryError, NotFoundError
from core.errors import TransientError

MEDIA_TYPE = "application/problem+json"
_IN_PATHS = "/:@!$&'()*+,;=~"
"""What a path holds as it is (RFC 3986, 3.3): an instance is an address, and an identifier in it may be anything."""
log = structlog.get_logger("analytics.api")


def problem(
    status: int, detail: str, *, instance: str = "", headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """
    Return a problem document.

    Args:
        status: HTTP status; its phrase is the title, as ``type`` is ``about:blank`` (RFC 9457 section 4.2.1).
        detail: What is wrong this time and how to mend it.
        instance: Path of the request, decoded.
        headers: Further response headers.
        members: Extension members.
    """
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if instance:
        document["instance"] = quote(instance, safe=_IN_PATHS)
    return Response(
        orjson.dumps(document | members), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of *app* a problem document: ours, wrong parameters, unknown paths, and failures."""
    app.add_exception_handler(InvalidQueryError, _invalid_query)
    app.add_exception_handler(NotFoundError, _not_found)
    app.add_exception_handler(TransientError, _try_again)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _failure)


async def _invalid_query(request: Request, error: Exception) -> Response:
    parameter = error.parameter if isinstance(error, InvalidQueryError) else None
    return problem(400, str(error), instance=request.url.path, parameter=parameter)


async def _not_found(request: Request, error: Exception) -> Response:
    return problem(404, str(error), instance=request.url.path)


async def _try_again(request: Request, error: Exception) -> Response:
    wait_s = error.retry_after_s if isinstance(error, TransientError) else 1.0
    log.warning("request failed for now", path=_route(request), error=type(error).__name__)
    return problem(
        503,
        "the store cannot answer at the moment; try again",
        instance=request.url.path,
        headers={"Retry-After": str(max(1, round(wait_s)))},
    )


async def _invalid_request(request: Request, error: Exception) -> Response:
    """A wrong query or path is 400, a body of the right type that does not fit is 422."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"where": ".".join(str(part) for part in each["loc"]), "message": each["msg"]} for each in found]
    in_body = any(each["loc"] and each["loc"][0] == "body" for each in found)
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in errors) or "the request is not valid"
    return problem(422 if in_body else 400, detail, instance=request.url.path, errors=errors)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _failure(request, error)
    detail = error.detail if isinstance(error.detail, str) else HTTPStatus(error.status_code).phrase
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "there is nothing at this path; the API is described at /api/v1/docs"
    return problem(error.status_code, detail, instance=request.url.path, headers=error.headers)


async def _failure(request: Request, error: Exception) -> Response:
    log.error("request failed", path=_route(request), error=type(error).__name__, exc_info=error)
    return problem(500, "this request failed inside Wayline; its log says why", instance=request.url.path)


def _route(request: Request) -> str:
    """Return the path template: paths hold identifiers of people, which belong in no log."""
    return str(getattr(request.scope.get("route"), "path", "(no route)"))
