"""One transaction summary as one flat row; pure."""

from collections.abc import Iterable, Iterator
from typing import Any

Summary = dict[str, Any]
COLUMNS = (
    "transaction_id",
    "flow",
    "tier",
    "status",
    "started_at",
    "ended_at",
    "duration_ms",
    "origin_category",
    "origin_system",
    "origin_confidence",
    "deadline_at",
    "breached",
    "late_by_ms",
    "last_milestone",
    "identifiers",
    "url",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")


def flatten(summary: Summary) -> dict[str, Any]:
    """Return *summary* (a list item of ``GET /transactions``) with the keys of `COLUMNS`."""
    origin = summary.get("origin") or {}
    sla = summary.get("sla") or {}
    done = [step["name"] for step in summary.get("milestones", ()) if step["status"] == "done"]
    identifiers = summary.get("identifiers", ())
    return {
        **{name: summary.get(name) for name in COLUMNS[:7]},
        "origin_category": origin.get("category"),
        "origin_system": origin.get("system"),
        "origin_confidence": origin.get("confidence"),
        "deadline_at": sla.get("deadline_at"),
        "breached": sla.get("breached"),
        "late_by_ms": sla.get("late_by_ms"),
        "last_milestone": done[-1] if done else None,
        "identifiers": " ".join(f"{item['type']}={item['value']}" for item in identifiers),
        "url": summary.get("url"),
    }


def flatten_all(summaries: Iterable[Summary]) -> Iterator[dict[str, Any]]:
    """Flatten each of *summaries* in order."""
    return map(flatten, summaries)


def spreadsheet_safe(value: Any) -> Any:
    """
    Return *value* so that no spreadsheet takes it for a formula (CWE-1236).

    Text that begins like a formula, also behind blanks or quotes, gets a ``'`` before it; numbers stay numbers.
    """
    if not isinstance(value, str):
        return value
    return (
        f"'{value}" if value.lstrip(" \"'").startswith(_FORMULA_STARTS) or value.startswith(_FORMULA_STARTS) else value
    )
