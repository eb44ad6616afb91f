"""The ``wayline`` command: registers every subcommand and turns our errors into one clear line."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

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
from wayline.cli.everywhere import complete

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
complete(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"wayline {version('wayline')}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Follow every business transaction along its line."""


def main() -> None:
    """Run the command line; exit 2 on wrong usage or settings and when nothing answers, with one clear line."""
    try:
        app()
    except WaylineError as error:
        _end(str(error))
    except UnicodeEncodeError:
        _end("what was given is not text in UTF-8")
    except OSError as error:
        if error.filename is None:
            raise
        _end(f"{error.filename}: {error.strerror}")


def _end(why: str) -> None:
    # Not as markup: what was given comes back in it, square brackets and all.
    Console(stderr=True).print(Text.assemble(("wayline: ", "red"), why), highlight=False, soft_wrap=True)
    sys.exit(2)
