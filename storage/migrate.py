"""
Numbered schema migrations, one object a file, applied once and in order.

A file that was applied must not change: its checksum is kept, and a difference stops the start.

Several processes may start at once. A migration makes one object under a name of its own, so what exists already was
made by the same migration: by another process a moment ago, or by a start that was cut off before it could say so.

An object that new stores are to have otherwise is made so (`IF NOT EXISTS`) by a file with a number before the one that
made it first, which then finds it there; a store that has it keeps what it has.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from core.errors import ConfigError
from storage.store import Store, StoreError

_EXISTS_ALREADY = 57
_STATUS_TABLE = (
    "CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, checksum String, "
    "applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY version"
)


@dataclass(frozen=True)
class Migration:
    """One numbered file: ``0001_create_spans.sql`` is version 1, name ``create_spans``."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def list_migrations() -> list[Migration]:
    """Return every migration shipped, in order of version."""
    found = []
    for entry in files("storage.migrations").iterdir():
        if entry.name.endswith(".sql"):
            number, _, name = entry.name.removesuffix(".sql").partition("_")
            found.append(Migration(int(number), name, entry.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.version)
    return found


def pending_migrations(store: Store) -> list[Migration]:
    """
    Return what has not been applied to *store* yet; changes nothing.

    Raises:
        ConfigError: An applied migration's file has changed since.
    """
    applied = _applied(store) if store.value("EXISTS TABLE schema_migrations") else {}
    pending = []
    for migration in list_migrations():
        checksum = applied.get(migration.version)
        if checksum is None:
            pending.append(migration)
        elif checksum != migration.checksum:
            raise ConfigError(
                f"migration {migration.version:04d}_{migration.name} was changed after it was applied",
                remedy="restore the file, and put the change into a new migration",
            )
    return pending


def apply_migrations(store: Store) -> list[Migration]:
    """Apply what is pending to *store*; return what was applied."""
    store.execute(_STATUS_TABLE)
    pending = pending_migrations(store)
    for migration in pending:
        _apply(store, migration)
    return pending


def build(store: Store, migration: Migration) -> None:
    """Make what *migration* makes in a database of its own, unless an earlier one made it."""
    try:
        store.execute(migration.sql)
    except StoreError as error:
        if error.code != _EXISTS_ALREADY:
            raise


def _applied(store: Store) -> dict[int, str]:
    """Return the checksums of what was applied to *store*, by version."""
    return {row["version"]: row["checksum"] for row in store.rows("SELECT version, checksum FROM schema_migrations")}


def _apply(store: Store, migration: Migration) -> None:
    """Apply *migration*, unless another process went ahead: what it builds on may be dropped again by then."""
    try:
        store.execute(migration.sql)
    except StoreError as error:
        if error.code != _EXISTS_ALREADY and migration.version not in _applied(store):
            raise
    store.insert(
        "schema_migrations",
        ["version", "name", "checksum"],
        [[migration.version, migration.name, migration.checksum]],
    )
