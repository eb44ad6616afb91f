"""The ``wayline`` command: registers every subcommand and turns our errors into one clear line."""

import sys

import typer
from rich.console import Console

from core.errors import WaylineError
from wayline.cli import (
    alerts,
    dead_letters,
    demo,
    drafts,
    estate,
    eventlog,
    export,
    maintain,
    processes,
    queries,
    reindex,
    roles,
    serve,
    tokens,
)

app = typer.Typer(
    name="wayline",
    help="Follow every business transaction along its line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    serve,
    roles,
    demo,
    drafts,
    estate,
    queries,
    processes,
    alerts,
    eventlog,
    export,
    maintain,
    reindex,
    dead_letters,
    tokens,
):
    module.register(app)


def main() -> None:
    """Run the command line; exit 2 on wrong usage or settings and when nothing answers, with one clear line."""
    try:
        app()
    except WaylineError as error:
        Console(stderr=True).print(f"[red]wayline:[/red] {error}", highlight=False, soft_wrap=True)
        sys.exit(2)
