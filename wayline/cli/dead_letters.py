"""``wayline dead-letters``: what was acknowledged and cannot be stored; of a running server, else of a folder."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any, Protocol

import httpx
import typer

from core.errors import PermanentError
from wayline.cli.ask import NoServerError, ask, quoted
from wayline.cli.connection import TokenFileOption
from wayline.cli.options import DEFAULT_URL, ConfigOption, DataOption, UrlOption, settings_from
from wayline.cli.tables import print_json, print_table

letters_app = typer.Typer(no_args_is_help=True, help="Requests that were acknowledged and cannot be stored.")
_COLUMNS = ("id", "signal", "reason", "items", "bytes", "received_at", "buried_at", "is_readable")
_PAGE = 1_000
_BY = "command line"
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every one instead.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


class Desk(Protocol):
    """What can be done, wherever the letters are; bodies as the API gives them."""

    def letters(self) -> Iterator[dict[str, Any]]:
        """Yield every letter without content."""
        ...

    def letter(self, letter_id: str, *, content: bool) -> dict[str, Any]:
        """Return one."""
        ...

    def redrive(self, letter_id: str) -> None:
        """Put one back."""
        ...

    def discard(self, letter_id: str) -> None:
        """Give one up."""
        ...


@letters_app.command("list")
def list_letters(
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
    token_file: TokenFileOption = None,
) -> None:
    """List them, by signal and age."""
    with _desk(url, config=config, data=data) as desk:
        items = list(desk.letters())
    if as_json:
        print_json({"items": items})
    elif not items:
        print("No dead letters.")
    else:
        print_table(_COLUMNS, ([str(item[column]) for column in _COLUMNS] for item in items))


@letters_app.command()
def show(
    letter_id: IdArgument,
    content: Annotated[
        bool,
        typer.Option("--content", help="Also what it holds, redacted. It may be health data; who looks is logged."),
    ] = False,
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    token_file: TokenFileOption = None,
) -> None:
    """Show one as JSON: metadata only, unless --content is given."""
    with _desk(url, config=config, data=data) as desk:
        print_json(desk.letter(letter_id, content=content))


@letters_app.command()
def redrive(
    letter_id: Annotated[str | None, typer.Argument(metavar="ID", help="As the list shows it.")] = None,
    every: AllOption = False,
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    token_file: TokenFileOption = None,
) -> None:
    """Put one back into the spool, e.g. after an upgrade that can read it."""
    with _desk(url, config=config, data=data) as desk:
        _do(desk, desk.redrive, letter_id, every=every, done="put back")


@letters_app.command()
def discard(
    letter_id: Annotated[str | None, typer.Argument(metavar="ID", help="As the list shows it.")] = None,
    every: AllOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    url: UrlOption = DEFAULT_URL,
    config: ConfigOption = None,
    data: DataOption = None,
    token_file: TokenFileOption = None,
) -> None:
    """Give one up for good: what it holds is then lost."""
    if not yes:
        typer.confirm("What was acknowledged will be lost. Go on?", abort=True)
    with _desk(url, config=config, data=data) as desk:
        _do(desk, desk.discard, letter_id, every=every, done="given up")


def _do(desk: Desk, deed: Callable[[str], None], letter_id: str | None, *, every: bool, done: str) -> None:
    if every == (letter_id is not None):
        raise PermanentError("give either an ID or --all")
    chosen = [letter_id] if letter_id else [item["id"] for item in desk.letters() if item["is_readable"]]
    for one in chosen:
        deed(one)
        print(f"{one} {done}")
    if not chosen:
        print("No dead letters.")


def _desk(url: str, **words: Any) -> AbstractContextManager[Desk]:
    try:
        ask(url, "/dead-letters", {"limit": 1})
    except NoServerError:
        if words["data"] is None and words["config"] is None and url != DEFAULT_URL:
            raise  # a server was named, and no folder
        return _offline(**words)
    return _online(url)


@contextmanager
def _online(url: str) -> Iterator[Desk]:
    yield _Server(url)


@contextmanager
def _offline(**words: Any) -> Iterator[Desk]:
    from wayline.offline_letters import offline_letters  # noqa: PLC0415  # a client does not need it

    with offline_letters(settings_from(**words)) as desk:
        yield _Folder(desk)


class _Server:
    """The letters of a running server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def letters(self) -> Iterator[dict[str, Any]]:
        cursor = ""
        while cursor is not None:
            body = self._ask("", {"limit": _PAGE, "cursor": cursor})
            yield from body["items"]
            cursor = body["next_cursor"]

    def letter(self, letter_id: str, *, content: bool) -> dict[str, Any]:
        return self._ask(f"/{quoted(letter_id)}", {"content": "true"} if content else None)

    def redrive(self, letter_id: str) -> None:
        self._ask(f"/{quoted(letter_id)}/redrive", method="POST")

    def discard(self, letter_id: str) -> None:
        self._ask(f"/{quoted(letter_id)}", method="DELETE")

    def _ask(self, path: str, params: dict[str, Any] | None = None, method: str = "GET") -> dict[str, Any]:
        status, body = ask(self._url, f"/dead-letters{path}", params, method)
        if status == httpx.codes.NOT_FOUND:
            raise PermanentError(body["detail"])
        found: dict[str, Any] = body
        return found


class _Folder:
    """The letters of a folder."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def letters(self) -> Iterator[dict[str, Any]]:
        from collector.letters_api import letter_as_dict  # noqa: PLC0415  # a client does not need it

        after: str | None = ""
        while after is not None:
            page, after = self._desk.page(_PAGE, after)
            yield from (letter_as_dict(letter) for letter in page)

    def letter(self, letter_id: str, *, content: bool) -> dict[str, Any]:
        from collector.letters_api import letter_as_dict  # noqa: PLC0415  # a client does not need it

        body = letter_as_dict(self._desk.facts(letter_id))
        return {**body, "content": self._desk.content(letter_id, _BY)} if content else body

    def redrive(self, letter_id: str) -> None:
        self._desk.redrive(letter_id, _BY)

    def discard(self, letter_id: str) -> None:
        self._desk.discard(letter_id, _BY)


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.add_typer(letters_app, name="dead-letters")
