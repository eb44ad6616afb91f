"""``wayline check``, ``migrate`` and ``doctor``: is what we were given sound?"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from wayline.cli.options import (
    CatalogOption,
    ConfigOption,
    DataOption,
    HostOption,
    PortOption,
    StoreOption,
    settings_from,
)

if TYPE_CHECKING:
    from runbooks.findings import Finding
    from storage.config import StorageConfig
    from storage.migrate import Migration

out = Console(highlight=False, soft_wrap=True)


def check(
    catalog: CatalogOption = None,
    config: ConfigOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the catalog instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Lint catalog, rules and runbooks; exit 1 on a finding."""
    from runbooks import json_schema, lint  # noqa: PLC0415  # keeps `wayline --help` quick

    if schema:
        print(json.dumps(json_schema(), indent=2))
        return
    findings = lint(settings_from(config=config, catalog=catalog).catalog.dirs or None)
    if as_json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        for finding in findings:
            print(finding)
        print(_counted(findings))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _counted(findings: "Sequence[Finding]") -> str:
    errors = sum(finding.severity == "error" for finding in findings)
    if not findings:
        return "The catalog is sound."
    return f"{errors} error(s), {len(findings) - errors} warning(s)"


def migrate(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
) -> None:
    """Bring the store's schema up to date."""
    storage = settings_from(config=config, data=data, store=store).storage
    changed = _pending(storage) if dry_run else _apply(storage)
    verb = "would apply" if dry_run else "applied"
    for migration in changed:
        print(f"{verb} {migration.version:04d}_{migration.name}")
    if not changed:
        print("The schema is up to date.")


def _apply(storage: "StorageConfig") -> "list[Migration]":
    from storage.migrate import apply_migrations  # noqa: PLC0415  # the engine loads only when asked
    from storage.store import open_store  # noqa: PLC0415

    opened = open_store(storage)
    try:
        return apply_migrations(opened)
    finally:
        opened.close()


def _pending(storage: "StorageConfig") -> "list[Migration]":
    """Return what is not applied yet, without leaving so much as a folder behind."""
    from storage.errors import NO_SUCH_DATABASE, StoreError  # noqa: PLC0415
    from storage.migrate import list_migrations, pending_migrations  # noqa: PLC0415
    from storage.store import open_store  # noqa: PLC0415

    if not storage.url and not storage.path.exists():
        return list_migrations()  # opening the engine would make the folder
    try:
        opened = open_store(storage, create=False)
    except StoreError as error:
        if error.code != NO_SUCH_DATABASE:
            raise
        return list_migrations()
    try:
        return pending_migrations(opened)
    finally:
        opened.close()


def doctor(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Look at environment, store, spool and catalog; exit 1 when something is wrong."""
    from wayline.doctor import examine  # noqa: PLC0415

    findings = examine(settings_from(config=config, data=data, store=store, catalog=catalog, host=host, port=port))
    table = Table("what", "state", "detail", box=None)
    for finding in findings:
        table.add_row(finding.name, "[green]ok[/green]" if finding.ok else "[red]wrong[/red]", finding.detail)
    out.print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.command()(check)
    app.command()(migrate)
    app.command()(doctor)
