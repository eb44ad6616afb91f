"""
Options that every command takes, for those that ask a running Wayline: by its settings they find where it listens.

What is said with ``--url`` comes first; else the flags, the environment and the file that configure a server on this
machine say where it is, so that one ``--config`` serves all commands.
"""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from core.access import in_address
from wayline.cli.connection import TokenFileOption
from wayline.cli.options import DEFAULT_URL, settings_from
from wayline.settings import Settings

_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104  # compared with, not listened on
_NOT_USED = "Taken by every command; this one asks the server at --url."
_URL = Annotated[
    str | None,
    typer.Option(
        "--url", help=f"Address of a running Wayline; by its settings, else {DEFAULT_URL}.", envvar="WAYLINE_URL"
    ),
]
_SHARED: dict[str, Any] = {
    "config": Annotated[
        Path | None,
        typer.Option("--config", help="YAML file of settings: where the server listens.", envvar="WAYLINE_CONFIG"),
    ],
    "data": Annotated[Path | None, typer.Option("--data", help=_NOT_USED, hidden=True)],
    "store": Annotated[str | None, typer.Option("--store", help=_NOT_USED, hidden=True)],
    "catalog": Annotated[Path | None, typer.Option("--catalog", help=_NOT_USED, hidden=True)],
    "token_file": TokenFileOption,
}


def complete(app: typer.Typer) -> None:
    """Give every command of *app* that asks a server the options that all others have."""
    for command in app.registered_commands:
        if command.callback and _asks(command.callback):
            command.callback = _completed(command.callback)
    for group in app.registered_groups:
        inner = group.typer_instance
        if inner is None:
            continue
        own = inner.registered_callback
        if own and own.callback and _asks(own.callback):
            own.callback = _completed(own.callback)
        complete(inner)


def address_of(settings: Settings) -> str:
    """Return where people reach the server that *settings* configure."""
    server = settings.server
    if server.public_url:
        return server.public_url
    host = "127.0.0.1" if server.host in _ALL_ADDRESSES else server.host
    return f"{'https' if server.tls.is_on else 'http'}://{in_address(host)}:{server.port}"


def _asks(callback: Callable[..., Any]) -> bool:
    return "url" in inspect.signature(callback).parameters


def _completed(callback: Callable[..., Any]) -> Callable[..., Any]:
    parameters = dict(inspect.signature(callback).parameters)
    missing = _SHARED.keys() - parameters.keys()

    @functools.wraps(callback)
    def asking(*args: Any, **given: Any) -> Any:
        given["url"] = given["url"] or address_of(settings_from(config=given["config"]))
        return callback(*args, **{name: value for name, value in given.items() if name not in missing})

    annotations = {"url": _URL, **{name: kind for name, kind in _SHARED.items() if name in missing}}
    parameters |= {
        name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in annotations.items()
    }
    ordered = sorted(parameters.values(), key=lambda parameter: parameter.kind)
    asking.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    asking.__annotations__ = {**callback.__annotations__, **annotations}
    return asking
