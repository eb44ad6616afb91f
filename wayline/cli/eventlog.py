"""``wayline import``: an event log as business events, with a progress bar."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from collector.eventlog.deliver import EventSender, batches_of
from collector.eventlog.map_rows import CloudEvent, Refusals, map_rows
from collector.eventlog.mapping import Mapping, load_mapping
from collector.eventlog.read_rows import open_log, read_rows
from wayline.cli.connection import TokenFileOption, connect
from wayline.cli.options import (
    DEFAULT_URL,
    CatalogOption,
    ConfigOption,
    DataOption,
    StoreOption,
    UrlOption,
    settings_from,
)

console = Console(stderr=True, highlight=False, soft_wrap=True)
_DIGEST_CHARACTERS = 32


def import_log(
    file: Annotated[
        Path,
        typer.Argument(
            help="Event log: CSV, XES or OCEL 2.0 JSON, also gzipped.", exists=True, dir_okay=False, readable=True
        ),
    ],
    mapping: Annotated[Path, typer.Option("--mapping", help="YAML that says which column is what.")],
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    token_file: TokenFileOption = None,
) -> None:
    """Send an event log to the server at --url when one answers there, else into the store at --data."""
    file = file.absolute()  # the offline store works inside its data folder
    rules = load_mapping(mapping)
    if _answers(url):
        with connect(url) as client:
            sent, refusals = send_log(file, rules, EventSender(client).send)
    else:
        from wayline.offline import offline_events  # noqa: PLC0415  # loads the engine, which a client does not need

        console.print(f"No server answers at {url}; writing into the store itself.")
        with offline_events(settings_from(config=config, data=data, store=store, catalog=catalog)) as send:
            sent, refusals = send_log(file, rules, send)
    print(f"{sent} events sent, {refusals.count} rows left out")
    for example in refusals.examples:
        console.print(f"  {example}")
    if refusals.count:
        raise typer.Exit(1)


def send_log(file: Path, rules: Mapping, send: Callable[[list[CloudEvent]], None]) -> tuple[int, Refusals]:
    """Stream *file* through *send* in batches; return how many events went and what was left out."""
    refusals = Refusals()
    sent = 0
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with file.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()[:_DIGEST_CHARACTERS]
    with Progress(*columns, console=console) as progress, open_log(file) as log:
        task = progress.add_task(file.name, total=file.stat().st_size)
        for batch in batches_of(map_rows(read_rows(log.stream, rules.format), rules, digest, refusals)):
            send(batch)
            sent += len(batch)
            progress.update(task, completed=log.raw.tell(), description=f"{sent:,} events")
    return sent, refusals


def _answers(url: str) -> bool:
    try:
        with connect(url, 3) as client:
            return client.get("/healthz").is_success
    except httpx.HTTPError:
        return False


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("import")(import_log)
