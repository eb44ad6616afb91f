"""Scalar leaves of JSON data as flat attributes, so that identifiers inside it are found by their key."""

from collections import deque
from typing import Any

_MAX_LEAVES = 512


def flatten_leaves(data: Any) -> dict[str, str]:
    """
    Return the scalar leaves of *data* under their dotted path and under their bare key.

    A bare key that occurs more than once holds the leaf nearest to the root. Array elements are numbered from 0. Beyond
    512 leaves, breadth first, the rest is left to the data itself.
    """
    flat: dict[str, str] = {}
    waiting: deque[tuple[str, str, Any]] = deque([("", "", data)])
    leaves = 0
    while waiting and leaves < _MAX_LEAVES:
        path, key, value = waiting.popleft()
        if isinstance(value, dict):
            waiting.extend((_join(path, name), name, inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(
                (f"{path}.{number}" if path else str(number), key, inner) for number, inner in enumerate(value)
            )
        elif value is not None and path:
            leaves += 1
            flat.setdefault(path, _scalar(value))
            if key:
                flat.setdefault(key, _scalar(value))
    return flat


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
