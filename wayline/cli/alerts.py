"""``wayline alerts`` and ``wayline backtest``: what is wrong now, and what a rule would have made of the past."""

import csv
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.markup import escape
from rich.table import Table

from analytics.export.flat import spreadsheet_safe
from core.errors import PermanentError
from wayline.cli.ask import refusal_of
from wayline.cli.connection import TokenFileOption, connect
from wayline.cli.options import DEFAULT_URL, UrlOption
from wayline.cli.queries import moment_of
from wayline.cli.tables import out

COLUMNS = (
    "severity",
    "tier",
    "flow",
    "alertname",
    "state",
    "affected",
    "oldest_at",
    "starts_at",
    "owner",
    "acked_by",
    "summary",
    "runbook_url",
)
_ALL_COLUMNS = (*COLUMNS, "id", "ends_at", "process_owner", "transactions_url", "silenced", "inhibited", "held")
_TABLE_COLUMNS = ("severity", "tier", "flow", "alertname", "state", "affected", "oldest_at", "owner", "summary")


def alerts(
    url: UrlOption = DEFAULT_URL,
    state: Annotated[str, typer.Option(help="pending, firing, recovering, resolved, open or all.")] = "open",
    flow: Annotated[str | None, typer.Option(help="Only this flow.")] = None,
    tier: Annotated[int | None, typer.Option(help="Only this tier.")] = None,
    limit: Annotated[int, typer.Option(help="Most alerts.", min=1, max=1_000)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, safe for spreadsheets.")] = False,
    token_file: TokenFileOption = None,
) -> None:
    """List alerts, the newest first; without --state those that are open."""
    found = _get(url, "/api/v1/alerts", {"state": state, "flow": flow, "tier": tier, "limit": limit})
    if as_json:
        print(json.dumps(found, indent=2))
    elif as_csv:
        _write_csv(found["items"])
    elif not found["items"]:
        print("No alerts.")
    else:
        out.print(_alert_table(found["items"]))


def backtest(
    rule: Annotated[str, typer.Argument(help="Name of a rule in force.")],
    url: UrlOption = DEFAULT_URL,
    since: Annotated[str | None, typer.Option(help="First evaluation, RFC 3339, or 24h back.")] = None,
    until: Annotated[str | None, typer.Option(help="End, RFC 3339, or 24h back; default now.")] = None,
    window: Annotated[str, typer.Option(help="Period before the end, where --since is not given.")] = "7d",
    step: Annotated[str, typer.Option(help="Time between evaluations.")] = "1m",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    token_file: TokenFileOption = None,
) -> None:
    """Replay a rule over stored history: alerts per day, what it would have caught and missed."""
    wanted = {"since": moment_of(since), "until": moment_of(until), "window": window, "step": step}
    found = _get(url, f"/api/v1/rules/{quote(rule, safe='')}/backtest", wanted, timeout_s=600)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['rule']} ({found['kind']}) from {found['since']} to {found['until']}, every {found['step_s']:g} s")
    print(f"{found['alerts']} alerts, {found['alerts_per_day']:.2f} a day")
    print(f"{found['transactions']} transactions in trouble: {found['caught']} caught, {found['missed']} missed")
    days = Table("day", "alerts", box=None)
    for day in found["days"]:
        days.add_row(day["date"], str(day["alerts"]))
    out.print(days)
    if found["groups"]:
        out.print(_group_table(found["groups"]))


def _get(url: str, path: str, wanted: Mapping[str, Any], timeout_s: float = 60.0) -> dict[str, Any]:
    query = {name: str(value) for name, value in wanted.items() if value is not None}
    try:
        with connect(url, timeout_s) as client:
            answer = client.get(path, params=query)
    except httpx.TransportError as error:
        raise PermanentError(f"no Wayline answers at {url}", remedy="start wayline serve, or give --url") from error
    if not answer.is_success:
        raise PermanentError(refusal_of(answer))
    body: dict[str, Any] = answer.json()
    return body


def _alert_table(items: list[dict[str, Any]]) -> Table:
    table = Table(*_TABLE_COLUMNS, box=None)
    for item in items:
        table.add_row(*(_shown(item, name) for name in _TABLE_COLUMNS), style="dim" if _muted(item) else "")
    return table


def _shown(item: dict[str, Any], name: str) -> str:
    value = item[name]
    if name == "state" and _muted(item):
        return f"{value} (muted)"
    if name == "state" and item["acked_by"]:
        return f"{value} (ack {item['acked_by']})"
    return "" if value is None else escape(str(value))


def _muted(item: dict[str, Any]) -> bool:
    return bool(item["silenced"] or item["inhibited"] or item["held"])


def _group_table(groups: list[dict[str, Any]]) -> Table:
    table = Table("group", "alerts", "in trouble", "caught", "missed", "longest", box=None)
    for group in groups:
        name = ", ".join(escape(f"{label}={value}") for label, value in sorted(group["labels"].items()))
        figures = (group["alerts"], group["transactions"], group["caught"], group["missed"])
        table.add_row(name, *(str(figure) for figure in figures), f"{group['longest_s'] / 60:.0f} min")
    return table


def _write_csv(items: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(_ALL_COLUMNS)
    for item in items:
        writer.writerow([spreadsheet_safe(item[name]) for name in _ALL_COLUMNS])


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.command()(alerts)
    app.command()(backtest)
