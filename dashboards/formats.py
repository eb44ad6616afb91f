"""How figures and moments are written for people: one way everywhere, the unit always beside the figure."""

from datetime import UTC, datetime, timedelta, tzinfo

NOTHING = "\u2013"
_STEPS_MS = (
    (86_400_000.0, "d", 3_600_000.0, "h"),
    (3_600_000.0, "h", 60_000.0, "m"),
    (60_000.0, "m", 1_000.0, "s"),
)
_MINUTE_MS = 60_000.0
_SECOND_MS = 1_000.0
_WRITTEN = ("PO", "ID", "ERP", "HR", "GL", "SKU", "MRN", "URL", "SaaS", "EDI", "GRN", "SLA", "API", "PR", "FHIR")
_ACRONYMS = {word.lower(): word for word in _WRITTEN}


def duration(ms: float | None) -> str:
    """Return *ms* with its two leading units, e.g. ``2 h 14 m``, ``1.4 s``, ``850 ms``; a dash for None."""
    if ms is None:
        return NOTHING
    if ms < 0:
        return f"\u2212{duration(-ms)}"
    if ms < _SECOND_MS:
        return f"{ms:.0f} ms" if ms >= 1 or ms == 0 else "<1 ms"
    if ms < _MINUTE_MS - _SECOND_MS / 2:
        return f"{ms / _SECOND_MS:.1f} s" if ms < 10 * _SECOND_MS else f"{ms / _SECOND_MS:.0f} s"
    # Rounding comes first, so that 59 m 59.9 s becomes 1 h and not 60 m.
    unit_ms, unit, part_ms, part = next(step for step in _STEPS_MS if ms >= step[0] - step[2] / 2)
    whole, rest = divmod(round(ms / part_ms), round(unit_ms / part_ms))
    return f"{whole} {unit} {rest} {part}" if rest else f"{whole} {unit}"


def ratio(value: float | None) -> str:
    """Return a ratio as per cent with as many digits as it deserves: ``0.02 %``, ``4.2 %``, ``37 %``, ``98.5 %``."""
    if value is None:
        return NOTHING
    percent = value * 100
    if percent == 0 or percent >= 99.995:  # noqa: PLR2004  # rounds to a whole hundred
        return f"{percent:.0f} %"
    if percent > 99:  # noqa: PLR2004  # near a hundred the digits after the point are what matters
        return f"{percent:.2f} %"
    if percent >= 90:  # noqa: PLR2004  # where objectives are: 98.5 % is not 98 %
        return f"{percent:.1f}".removesuffix(".0") + " %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 1 else f"{percent:.2f} %"  # noqa: PLR2004


def ratio_beside(value: float, limit: float) -> tuple[str, str]:
    """Return two ratios that differ with as many digits as it takes to see that they do."""
    shown, bound = ratio(value), ratio(limit)
    return (f"{value * 100:.2f} %", f"{limit * 100:.2f} %") if shown == bound and value != limit else (shown, bound)


def count(value: float | None) -> str:
    """Return a count with thin spaces between thousands: ``12 345``; a dash for None."""
    return NOTHING if value is None else f"{value:,.0f}".replace(",", "\u202f")


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 breach`` or ``3 breaches``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def words(name: str) -> str:
    """Return an identifier as words: ``sent_to_supplier`` -> ``sent to supplier``, ``po_created`` -> ``PO created``."""
    return " ".join(_ACRONYMS.get(part.lower(), part) for part in name.replace("_", " ").strip().split(" "))


def label(name: str) -> str:
    """Return an identifier as a label: ``po_number`` -> ``PO number``, ``goods_receipt`` -> ``Goods receipt``."""
    text = words(name)
    return text[:1].upper() + text[1:]


def instant(value: str | datetime | None) -> datetime | None:
    """Return an RFC 3339 text (or an aware datetime) as an aware UTC datetime; None when it is neither."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def clock_time(value: str | datetime | None, zone: tzinfo, now: datetime, *, seconds: bool = True) -> str:
    """Return the wall-clock time in *zone*; the day comes in front when it is not today's."""
    moment = instant(value)
    if moment is None:
        return NOTHING
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    time_of_day = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if local.date() == today:
        return time_of_day
    day = f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
    return f"{day} {time_of_day}"


def full_time(value: str | datetime | None, zone: tzinfo) -> str:
    """Return date, time to the millisecond and zone, for tooltips."""
    moment = instant(value)
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d} {local:%Z}"


def ago(value: str | datetime | None, now: datetime) -> str:
    """Return the distance to *now*: ``3 m 20 s ago``, ``in 2 h``, ``now``."""
    moment = instant(value)
    if moment is None:
        return NOTHING
    distance = now - moment
    if abs(distance) < timedelta(seconds=2):
        return "now"
    ms = distance / timedelta(milliseconds=1)
    return f"{duration(ms)} ago" if ms > 0 else f"in {duration(-ms)}"


def bytes_size(value: float | None) -> str:
    """Return a size in binary units: ``1.4 GiB``."""
    if value is None:
        return NOTHING
    size = float(value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:  # noqa: PLR2004  # the step between binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
