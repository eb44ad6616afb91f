"""One row of ``transactions_current`` as a summary or as the frame of a detail; pure."""

from datetime import UTC, datetime
from typing import Any

import orjson

from analytics.read.present import number, text_or_none, time_text

Row = dict[str, Any]


def summary(row: Row) -> dict[str, Any]:
    """Return the list item of CONTRACT section 6: what one line of a list shows."""
    return {
        "transaction_id": row["transaction_id"],
        "flow": text_or_none(row["flow"]),
        "tier": row["tier"] or None,
        "status": row["status"],
        "started_at": time_text(row["started_at"]),
        "ended_at": time_text(row["ended_at"]),
        "duration_ms": number(row["duration_ms"]),
        "identifiers": identifiers(row),
        "milestones": milestones(row),
        "origin": origin(row),
        "sla": sla_clock(row),
        "url": f"/transactions/{row['transaction_id']}",
    }


def frame(row: Row) -> dict[str, Any]:
    """Return everything a detail says that stands in the transaction's own row."""
    return summary(row) | {
        "revision": row["revision"],
        "last_at": time_text(row["last_at"]),
        "parent_id": text_or_none(row["parent_id"]),
        "time": {part: number(row[part]) for part in ("work_ms", "queue_ms", "retry_ms", "unexplained_ms")},
        "children": {
            "total": row["child_total"],
            "completed": row["child_completed"],
            "failed": row["child_failed"],
        },
        "systems": list(row["systems"]),
        "current_milestone": text_or_none(row["current_milestone"]),
        "next_milestone": text_or_none(row["next_milestone"]),
        "failed_milestone": text_or_none(row["failed_milestone"]),
        "missing_milestone": text_or_none(row["missing_milestone"]),
        "next_due_at": time_text(row["next_due_at"]),
        "untimely": bool(row["untimely"]),
    }


def identifiers(row: Row) -> list[dict[str, str]]:
    """Return the identifiers as ``{"type", "value", "role"}``."""
    return [{"type": kept["type"], "value": kept["value"], "role": kept["role"]} for kept in row["identifiers"]]


def milestones(row: Row) -> list[dict[str, Any]]:
    """Return the milestones in the flow's order; what is not known of one is left out."""
    return [_milestone(kept) for kept in row["milestones"]]


def _milestone(kept: Row) -> dict[str, Any]:
    shown = {
        "name": kept["name"],
        "status": kept["status"],
        "at": time_text(kept["at"]),
        "due_at": time_text(kept["due_at"]),
        "system": text_or_none(kept["system"]),
        "elapsed_ms": number(kept["elapsed_ms"]),
        "attempts": kept["attempts"] or None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def origin(row: Row) -> dict[str, Any] | None:
    """Return where the trouble started, or None where there is none."""
    if not row["origin_category"]:
        return None
    return {
        "category": row["origin_category"],
        "system": text_or_none(row["origin_system"]),
        "confidence": round(float(row["origin_confidence"]), 4),
        "evidence": orjson.loads(row["origin_evidence"] or "[]"),
    }


def sla_clock(row: Row) -> dict[str, Any]:
    """Return the deadline and how the transaction stands to it; ``judged`` is false while sources are behind."""
    return {
        "deadline_at": time_text(row["deadline_at"]),
        "breached": bool(row["breached"]),
        "breached_at": time_text(row["breached_at"]),
        "late_by_ms": number(row["late_by_ms"]),
        "judged": bool(row["judged"]),
    }


def aware(moment: datetime) -> datetime:
    """Return the engine's naive UTC time as an aware one."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
