"""What the paths answer with."""

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.responses import Response


def json_answer(body: Any, status: int = 200) -> Response:
    """Return *body* as JSON; the reads already give the public shapes, so nothing is copied on the way out."""
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")


def list_answer(items: Sequence[Any], next_cursor: str | None = None, **members: Any) -> Response:
    """Return a list as ``{"items": [...], "next_cursor": ...}``."""
    return json_answer({**members, "items": items, "next_cursor": next_cursor})
