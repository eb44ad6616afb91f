"""``wayline token``: who may send, read and operate. Works on the state store, also while a server runs on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from core.access import INGEST, Scope
from core.clock import SystemClock, rfc3339
from core.errors import ConfigError
from core.units import parse_duration
from storage.state import open_state
from storage.tokens import Token, TokenBook, issue
from wayline.cli.options import ConfigOption, DataOption, settings_from
from wayline.cli.tables import print_json, print_table

token_app = typer.Typer(no_args_is_help=True, help="Tokens: who may send telemetry, read and operate.")
_ALL_SIGNALS = "ingest"
_Words = Annotated[
    list[str] | None,
    typer.Option("--scope", help="ingest (all signals), traces, logs, metrics, events, read or operate; repeatable."),
]


@token_app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for, e.g. sap-collector.")],
    scope: _Words = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only for this service.name or CloudEvents source; * globs; repeatable."),
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Lifetime, e.g. 90d; default: until revoked.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Make a token and print it, once; without --scope it is for sending every signal."""
    lifetime = timedelta(seconds=parse_duration(expires).seconds) if expires else None
    now = SystemClock().now()
    token, text = issue(name, _scopes(scope or [_ALL_SIGNALS]), source or (), now, lifetime)
    with _book(config=config, data=data) as book:
        book.add(token)
    print(text)
    typer.echo(f"token {token.id} ({', '.join(sorted(token.scopes))}): keep it now, it is not shown again", err=True)


@token_app.command("list")
def list_tokens(
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the tokens ever made, without their secrets."""
    now = SystemClock().now()
    with _book(config=config, data=data) as book:
        rows = [_row(token, now) for token in book.tokens()]
    if as_json:
        print_json({"items": rows})
    elif not rows:
        print("No tokens.")
    else:
        columns = ("id", "name", "state", "scopes", "sources", "created_at", "last_used_at", "expires_at")
        print_table(columns, ([_cell(row[column]) for column in columns] for row in rows))


@token_app.command()
def revoke(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Id or name, as the list shows them.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """End a token; running servers refuse it within seconds."""
    with _book(config=config, data=data) as book:
        token = book.revoke(wanted, SystemClock().now())
    print(f"token {token.id} ({token.name}) is revoked")


@contextmanager
def _book(**words: Any) -> Iterator[TokenBook]:
    server = settings_from(**words).server
    state = open_state(server.state_url or server.data)
    try:
        yield TokenBook(state)
    finally:
        state.dispose()


def _scopes(words: list[str]) -> set[Scope]:
    found: set[Scope] = set()
    for word in words:
        if word == _ALL_SIGNALS:
            found.update(INGEST)
        elif word in list(Scope):
            found.add(Scope(word))
        else:
            raise ConfigError(f"unknown scope {word!r}", remedy=f"use {_ALL_SIGNALS} or {', '.join(Scope)}")
    return found


def _row(token: Token, now: datetime) -> dict[str, Any]:
    ended = "revoked" if token.revoked_at else "expired"
    times = ("created_at", "expires_at", "revoked_at", "last_used_at")
    moments = {name: getattr(token, name) for name in times}
    return {
        "id": token.id,
        "name": token.name,
        "state": "good" if token.is_live(now) else ended,
        "scopes": sorted(token.scopes),
        "sources": list(token.sources),
        **{name: rfc3339(moment) if moment else None for name, moment in moments.items()},
    }


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "any"
    return str(value)[:19].replace("T", " ") if value else "-"


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.add_typer(token_app, name="token")
