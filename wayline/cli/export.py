"""``wayline export``: transactions of a running Wayline into a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from core.errors import ConfigError, PermanentError
from wayline.cli.ask import refusal_of
from wayline.cli.connection import TokenFileOption, connect
from wayline.cli.options import DEFAULT_URL, UrlOption

_PAGE = 1_000


def export(
    output: Annotated[Path, typer.Argument(help="File to write; its ending says the format.")],
    url: UrlOption = DEFAULT_URL,
    form: Annotated[str | None, typer.Option("--format", help="csv, parquet or xes, whatever the ending.")] = None,
    flow: Annotated[str | None, typer.Option(help="Only this flow.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    since: Annotated[str | None, typer.Option(help="Started at or after, RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option(help="Started before, RFC 3339.")] = None,
    token_file: TokenFileOption = None,
) -> None:
    """Write transactions as CSV (safe for spreadsheets), Parquet or XES."""
    from analytics.export.write import WRITERS  # noqa: PLC0415  # loads Arrow, which other commands do not need

    kind = form or output.suffix.removeprefix(".")
    if kind not in WRITERS:
        raise ConfigError(f"unknown format {kind!r}", remedy=f"use one of {', '.join(WRITERS)}")
    wanted = {"flow": flow, "status": status, "since": since, "until": until}
    with connect(url) as client:
        count = WRITERS[kind](_pages(client, {name: value for name, value in wanted.items() if value}), output)
    print(f"{count} transactions written to {output}")


def _pages(client: httpx.Client, parameters: dict[str, str]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = {"limit": str(_PAGE), **parameters, **({"cursor": cursor} if cursor else {})}
        try:
            answer = client.get("/api/v1/transactions", params=page)
        except httpx.TransportError as error:
            raise PermanentError(
                f"no Wayline answers at {client.base_url}", remedy="start wayline serve, or give --url"
            ) from error
        if not answer.is_success:
            raise PermanentError(refusal_of(answer))
        body = answer.json()
        yield from body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            return


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(export)
