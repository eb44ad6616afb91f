"""The first page in one call: every flow with its figures and how they went over the window."""

from datetime import datetime, timedelta
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.flows import list_flows
from analytics.read.present import time_text
from storage.sqlfiles import load_sql

SPARK_BUCKETS = 24


def overview(context: ReadContext, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return `list_flows` with ``spark``: the window in `SPARK_BUCKETS` parts, ``{"at", "started", "failed"}`` each."""
    width = (until - since) / SPARK_BUCKETS
    sparks = _sparks(context, since, until, width)
    starts = [since + index * width for index in range(SPARK_BUCKETS)]
    entries = list_flows(context, since, until)
    for entry in entries:
        counts = sparks.get(entry["flow"] or "", {})
        entry["spark"] = [
            {"at": time_text(at), **dict(zip(("started", "failed"), counts.get(index, (0, 0)), strict=True))}
            for index, at in enumerate(starts)
        ]
    return entries


def _sparks(
    context: ReadContext, since: datetime, until: datetime, width: timedelta
) -> dict[str, dict[int, tuple[int, int]]]:
    width_us = max(width // timedelta(microseconds=1), 1)
    rows = context.store.rows(
        load_sql("analytics.read", "sql/sparks"),
        {"since": since, "until": until, "width_us": width_us, "last": SPARK_BUCKETS - 1},
    )
    sparks: dict[str, dict[int, tuple[int, int]]] = {}
    for row in rows:
        sparks.setdefault(row["flow"], {})[row["bucket"]] = (row["started"], row["failed"])
    return sparks
