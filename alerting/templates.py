"""Fills ``{{ labels.x }}`` and ``{{ values.x }}`` in annotations; nothing else is evaluated."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{\s*(labels|values)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def fill(template: str, *, labels: Mapping[str, str], values: Mapping[str, str]) -> str:
    """
    Return *template* with its places filled.

    A name that does not exist becomes a visible ``<missing labels.x>``, so that the message still leaves.
    """

    def value(match: re.Match[str]) -> str:
        known = labels if match[1] == "labels" else values
        return known.get(match[2], f"<missing {match[1]}.{match[2]}>")

    return _PLACE.sub(value, template)
