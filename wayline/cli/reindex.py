"""``wayline reindex``: transactions made anew after a catalog change, by a running server or in its folder."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.errors import ConfigError, PermanentError
from wayline.cli.ask import NoServerError, ask
from wayline.cli.connection import TokenFileOption
from wayline.cli.options import DEFAULT_URL, CatalogOption, ConfigOption, DataOption, UrlOption, settings_from
from wayline.cli.queries import SinceOption, moment_of

console = Console(stderr=True, highlight=False, soft_wrap=True)
_POLL_S = 0.2
_UNDER_WAY = ("running", "exchanging")


def reindex(
    since: SinceOption = None,
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    catalog: CatalogOption = None,
    follow: Annotated[bool, typer.Option(help="Wait for the end and show how far it is.")] = True,
    token_file: TokenFileOption = None,
) -> None:
    """Make transactions anew from stored telemetry received since a moment, under the catalog in force."""
    begin = moment_of(since)
    try:
        _, state = ask(url, "/reindex", {"since": begin}, method="POST")
    except NoServerError:
        console.print(f"No server answers at {url}; working on the store itself.")
        settings = settings_from(config=config, data=data, catalog=catalog)
        from wayline.offline import offline_reindex  # noqa: PLC0415  # loads the engine, which a client does not need

        with _bar() as bar:
            task = bar.add_task("reindex", total=None)
            state = offline_reindex(settings, _parsed(begin), lambda seen: _show(bar, task, seen))
    else:
        if follow:
            state = _follow(url, state)
    if state["state"] in ("failed", "stopped"):
        raise PermanentError(
            f"the reindex {state['state']}: {state['trouble'] or 'it was given up'}",
            remedy="what was there is there unchanged; mend the cause and run it again",
        )
    print(f"reindex {state['state']}: {state['done']} rows of evidence, {state['transactions']} transactions")


def _parsed(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"not a time: {text!r}", remedy="write RFC 3339, or a duration back from now") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _follow(url: str, state: dict[str, Any]) -> dict[str, Any]:
    with _bar() as bar:
        task = bar.add_task("reindex", total=None)
        while state["state"] in _UNDER_WAY:
            time.sleep(_POLL_S)
            _, state = ask(url, "/reindex")
            _show(bar, task, state)
    return state


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def _show(bar: Progress, task: Any, state: dict[str, Any]) -> None:
    bar.update(task, description=state["state"], completed=state["done"], total=state["total"] or None)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(reindex)
