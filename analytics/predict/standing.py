"""From a stored way to where its transaction stands now."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from analytics.predict.model import Standing

Row = dict[str, Any]
_WEEKEND = 5
_QUARTER_HOURS = 6
_QUARTERS = 4


def standing(row: Row, now_us: int, zone: tzinfo) -> Standing:
    """
    Return where the transaction of a row of ``transaction_paths`` stands at *now_us* (Unix microseconds).

    Passages after *now_us* are not looked at. Immediate repeats of a milestone are one stay, from the first.
    """
    step, entered_us = "", row["started_us"]
    for label, at_us in zip(row["labels"], row["at_us"], strict=True):
        if at_us > now_us:
            break
        if label != step:
            step, entered_us = label, at_us
    deadline_us = row["deadline_us"]
    return Standing(
        step,
        part_of_week(entered_us, zone),
        max(0, now_us - entered_us),
        max(0, now_us - row["started_us"]),
        deadline_us - now_us if deadline_us else None,
    )


def entered_us(standing_: Standing, now_us: int) -> int:
    """Return when the transaction got to where it stands."""
    return now_us - round(standing_.age_us)


def part_of_week(moment_us: int, zone: tzinfo) -> int:
    """Return the quarter of the local day, 0 to 3, and 4 more at week-ends."""
    local = datetime.fromtimestamp(moment_us / 1e6, tz=UTC).astimezone(zone)
    return local.hour // _QUARTER_HOURS + (_QUARTERS if local.weekday() >= _WEEKEND else 0)


def zone_named(name: str) -> tzinfo:
    """Return the zone of an IANA name that the catalog has checked."""
    return UTC if name == "UTC" else ZoneInfo(name)
