"""Scalar attribute values as text."""

import base64
from collections.abc import Callable
from typing import Any

_WHOLE_BELOW = 1e15


def flat_text(value: Any, is_found_in: Callable[[str], bool] = lambda _: False) -> str:
    """
    Return a scalar ``AnyValue`` as text, as the decode statement does; an unset value is the empty text.

    Args:
        value: The value.
        is_found_in: Whether there is something to take out of a text: bytes that are such a text become it, and are
            base64 otherwise.
    """
    arm = value.WhichOneof("value")
    if arm is None:
        return ""
    content = getattr(value, arm)
    match arm:
        case "bool_value":
            return "true" if content else "false"
        case "double_value":
            return str(int(content)) if abs(content) < _WHOLE_BELOW and content.is_integer() else str(content)
        case "bytes_value":
            return _bytes_text(content, is_found_in)
    return str(content)


def _bytes_text(content: bytes, is_found_in: Callable[[str], bool]) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = ""
    return text if text and is_found_in(text) else base64.b64encode(content).decode()
