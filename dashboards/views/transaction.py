"""What one transaction's page says: its name, one sentence on how it is, its stations, its clock, its time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from dashboards.formats import ago, clock_time, duration, instant, label, ratio, words

Row = Mapping[str, Any]
STATUS_WORDS = {
    "completed": "Completed",
    "completed_late": "Completed late",
    "failed": "Failed",
    "stuck": "Stuck",
    "unknown": "Unknown",
    "in_progress": "In progress",
}
_WORDS = {"done": "done", "failed": "failed", "pending": "to come", "missing": "missing", "skipped": "skipped"}
_ENDED = ("failed", "completed", "completed_late")
_TYPES_LAST = ("trace", "correlation", "message_id", "message")
TIME_PARTS = (("work_ms", "Work"), ("queue_ms", "Queue"), ("retry_ms", "Retry"), ("unexplained_ms", "Unexplained"))


@dataclass(frozen=True)
class Station:
    """
    One milestone on the line.

    Attributes:
        name: As in the catalog.
        title: For people.
        status: ``done``, ``failed``, ``pending``, ``missing`` or ``skipped``.
        overdue: Pending, and its time has passed.
        system: Where it happens; empty when not known.
        at: RFC 3339 time, or empty.
        note: What stands below it: elapsed time, attempts, due time.
        word: Its status in words.
    """

    name: str
    title: str
    status: str
    overdue: bool
    system: str
    at: str
    note: str
    word: str


@dataclass(frozen=True)
class SlaClock:
    """
    The SLA clock.

    Attributes:
        level: ``good``, ``info``, ``warn``, ``bad`` or ``unknown``.
        headline: ``Breached``, ``Due``, ``Met``, ``No deadline`` or ``Not judged``.
        detail: The figure beside it.
    """

    level: str
    headline: str
    detail: str


@dataclass(frozen=True)
class TimePart:
    """A share of the elapsed time."""

    key: str
    title: str
    ms: float
    share: float


def primary_identifier(identifiers: Sequence[Row]) -> tuple[str, str] | None:
    """Return (type, value) of the identifier people know it by: a business identity before any technical one."""
    ranked = sorted(
        identifiers,
        key=lambda row: (row.get("role") != "identity", row["type"] in _TYPES_LAST, row["type"], row["value"]),
    )
    return (ranked[0]["type"], ranked[0]["value"]) if ranked else None


def ordered_identifiers(identifiers: Sequence[Row]) -> list[Row]:
    """Return identifiers as shown: business identities, references, then technical ones."""
    return sorted(
        identifiers,
        key=lambda row: (row["type"] in _TYPES_LAST, row.get("role") != "identity", row["type"], row["value"]),
    )


def transaction_name(row: Row) -> str:
    """Return what the transaction is called in titles: its primary identifier, else the start of its id."""
    named = primary_identifier(row.get("identifiers") or ())
    if named and named[0] not in _TYPES_LAST:
        return f"{label(named[0])} {named[1]}"
    return f"{label(named[0])} {named[1][:16]}" if named else f"Transaction {str(row.get('transaction_id'))[:12]}"


def current_station(milestones: Sequence[Row]) -> str:
    """Return where the transaction stands, in words: the failed milestone, else the last one done."""
    failed = [row["name"] for row in milestones if row["status"] == "failed"]
    done = [row["name"] for row in milestones if row["status"] == "done"]
    return words(failed[-1] if failed else done[-1] if done else "")


def stations(milestones: Sequence[Row], now: datetime, zone: tzinfo, status: str = "") -> tuple[Station, ...]:
    """
    Return the milestones in the flow's order, each with what a person reads below it.

    Args:
        milestones: As the reader gives them.
        now: Current time, aware.
        zone: Zone of due times.
        status: Of the transaction; one that has ended owes nothing any more.
    """
    return tuple(_station(row, now, zone, status in _ENDED) for row in milestones)


def _station(row: Row, now: datetime, zone: tzinfo, ended: bool) -> Station:
    due = instant(row.get("due_at"))
    overdue = row["status"] == "pending" and due is not None and due < now and not ended
    notes = []
    if row.get("elapsed_ms") is not None:
        notes.append(f"after {duration(row['elapsed_ms'])}")
    if (row.get("attempts") or 0) > 1:
        notes.append(f"{row['attempts']} attempts")
    if row["status"] == "pending" and due and not ended:
        when = clock_time(due, zone, now, seconds=False)
        notes.append(f"was due {when}" if overdue else f"due {when}")
    if row["status"] == "missing":
        notes.append("never seen")
    if row["status"] == "skipped":
        notes.append("skipped")
    return Station(
        name=row["name"],
        title=label(row["name"]),
        status=row["status"],
        overdue=overdue,
        system=row.get("system") or "",
        at=row.get("at") or "",
        note=", ".join(notes),
        word="overdue" if overdue else "not reached" if ended and row["status"] == "pending" else _WORDS[row["status"]],
    )


def sla_clock(row: Row, now: datetime) -> SlaClock:
    """Return how the transaction stands to its deadline; what is not judged is never shown as met."""
    sla = row.get("sla") or {}
    deadline = instant(sla.get("deadline_at"))
    late_by = sla.get("late_by_ms")
    if sla.get("breached"):
        detail = f"late by {duration(late_by)}" if late_by else ago(sla.get("breached_at"), now)
        return SlaClock("bad", "Breached", detail)
    if deadline is None:
        return SlaClock("unknown", "No deadline", "none is promised")
    if row.get("status") == "unknown":
        return SlaClock("unknown", "Not judged", "a source is silent")
    if row.get("status") == "failed":
        left_ms = (deadline - now).total_seconds() * 1_000
        return SlaClock("bad", "Failed", f"{duration(left_ms)} left" if left_ms > 0 else "ended without success")
    judged = bool(sla.get("judged"))
    ended = instant(row.get("ended_at"))
    return _open_clock(row, deadline, now, judged) if ended is None else _ended_clock(deadline, ended, judged)


def _open_clock(row: Row, deadline: datetime, now: datetime, judged: bool) -> SlaClock:
    left_ms = (deadline - now).total_seconds() * 1_000
    if left_ms < 0:
        detail = f"since {duration(-left_ms)}"
        return SlaClock("bad", "Overdue", detail) if judged else SlaClock("unknown", "Not judged", detail)
    started = instant(row.get("started_at"))
    whole_ms = (deadline - started).total_seconds() * 1_000 if started else 0.0
    return SlaClock("warn" if whole_ms and left_ms < whole_ms / 5 else "info", "Due", f"in {duration(left_ms)}")


def _ended_clock(deadline: datetime, ended: datetime, judged: bool) -> SlaClock:
    if not judged:
        return SlaClock("unknown", "Not judged", "sources are behind")
    return SlaClock("good", "Met", f"{duration((deadline - ended).total_seconds() * 1_000)} early")


def headline(row: Row, now: datetime) -> str:
    """Return one sentence: what happened, where it started, since when."""
    status = row.get("status", "")
    milestones = row.get("milestones") or ()
    origin = row.get("origin") or {}
    where = (
        f" It starts in {origin['system'] or origin['category']} ({origin['category']})."
        if origin.get("category")
        else ""
    )
    if status == "failed":
        failed = [words(item["name"]) for item in milestones if item["status"] == "failed"]
        return f"Failed at {failed[-1]}.{where}" if failed else f"Failed.{where}"
    if status == "stuck":
        waiting = next((item for item in milestones if item["status"] == "pending"), None)
        step = f"Waiting for {words(waiting['name'])}" if waiting else "Open"
        due = f", due {ago(waiting['due_at'], now)}" if waiting and waiting.get("due_at") else ""
        return f"{step}{due}.{where}"
    if status == "unknown":
        return f"Overdue, but it cannot be judged: a source that owes the next step is silent.{where}"
    if status == "in_progress":
        here = current_station(milestones)
        waiting = next((item for item in milestones if item["status"] == "pending"), None)
        return (f"Under way since {here}" if here else "Under way") + (
            f", next {words(waiting['name'])}." if waiting else "."
        )
    took = f" in {duration(row.get('duration_ms'))}" if row.get("duration_ms") is not None else ""
    return f"{'Completed late' if status == 'completed_late' else 'Completed'}{took}.{where}"


def time_parts(row: Row) -> tuple[TimePart, ...]:
    """Return the parts of the elapsed time with their shares; empty when nothing was measured."""
    measured = row.get("time") or {}
    parts = [(key, title, float(measured.get(key) or 0.0)) for key, title in TIME_PARTS]
    total = sum(ms for _, _, ms in parts)
    if total <= 0:
        return ()
    return tuple(TimePart(key, title, ms, ms / total) for key, title, ms in parts)


def children_sentence(children: Row | None) -> str:
    """Return ``197 of 200 completed, 3 failed``, or an empty text when there are none."""
    if not children or not children.get("total"):
        return ""
    text = f"{children.get('completed', 0)} of {children['total']} completed"
    if children.get("failed"):
        text += f", {children['failed']} failed"
    open_ones = children["total"] - children.get("completed", 0) - children.get("failed", 0)
    return text + (f", {open_ones} open" if open_ones > 0 else "")


def confidence_words(confidence: float | None) -> str:
    """Return a confidence as people say it."""
    return "" if confidence is None else f"{ratio(confidence)} sure"


def evidence_target(evidence: Row) -> str:
    """Return what an evidence row points at, as the ``at`` parameter of the page; empty when at nothing."""
    if evidence.get("span_id"):
        return f"{evidence.get('trace_id', '')}:{evidence['span_id']}"
    if evidence.get("id") or evidence.get("event_id"):
        return f"{evidence.get('source', '')}#{evidence.get('id') or evidence.get('event_id')}"
    return ""
