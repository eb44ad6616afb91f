"""Label sets: what identifies an alert, and how matchers select them."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import ConfigError

MatchOperator = Literal["=", "!=", "=~", "!~"]


def digest(*parts: str, length: int = 16) -> str:
    """Return a stable hexadecimal name of *length* characters for *parts*."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:length]


def fingerprint(rule: str, dimensions: Mapping[str, str]) -> str:
    """
    Return the identity of an alert: the rule and the labels it is grouped by, nothing that may change.

    Annotations, severity and figures may change without making another alert.
    """
    return digest(rule, *(f"{name}={dimensions[name]}" for name in sorted(dimensions)))


@dataclass(frozen=True)
class Matcher:
    """
    One condition on a label; a label that is absent has the empty value.

    Attributes:
        name: Label.
        value: Value, or an anchored regular expression for ``=~`` and ``!~``.
        operator: ``=``, ``!=``, ``=~`` or ``!~``.
    """

    name: str
    value: str
    operator: MatchOperator = "="

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether *labels* satisfy the condition."""
        found = labels.get(self.name, "")
        if self.operator in {"=~", "!~"}:
            return (re.fullmatch(self.value, found) is not None) == (self.operator == "=~")
        return (found == self.value) == (self.operator == "=")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """
    Return *pattern* compiled.

    Raises:
        ConfigError: It is not a regular expression.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"not a regular expression: {error}", remedy="mend the matcher") from error


def match_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Return whether *labels* satisfy every one of *matchers*."""
    return all(matcher.matches(labels) for matcher in matchers)
