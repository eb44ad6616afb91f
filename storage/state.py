"""The small relational store: state that is mutable, unique or leased, on SQLite or PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event


def open_state(target: Path | str) -> Engine:
    """
    Open the state store.

    Args:
        target: A folder, in which ``state.sqlite`` is used, or an SQLAlchemy URL.

    Returns:
        An engine whose SQLite connections use a write-ahead log and sync on every commit.
    """
    if isinstance(target, str):
        return create_engine(target, pool_pre_ping=True)
    target.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{target / 'state.sqlite'}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
