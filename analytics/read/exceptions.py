"""Failed transactions grouped by what their failure looks like."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from analytics.read.context import ReadContext
from analytics.read.present import text_or_none, time_text
from storage.sqlfiles import load_sql


def exceptions(context: ReadContext, since: datetime, until: datetime, flow: str, limit: int) -> list[dict[str, Any]]:
    """Return the groups of failures between *since* and *until*, the largest first."""
    rows = context.store.rows(
        load_sql("analytics.read", "sql/exceptions"), {"since": since, "until": until, "flow": flow, "rows": limit}
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
            "sample_transaction_id": row["sample_transaction_id"],
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
    if row["origin_system"]:
        link["origin"] = row["origin_system"]
    return link
