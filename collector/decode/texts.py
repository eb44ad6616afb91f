"""Scalar attribute values as text."""

import base64
from typing import Any


def flat_text(value: Any) -> str:
    """
    Return a scalar ``AnyValue`` as text; bytes that are UTF-8 as that text, so that patterns are seen in them.

    An unset value is the empty text.
    """
    arm = value.WhichOneof("value")
    if arm is None:
        return ""
    content = getattr(value, arm)
    if arm == "bool_value":
        return "true" if content else "false"
    if arm != "bytes_value":
        return str(content)
    try:
        return bytes(content).decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()
