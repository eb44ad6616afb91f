"""
What a page shows, read from its address and written into every link: time range, refresh, zone and filters.

Nothing about a view is kept anywhere else, so any address can be sent to a colleague.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import parse_qsl, quote, unquote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboards.formats import instant

PRESETS = ("15m", "1h", "6h", "24h", "7d", "30d")
SHARED_KEYS = ("range", "since", "until", "refresh", "tz")
_RANGE = re.compile(r"(\d{1,5})(m|h|d|w)")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_NOW_MINUS = re.compile(r"now(?:-(\d{1,5})(m|h|d|w))?")
_REFRESH = re.compile(r"(\d{1,4})s?")
_MAX_RANGE = timedelta(days=3660)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2262, 1, 1, tzinfo=UTC)
"""The store holds no times beyond these."""


@dataclass(frozen=True)
class TimeRange:
    """
    The window a page looks at.

    Attributes:
        since: Start, aware, inclusive.
        until: End, aware, exclusive.
        text: ``24h`` for a range that moves with the clock, empty for a fixed one.
    """

    since: datetime
    until: datetime
    text: str = ""

    @property
    def live(self) -> bool:
        """Whether the range ends now."""
        return bool(self.text)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True)
class PageState:
    """
    One address, understood.

    Attributes:
        path: Path as it came, percent-encoded.
        query: Every parameter, the last one of a name wins.
        range: Time range in force.
        refresh_s: Seconds between refreshes; 0 is off.
        zone: Zone in which times are shown.
        problem: What in the address was not understood; empty when all was.
    """

    path: str
    query: Mapping[str, str]
    range: TimeRange
    refresh_s: int
    zone: tzinfo
    problem: str = ""

    @property
    def segments(self) -> tuple[str, ...]:
        """Path split at slashes, each part decoded (an encoded slash stays inside its part)."""
        return path_segments(self.path)

    def get(self, name: str) -> str:
        """Return one parameter, or an empty text."""
        return self.query.get(name, "")

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """
        Return an address for *path* (default: this page) with *changes*; None removes a parameter.

        A link to another page keeps the time range, refresh and zone and drops this page's filters.
        """
        kept = self.query if path is None else {key: self.query[key] for key in SHARED_KEYS if key in self.query}
        merged = {**kept, **{key: value or "" for key, value in changes.items()}}
        text = urlencode({key: value for key, value in merged.items() if value}, quote_via=quote)
        target = self.path if path is None else path
        return f"{target}?{text}" if text else target


def path_segments(path: str) -> tuple[str, ...]:
    """Return a percent-encoded path split at its slashes, each part decoded."""
    return tuple(unquote(part) for part in path.split("?", maxsplit=1)[0].split("/") if part)


def page_path(*segments: str) -> str:
    """Return a path whose parts are percent-encoded, slashes included."""
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def read_state(
    path: str | None,
    search: str | None,
    *,
    now: datetime,
    default_range: str = "24h",
    default_refresh_s: int = 10,
    browser_zone: str = "",
) -> PageState:
    """
    Understand an address; what is not understood falls back to the default and is named in `problem`.

    Args:
        path: Path of the address.
        search: Query string with or without its question mark.
        now: Current time, aware.
        default_range: Range when the address names none.
        default_refresh_s: Refresh of a live range when the address names none.
        browser_zone: IANA zone of the reader; UTC when empty or unknown.
    """
    query = dict(parse_qsl((search or "").removeprefix("?"), max_num_fields=100))
    problems: list[str] = []
    window = _read_range(query, now, default_range, problems)
    refresh_s = _read_refresh(query.get("refresh", ""), window, default_refresh_s, problems)
    zone = _read_zone(query.get("tz", "") or browser_zone)
    return PageState(path or "/", query, window, refresh_s, zone, "; ".join(problems))


def _read_range(query: Mapping[str, str], now: datetime, default_range: str, problems: list[str]) -> TimeRange:
    text = query.get("range", "") or default_range
    match = _RANGE.fullmatch(text)
    if not match or not int(match[1]):
        problems.append(f"time range {text[:20]!r} is not like 24h")
        text = "24h"
        match = _RANGE.fullmatch(text)
    length = min(int(match[1]) * _UNIT[match[2]], _MAX_RANGE) if match else _UNIT["d"]
    if not (query.get("since") or query.get("until")):
        return TimeRange(now - length, now, text)
    until = _read_moment(query.get("until", "now"), now)
    since = _read_moment(query.get("since", ""), now) if query.get("since") else (until or now) - length
    if since is None or until is None or since >= until:
        problems.append("since and until are not two times in order, like 2026-11-22T08:00Z or now-6h")
        return TimeRange(now - length, now, text)
    return TimeRange(max(since, until - _MAX_RANGE, _EARLIEST), until)


def _read_moment(text: str, now: datetime) -> datetime | None:
    relative = _NOW_MINUS.fullmatch(text.strip())
    if relative:
        moment: datetime | None = now - (int(relative[1]) * _UNIT[relative[2]] if relative[1] else timedelta(0))
    else:
        # A plus sign of an offset arrives as a space when somebody typed the address by hand.
        moment = instant(text.replace(" ", "+") if "T" in text else text)
    return moment if moment and _EARLIEST <= moment <= _LATEST else None


def _read_refresh(text: str, window: TimeRange, default_refresh_s: int, problems: list[str]) -> int:
    if not window.live:
        return 0
    if not text:
        return default_refresh_s
    if text == "off":
        return 0
    match = _REFRESH.fullmatch(text)
    if not match:
        problems.append(f"refresh {text[:20]!r} is not like 10s or off")
        return default_refresh_s
    return int(match[1])


def _read_zone(name: str) -> tzinfo:
    if not name or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
