"""One transaction as a person reads it in a terminal."""

from typing import Any

from rich.markup import escape
from rich.text import Text

from wayline.cli.tables import duration_cell, out, print_table, status_cell, text_cell

Body = dict[str, Any]
_LOGS_SHOWN = 10


def print_transaction(body: Body) -> None:
    """Print status, identifiers, milestones, origin with evidence, clock, owner, runbooks and the last errors."""
    out.print(Text.assemble((body["flow"] or "unclassified", "bold"), "  ", status_cell(body["status"])))
    out.print(escape("  ".join(f"{kept['type']}={kept['value']}" for kept in body["identifiers"])), soft_wrap=True)
    print_table(("", ""), _facts(body))
    if body["milestones"]:
        print_table(
            ("milestone", "status", "at", "due", "system", "elapsed", "attempts"), map(_milestone, body["milestones"])
        )
    if body["origin"]:
        _print_origin(body["origin"])
    _print_errors(body["logs"])
    for runbook in body["runbooks"]:
        out.print(f"runbook  {escape(runbook['title'])}  {escape(runbook['url'])}", soft_wrap=True)


def _facts(body: Body) -> list[tuple[str, str]]:
    clock, owner, time = body["sla"], body["owner"], body["time"]
    facts = [
        ("id", body["transaction_id"]),
        ("tier", text_cell(body["tier"])),
        ("started", body["started_at"]),
        ("ended", text_cell(body["ended_at"])),
        ("duration", duration_cell(body["duration_ms"])),
        ("time", ", ".join(f"{name.removesuffix('_ms')} {duration_cell(value)}" for name, value in time.items())),
        ("deadline", _deadline(clock)),
        ("owner", text_cell(owner["team"])),
        ("escalation", text_cell(owner["escalation"])),
        ("systems", ", ".join(body["systems"]) or "-"),
    ]
    children = body["children"]
    if children["total"]:
        facts.append(
            ("children", f"{children['completed']} of {children['total']} completed, {children['failed']} failed")
        )
    return facts


def _deadline(clock: Body) -> str:
    if clock["deadline_at"] is None:
        return "-"
    if clock["breached"]:
        return f"{clock['deadline_at']}, breached, {duration_cell(clock['late_by_ms'])} late"
    return f"{clock['deadline_at']}, {'met' if clock['judged'] else 'not judged yet'}"


def _milestone(milestone: Body) -> tuple[str | Text, ...]:
    return (
        milestone["name"],
        status_cell(milestone["status"]),
        text_cell(milestone.get("at")),
        text_cell(milestone.get("due_at")),
        text_cell(milestone.get("system")),
        duration_cell(milestone.get("elapsed_ms")),
        text_cell(milestone.get("attempts")),
    )


def _print_origin(origin: Body) -> None:
    where = f"{origin['category']}, {origin['system'] or 'system unknown'}"
    out.print(f"[bold]origin[/bold]  {escape(where)}  (confidence {origin['confidence']:.2f})", soft_wrap=True)
    for row in origin["evidence"]:
        out.print(f"  {escape(str(row.get('kind', '')))}: {escape(str(row.get('why', '')))}", soft_wrap=True)


def _print_errors(logs: list[Body]) -> None:
    errors = [log for log in logs if log["is_error"]][-_LOGS_SHOWN:]
    for log in errors:
        line = f"{log['at']}  {log['system'] or log['service']}  {log['severity'] or ''}  {log['body']}"
        out.print(escape(line), soft_wrap=True)
