"""``wayline tx``, ``search``, ``flows`` and ``sla``: questions to a running Wayline."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import typer

from core.clock import rfc3339
from core.errors import ConfigError
from core.units import parse_duration
from wayline.cli.ask import ask, quoted
from wayline.cli.connection import TokenFileOption
from wayline.cli.options import DEFAULT_URL, UrlOption
from wayline.cli.tables import (
    duration_cell,
    percent_cell,
    print_csv,
    print_json,
    print_table,
    status_cell,
    text_cell,
)
from wayline.cli.transaction_text import print_transaction

NONE_FOUND = 3
_LONGEST_S = 100 * 365 * 86_400
"""Further back there is nothing, and no clock that could tell it."""
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="As CSV, safe for spreadsheets.")]
SinceOption = Annotated[str | None, typer.Option(help="From: RFC 3339, or a duration back from now like 24h.")]
UntilOption = Annotated[str | None, typer.Option(help="Up to: RFC 3339, or a duration back from now.")]
_SUMMARY_COLUMNS = ("transaction_id", "flow", "tier", "status", "started_at", "duration_ms", "origin", "identifiers")
_FLOW_COLUMNS = (
    "flow", "tier", "owner", "started", "completed", "failed", "late", "stuck", "unknown", "in_progress",
    "failure_ratio", "p50_ms", "p95_ms", "p99_ms", "objective_ms", "success_objective", "achieved", "breaches",
)  # fmt: skip
_SLA_COLUMNS = (
    "tier", "flow", "objective", "achieved", "budget_left", "judged", "good", "bad", "failed", "late", "unknown",
    "open", "breaches", "breach_minutes", "deadline",
)  # fmt: skip


def tx(
    identifier: Annotated[str, typer.Argument(help="Any identifier: PO number, correlation id, trace id, …")],
    kind: Annotated[str | None, typer.Option("--type", help="Only this identifier type, e.g. po_number.")] = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """Show one transaction by any identifier; exit 3 when there is none."""
    status, body = ask(url, f"/transactions/{quoted(identifier)}", {"type": kind})
    if status == httpx.codes.NOT_FOUND:
        searched = ", ".join(dict.fromkeys(reading["type"] for reading in body.get("searched", ()))) or "nothing"
        print(f"No transaction holds {identifier!r} (searched as: {searched}).", file=sys.stderr)
        raise typer.Exit(NONE_FOUND)
    if as_json:
        print_json(body)
    elif status == httpx.codes.MULTIPLE_CHOICES:
        print(f"{len(body['items'])} transactions hold {identifier!r}:")
        _print_summaries(body["items"])
    else:
        print_transaction(body)


def search(
    query: Annotated[str, typer.Argument(help="An identifier or its first characters; empty for all.")] = "",
    flow: Annotated[list[str] | None, typer.Option(help="Only this flow; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only this status; may be repeated.")] = None,
    tier: Annotated[list[str] | None, typer.Option(help="Only this tier; may be repeated.")] = None,
    system: Annotated[list[str] | None, typer.Option(help="Only where this system took part.")] = None,
    origin: Annotated[list[str] | None, typer.Option(help="Only with this origin: a category or a system.")] = None,
    milestone: Annotated[str | None, typer.Option(help="Only where it was reached, or name:status.")] = None,
    at_risk: Annotated[bool, typer.Option("--at-risk", help="Only open ones that will probably be late.")] = False,
    since: SinceOption = None,
    until: UntilOption = None,
    sort: Annotated[str, typer.Option(help="A field, with a leading - for descending.")] = "-started_at",
    limit: Annotated[int, typer.Option(help="Most transactions.", min=1, max=1_000)] = 50,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """List transactions by flow, status, tier, time, identifier prefix, system and origin."""
    wanted = {
        "q": query, "flow": flow, "status": status, "tier": tier, "system": system, "origin": origin,
        "milestone": milestone, "at_risk": "true" if at_risk else None, "since": moment_of(since),
        "until": moment_of(until), "sort": sort, "limit": limit,
    }  # fmt: skip
    _, body = ask(url, "/transactions", wanted)
    if as_json:
        print_json(body)
    elif as_csv:
        print_csv(_SUMMARY_COLUMNS, (_flat(item) for item in body["items"]))
    elif not body["items"]:
        print("No transactions match.")
    else:
        _print_summaries(body["items"])
        if body["next_cursor"]:
            print(f"There are more than these {len(body['items'])}: narrow the search, or raise --limit.")


def flows(
    window: Annotated[str, typer.Option(help="How far back figures go, e.g. 24h.")] = "24h",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """List the flows with their live figures."""
    _, body = ask(url, "/flows", {"window": window})
    if as_json:
        print_json(body)
        return
    if as_csv:
        print_csv(_FLOW_COLUMNS, body["items"])
        return
    counts = ("started", "completed", "failed", "late", "stuck", "unknown")
    print_table(
        ("tier", "flow", *counts, "p95", "objective", "achieved", "promised", "owner"),
        (
            (
                text_cell(item["tier"]),
                item["flow"] or "unclassified",
                *(str(item[name]) for name in counts),
                duration_cell(item["p95_ms"]),
                duration_cell(item["objective_ms"]),
                percent_cell(item["achieved"]),
                percent_cell(item["success_objective"]),
                text_cell(item["owner"]),
            )
            for item in body["items"]
        ),
    )


def sla(
    known: Annotated[
        str, typer.Option("--as", help="corrected: as known now; known: as it was known then.")
    ] = "corrected",
    window: Annotated[str, typer.Option(help="How far back, where --since is not given.")] = "30d",
    since: SinceOption = None,
    until: UntilOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """Show objectives, achievement, budget left and breaches per tier and flow."""
    wanted = {"as": known, "window": window, "since": moment_of(since), "until": moment_of(until)}
    _, body = ask(url, "/sla", wanted)
    if as_json:
        print_json(body)
        return
    rows = [*body["tiers"], *body["items"]]
    if as_csv:
        print_csv(_SLA_COLUMNS, rows)
        return
    print_table(
        (
            "tier",
            "flow",
            "objective",
            "achieved",
            "budget left",
            "judged",
            "bad",
            "unknown",
            "breaches",
            "minutes past",
        ),
        (
            (
                text_cell(row["tier"]),
                (row["flow"] or "unclassified") if "flow" in row else "(all)",
                percent_cell(row["objective"]),
                percent_cell(row["achieved"]),
                percent_cell(row["budget_left"]),
                *(str(row[name]) for name in ("judged", "bad", "unknown", "breaches")),
                f"{row['breach_minutes']:.1f}",
            )
            for row in rows
        ),
    )


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    for command in (tx, search, sla):
        app.command()(command)


def moment_of(text: str | None) -> str | None:
    """Return a time as the API reads it; ``24h`` means so long before now."""
    if text is None or "T" in text or "-" in text:
        return text
    duration = parse_duration(text)
    if not duration.seconds:
        raise ConfigError(f"not a time: {text!r}", remedy="write RFC 3339, or a duration back from now like 24h")
    return rfc3339(datetime.now(UTC) - timedelta(seconds=min(duration.seconds, _LONGEST_S)))


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    origin = item["origin"]
    return item | {
        "origin": f"{origin['category']}:{origin['system'] or ''}" if origin else None,
        "identifiers": _identifiers(item),
    }


def _identifiers(item: dict[str, Any]) -> str:
    return " ".join(f"{kept['type']}={kept['value']}" for kept in item["identifiers"])


def _print_summaries(items: list[dict[str, Any]]) -> None:
    print_table(
        ("started", "flow", "tier", "status", "duration", "origin", "identifiers", "id"),
        (
            (
                item["started_at"][:19].replace("T", " "),
                item["flow"] or "unclassified",
                text_cell(item["tier"]),
                status_cell(item["status"]),
                duration_cell(item["duration_ms"]),
                text_cell(_flat(item)["origin"]),
                _identifiers(item),
                item["transaction_id"],
            )
            for item in items
        ),
    )
