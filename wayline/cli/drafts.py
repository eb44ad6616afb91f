"""``wayline flows`` and ``wayline flows draft``: what is described, and a first description of what is not."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wayline.cli.ask import ask
from wayline.cli.connection import TokenFileOption
from wayline.cli.options import DEFAULT_URL, UrlOption
from wayline.cli.queries import CsvOption, JsonOption, SinceOption, UntilOption, flows, moment_of
from wayline.cli.tables import print_json

flows_app = typer.Typer(invoke_without_command=True, help="Flows with their live figures; drafts of new ones.")
console = Console(stderr=True, highlight=False, soft_wrap=True)


@flows_app.callback()
def list_flows(
    context: typer.Context,
    window: Annotated[str, typer.Option(help="How far back figures go, e.g. 24h.")] = "24h",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """List the flows with their live figures; or `draft` one."""
    if context.invoked_subcommand is None:
        flows(window, url, as_json, as_csv, token_file)


@flows_app.command("draft")
def draft(
    since: SinceOption = None,
    until: UntilOption = None,
    window: Annotated[str, typer.Option(help="How far back, where --since is not given.")] = "24h",
    out: Annotated[Path | None, typer.Option("--out", help="Write into this file instead of to the screen.")] = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """Draft catalog entries from transactions that no flow describes: milestones, identifiers, usual durations."""
    wanted = {"since": moment_of(since), "until": moment_of(until), "window": window}
    _, body = ask(url, "/flow-drafts", wanted)
    if as_json:
        print_json(body)
        return
    if not body["items"]:
        console.print("Nothing to draft: fewer than three transactions without a flow begin alike.")
        return
    text = "---\n".join(item["yaml"] for item in body["items"])
    if out:
        out.write_text(text, encoding="utf-8")
        console.print(f"{len(body['items'])} drafts in {out}; put them into the catalog and run `wayline check`.")
    else:
        print(text, end="")


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.add_typer(flows_app, name="flows")
