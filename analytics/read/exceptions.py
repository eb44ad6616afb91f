"""Failed transactions grouped by what their failure looks like."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from analytics.read.context import ReadContext
from analytics.read.cursor import from_micros, micros, no_cursor, seal, unseal
from analytics.read.errors import NotFoundError
from analytics.read.present import text_or_none, time_text
from storage.sqlfiles import load_sql

_ID = re.compile(r"[0-9a-f]{1,16}")
_INT64_END = 2**63
_LOOK_BACK = timedelta(days=90)


def exception_group(context: ReadContext, exception_id: str) -> dict[str, Any]:
    """
    Return the group of failures with this id, of the last 90 days.

    Raises:
        NotFoundError: Nothing failed so.
    """
    now = context.clock.now()
    found = exceptions(context, now - _LOOK_BACK, now, "", 1, exception_id) if _ID.fullmatch(exception_id) else []
    if not found:
        raise NotFoundError("exception", exception_id)
    return found[0]


def exceptions_page(
    context: ReadContext, since: datetime, until: datetime, flow: str, limit: int, cursor: str
) -> dict[str, Any]:
    """
    Return ``{"items": [group], "next_cursor": str | None}``, the largest groups first.

    The window of the first page stands in the cursor: what starts meanwhile moves no group to another page.

    Raises:
        InvalidQueryError: *cursor* is none, or belongs to another flow.
    """
    after = ("", 0, 0)
    if cursor:
        since, until, after = _position(cursor, flow)
    groups = exceptions(context, since, until, flow, limit + 1, after=after)
    shown = groups[:limit]
    if len(groups) <= limit:
        return {"items": shown, "next_cursor": None}
    last = shown[-1]
    place = [last["id"], -last["transactions"], -micros(datetime.fromisoformat(last["last_at"]))]
    return {"items": shown, "next_cursor": seal([micros(since), micros(until), flow, *place])}


def _position(cursor: str, flow: str) -> tuple[datetime, datetime, tuple[str, int, int]]:
    match unseal(cursor):
        case [int(since_us), int(until_us), str(of_flow), str(group), int(count), int(last_us)] if (
            of_flow == flow and max(abs(count), abs(last_us)) < _INT64_END
        ):
            return from_micros(since_us), from_micros(until_us), (group, count, last_us)
    raise no_cursor()


def exceptions(
    context: ReadContext,
    since: datetime,
    until: datetime,
    flow: str,
    limit: int,
    exception_id: str = "",
    after: tuple[str, int, int] = ("", 0, 0),
) -> list[dict[str, Any]]:
    """
    Return the groups of failures among what started between *since* and *until*, the largest first.

    Args:
        context: What every read needs.
        since: Start of the window, aware.
        until: End of the window, aware.
        flow: Only of this flow; empty for all.
        limit: Most groups.
        exception_id: Only this group.
        after: Only groups behind this one: its id, and its size and last moment (Unix microseconds), negated.
    """
    rows = context.store.rows(
        load_sql("analytics.read", "sql/exceptions"),
        {
            "since": since,
            "until": until,
            "flow": flow,
            "rows": limit,
            "id": exception_id,
            "id_hash": int(exception_id, 16) if exception_id else 0,
            "after_id": after[0],
            "after_count": after[1],
            "after_us": after[2],
        },
    )
    catalog = context.catalogs.current()
    return [
        {
            "id": row["id"],
            "flow": text_or_none(row["flow"]),
            "milestone": text_or_none(row["milestone"]),
            "origin": {
                "category": row["origin_category"] or "unknown",
                "system": text_or_none(row["origin_system"]),
            },
            "signature": row["signature"],
            "sample_message": row["sample_message"],
            "transactions": row["transactions"],
            "first_at": time_text(row["first_at"]),
            "last_at": time_text(row["last_at"]),
            "sample_transaction_id": row["examples"][0],
            "examples": row["examples"],
            "runbooks": [
                {"id": runbook.id, "title": runbook.title, "url": f"/runbooks/{runbook.id}"}
                for runbook in catalog.runbooks_for(row["flow"], "failed", row["origin_category"] or None)
            ],
            "transactions_url": "/transactions?" + urlencode(_link(row)),
        }
        for row in rows
    ]


def _link(row: dict[str, Any]) -> dict[str, str]:
    link = {"status": "failed", "flow": row["flow"] or "unclassified"}
    if row["milestone"]:
        link["milestone"] = f"{row['milestone']}:failed"
    if row["origin_system"]:
        link["origin"] = row["origin_system"]
    return link
