"""Failed transactions grouped by what their failure looks like."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from analytics.read.context import ReadContext
from analytics.read.errors import NotFoundError
from analytics.read.present import text_or_none, time_text
from storage.sqlfiles import load_sql

_ID = re.compile(r"[0-9a-f]{1,16}")
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


def exceptions(
    context: ReadContext, since: datetime, until: datetime, flow: str, limit: int, exception_id: str = ""
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
