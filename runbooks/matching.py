"""Whether attributes fit a match: keys ANDed, values ORed, ``*`` globs."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from runbooks.fields import Match

T = TypeVar("T")


@functools.lru_cache(maxsize=4_096)
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)


def glob_matches(glob: str, value: str) -> bool:
    """Return whether *value* fits *glob*, in which ``*`` stands for any characters, also none."""
    return glob == value or ("*" in glob and _pattern(glob).fullmatch(value) is not None)


def matches(match: Match, attributes: Mapping[str, str]) -> bool:
    """Return whether *attributes* fit every key of *match*; an empty match fits nothing."""
    return bool(match) and all(
        key in attributes and any(glob_matches(glob, attributes[key]) for glob in globs) for key, globs in match.items()
    )


def specificity(match: Match, attributes: Mapping[str, str]) -> tuple[int, int, int]:
    """
    Return how closely *match* fits *attributes* it matches: greater is closer.

    More keys win, then more values met without a glob, then more literal characters in the globs met.
    """
    exact = 0
    literal = 0
    for key, globs in match.items():
        met = [glob for glob in globs if glob_matches(glob, attributes[key])]
        exact += any("*" not in glob for glob in met)
        literal += max(len(glob.replace("*", "")) for glob in met)
    return len(match), exact, literal


def closest(candidates: Iterable[tuple[T, Match]], attributes: Mapping[str, str]) -> T | None:
    """Return the candidate whose match fits *attributes* most closely; the first of equals."""
    fitting = [(specificity(match, attributes), item) for item, match in candidates if matches(match, attributes)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
