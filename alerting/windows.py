"""Whether messages may leave at a moment: the ``notify_during`` of a tier, read in its calendar's zone."""

from datetime import datetime

from runbooks.calendars import Calendar
from runbooks.catalogs import Catalog
from runbooks.fields import zone_of


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """
    Return whether *calendar* is open at *moment*.

    Local wall-clock time decides, so an hour that a clock change repeats is open twice and one it skips is not.
    """
    local = moment.astimezone(zone_of(calendar.zone))
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in calendar.spans_on(local.date()))


def may_notify(catalog: Catalog, calendar_name: str, moment: datetime) -> bool:
    """Return whether the calendar of that name is open; one that does not exist holds nothing back."""
    calendar = catalog.calendars.get(calendar_name)
    return calendar is None or calendar.always_open or is_open(calendar, moment)
