"""``wayline export``: transactions of a running Wayline into a file, whole or not at all."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from core.errors import ConfigError, PermanentError
from wayline.cli.ask import refusal_of
from wayline.cli.connection import TokenFileOption, connect
from wayline.cli.options import DEFAULT_URL, UrlOption
from wayline.cli.queries import SinceOption, UntilOption, moment_of

_PAGE = 1_000
_STANDARD_OUTPUT = Path("-")


def export(
    output: Annotated[
        Path, typer.Argument(help="File to write; its ending says the format. Without one: CSV to standard output.")
    ] = _STANDARD_OUTPUT,
    url: UrlOption = DEFAULT_URL,
    form: Annotated[str | None, typer.Option("--format", help="csv, parquet or xes, whatever the ending.")] = None,
    flow: Annotated[str | None, typer.Option(help="Only this flow.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    token_file: TokenFileOption = None,
) -> None:
    """Write transactions as CSV (safe for spreadsheets), Parquet or XES."""
    from analytics.export.write import WRITERS  # noqa: PLC0415  # loads Arrow, which other commands do not need

    kind = form or ("csv" if output == _STANDARD_OUTPUT else output.suffix.removeprefix("."))
    if kind not in WRITERS:
        raise ConfigError(f"unknown format {kind!r}", remedy=f"use one of {', '.join(WRITERS)}")
    wanted = {"flow": flow, "status": status, "since": moment_of(since), "until": moment_of(until)}
    with connect(url) as client:
        pages = _pages(client, {name: value for name, value in wanted.items() if value})
        count = _write_whole(output, lambda path: WRITERS[kind](pages, path))
    if output != _STANDARD_OUTPUT:
        print(f"{count} transactions written to {output}")


def _write_whole(output: Path, write: Callable[[Path], int]) -> int:
    """Let *write* fill a file that takes the place of *output* once it is complete."""
    if output == _STANDARD_OUTPUT:
        with tempfile.TemporaryDirectory() as folder:
            count = write(Path(folder) / "export")
            with (Path(folder) / "export").open("rb") as written:
                shutil.copyfileobj(written, sys.stdout.buffer)
        return count
    if output.exists() and not output.is_file():  # a pipe or a device keeps its place
        return write(output)
    part = output.with_name(f".{output.name}.part")
    try:
        count = write(part)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return count


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
