"""Lists of transactions: filters, order, pages."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.cursor import Position, decode_cursor, encode_cursor, from_micros, micros
from analytics.read.errors import InvalidQueryError
from analytics.read.filters import MAX_LIMIT, STATUSES, UNCLASSIFIED, TransactionFilter
from analytics.read.lookup import candidates
from analytics.read.points import text_of
from analytics.read.stored import transactions_by_id
from analytics.read.summary import summary
from storage.sqlfiles import load_sql

Row = dict[str, Any]
# Keys are integers, so that a cursor holds them exactly; what is absent sorts as the smallest.
_ABSENT = "-9223372036854775807"
SORT_KEYS = {
    "started_at": "toUnixTimestamp64Micro(started_at)",
    "last_at": "toUnixTimestamp64Micro(last_at)",
    "ended_at": f"ifNull(toUnixTimestamp64Micro(ended_at), {_ABSENT})",
    "deadline_at": f"ifNull(toUnixTimestamp64Micro(deadline_at), {_ABSENT})",
    "duration_ms": f"ifNull(toInt64(duration_ms * 1000), {_ABSENT})",
    "late_by_ms": f"ifNull(toInt64(late_ms * 1000), {_ABSENT})",
}
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2262, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_HOUR = datetime(2106, 1, 1, tzinfo=UTC)
_WIDTHS = (timedelta(hours=1), timedelta(days=1), timedelta(days=14))
# So many transactions with the characters looked for are found by their keys.
_FEW = 10_000
_REACHED = ("done", "failed")
_VARIANT = re.compile(r"[0-9a-f]{16}")
_MILESTONE_STATUSES = ("done", "failed", "pending", "missing", "skipped")


def list_transactions(
    context: ReadContext, wanted: TransactionFilter, only: Sequence[str] | None = None
) -> dict[str, Any]:
    """
    Return one page as ``{"items": [summary], "next_cursor": str | None}``.

    Args:
        context: What every read needs.
        wanted: The filter.
        only: Ids that are listed at most; None for any.

    Raises:
        InvalidQueryError: A parameter of *wanted* has no meaning.
    """
    _check(wanted)
    as_of = _as_of(context, wanted)
    keys = _page_keys(context, wanted, only, as_of)
    page, more = keys[: wanted.limit], len(keys) > wanted.limit
    cursor = None
    if more:
        last = page[-1]
        cursor = encode_cursor(Position(last["sort_key"], text_of(last["transaction_id"]), micros(as_of)), wanted)
    rows = {
        row["transaction_id"]: row
        for row in transactions_by_id(
            context.store,
            [text_of(key["transaction_id"]) for key in page],
            [key["started_hour"] for key in page],
            as_of,
        )
    }
    found = (rows.get(text_of(key["transaction_id"])) for key in page)
    return {"items": [summary(row) for row in found if row], "next_cursor": cursor}


def _page_keys(
    context: ReadContext, wanted: TransactionFilter, only: Sequence[str] | None, as_of: datetime
) -> list[Row]:
    """Return ``{"transaction_id", "started_hour", "sort_key"}`` of a page and of one row more, in order."""
    params = page_params(wanted, only) | {"now": as_of}
    if wanted.q:
        params["q_readings"] = [
            one.value for one in candidates(context.catalogs.current(), wanted.q, None, context.pseudonyms(wanted.q))
        ]
        params |= _held_by_few(context, params, only)
    rows: list[Row] = []
    narrowed = bool(params["only"] or wanted.parent)
    for since in _reaching_back(context, wanted, narrowed=narrowed, holding=params.pop("holding", ())):
        rows = context.store.rows(page_sql(wanted.sort), params | {"since": since, "since_hour": _hour(since)})
        if len(rows) > wanted.limit:
            break
    return rows


def _held_by_few(context: ReadContext, params: dict[str, Any], only: Sequence[str] | None) -> dict[str, Any]:
    """Return what turns the search for first characters into one by keys, nothing where too many have them."""
    found = context.store.rows(
        load_sql("analytics.read", "sql/identifier_prefix"),
        {"q": params["q"], "q_readings": params["q_readings"], "rows": _FEW + 1},
    )
    if len(found) > _FEW:
        return {}
    holding = {text_of(row["transaction_id"]): _hour(row["started_at"]) for row in found}
    if only is not None:
        holding = {one: holding[one] for one in only if one in holding}
    # No hour is a condition that holds for none, as it should where nothing was found.
    hours = sorted(holding.values())
    return {"q": "", "only": 1, "ids": list(holding), "hours": sorted({*hours}) or [_hour(None)], "holding": hours}


def _reaching_back(
    context: ReadContext, wanted: TransactionFilter, *, narrowed: bool, holding: Sequence[datetime]
) -> Iterator[datetime]:
    """
    Return starts of windows, each further back than the one before, the last as far as *wanted* goes.

    Newest first, a page is full long before all of the past has been looked at. Where it is known in which hours those
    started that may be on it (*holding*, ascending), the first window holds twice as many as the page.
    """
    earliest = wanted.since or EARLIEST
    if wanted.sort == "-started_at":
        newest = min(wanted.until or LATEST, context.clock.now())
        if wanted.cursor:
            newest = min(newest, from_micros(decode_cursor(wanted.cursor, wanted).key))
        before = holding[: bisect_right(holding, newest)]
        if len(before) > 2 * wanted.limit and before[-2 * wanted.limit] > earliest:
            yield before[-2 * wanted.limit]
        elif not narrowed:
            yield from (newest - width for width in _WIDTHS if newest - width > earliest)
    yield earliest


def _as_of(context: ReadContext, wanted: TransactionFilter) -> datetime:
    """Return the moment that lateness is counted to: where it orders the list, that of the first page."""
    if wanted.cursor and wanted.sort.removeprefix("-") == "late_by_ms":
        return from_micros(decode_cursor(wanted.cursor, wanted).as_of_us)
    return context.clock.now()


def page_sql(sort: str) -> str:
    """Return the statement for *sort*, whose key has been checked."""
    descending = sort.startswith("-")
    text = load_sql("analytics.read", "sql/transactions_page")
    fixed = {
        "SORT_KEY": SORT_KEYS[sort.removeprefix("-")],
        "AFTER": "<" if descending else ">",
        "DIRECTION": "DESC" if descending else "ASC",
    }
    body = text.split("\n", 1)[1]
    for word, replacement in fixed.items():
        body = body.replace(word, replacement)
    return body


def page_params(wanted: TransactionFilter, only: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the values bound in `page_sql`."""
    position = decode_cursor(wanted.cursor, wanted) if wanted.cursor else Position(0, "")
    milestone, statuses = _milestone_wanted(wanted.milestone)
    return {
        "flow": ["" if flow == UNCLASSIFIED else flow for flow in wanted.flow],
        "status": list(wanted.status),
        "tier": list(wanted.tier),
        "system": list(wanted.system),
        "origin": list(wanted.origin),
        "milestone": milestone,
        "milestone_status": statuses,
        "parent": wanted.parent,
        "only": int(only is not None),
        "ids": list(only or ()),
        "variant": int(wanted.variant, 16) if wanted.variant else 0,
        "since": wanted.since or EARLIEST,
        "until": wanted.until or LATEST,
        "since_hour": _hour(wanted.since),
        "until_hour": min(wanted.until or _LATEST_HOUR, _LATEST_HOUR),
        "hours": [],
        "q_readings": [],
        "q": wanted.q,
        "first": 0 if wanted.cursor else 1,
        "key": position.key,
        "after_id": position.transaction_id,
        "rows": wanted.limit + 1,
    }


def _hour(since: datetime | None) -> datetime:
    """Return the hour of *since* as the primary key holds it, which begins in 1970."""
    return max(since, _EPOCH).replace(minute=0, second=0, microsecond=0) if since else _EPOCH


def _check(wanted: TransactionFilter) -> None:
    if wanted.sort.removeprefix("-") not in SORT_KEYS:
        raise InvalidQueryError(
            "sort",
            f"transactions cannot be sorted by {wanted.sort!r}",
            remedy=f"use one of {', '.join(SORT_KEYS)}, with a leading - for descending",
        )
    if wanted.variant and not (_VARIANT.fullmatch(wanted.variant) and len(wanted.flow) == 1):
        raise InvalidQueryError(
            "variant",
            "a variant is sixteen hexadecimal digits and belongs to one flow",
            remedy="take it from /flows/{flow}/variants, and name that flow too",
        )
    if not 1 <= wanted.limit <= MAX_LIMIT:
        raise InvalidQueryError("limit", f"limit must be between 1 and {MAX_LIMIT}")
    for status in wanted.status:
        if status not in STATUSES:
            raise InvalidQueryError(
                "status", f"there is no status {status!r}", remedy=f"use one of {', '.join(STATUSES)}"
            )


def _milestone_wanted(text: str) -> tuple[str, list[str]]:
    """Split ``name:status``; imported milestone names may hold colons, so only a status counts as one."""
    name, colon, status = text.rpartition(":")
    if colon and status in _MILESTONE_STATUSES:
        return name, [status]
    return text, list(_REACHED)
