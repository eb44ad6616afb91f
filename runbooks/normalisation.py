"""One form for every spelling of a business key."""

import re

from runbooks.flows import Identifier, NormalizeStep


def normalise(identifier: Identifier, value: str) -> str:
    """Return *value* after the steps of *identifier*, in their order."""
    for step in identifier.normalize:
        value = _apply(step, value)
    return value


def is_placeholder(identifier: Identifier, value: str) -> bool:
    """Return whether the normalised *value* stands for "none": listed, empty, or nothing but zeros."""
    folded = value.casefold()
    return not value.strip("0") or any(folded == text.casefold() for text in identifier.placeholders)


def _apply(step: NormalizeStep, value: str) -> str:
    if step == "trim":
        return value.strip()
    if step == "upper":
        return value.upper()
    if step == "lower":
        return value.lower()
    if step == "strip_zeros":
        return value.lstrip("0")
    return re.sub(step.regex, step.replace, value)
