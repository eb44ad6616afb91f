"""What an operator sets about the store."""

import re
from datetime import time
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, field_validator

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_HOW = "a time of day is written in quotes, as '01:30'; '' is never"


class StorageConfig(BaseModel):
    """
    Where telemetry is kept.

    Attributes:
        path: Folder of the embedded engine; with *url*, of the engine that only decodes and keeps nothing.
        url: ``clickhouse://user:password@host:8123/database`` (or ``clickhouses://`` for TLS); empty for embedded.
        ca_file: Authorities that the certificate of *url* is judged by, PEM; empty means those of the system.
        database: Database that holds Wayline's tables, where *url* names none.
        pool_size: Connections that may run statements side by side.
        compact_at: Time of day (``HH:MM``, UTC) at which what is found by an id is merged into one part a table, so
            that a look-up has one place to look in; empty for never. Takes about three seconds of one core a million
            observations, and their room on the disk once more meanwhile. Of the embedded engine only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Path("wayline-data/store")
    url: str = ""
    ca_file: Path | None = None
    database: str = "wayline"
    pool_size: int = 10
    compact_at: time | None = time(1, 30)

    @field_validator("compact_at", mode="before")
    @classmethod
    def _time_of_day(cls, given: object) -> object:
        if isinstance(given, str) and _TIME_OF_DAY.fullmatch(given):
            return time.fromisoformat(given)
        if isinstance(given, time | None) or given == "":
            return given or None
        raise ValueError(_HOW)  # YAML reads 13:30 without quotes as a number, of minutes

    @property
    def target_database(self) -> str:
        """The database that *url* names, or else *database*."""
        return unquote(urlsplit(self.url).path.strip("/")) or self.database

    def in_database(self, name: str, pool_size: int) -> Self:
        """Return this configuration for the database *name* on the same engine."""
        url = self.url and urlunsplit(urlsplit(self.url)._replace(path=f"/{quote(name)}"))
        return self.model_copy(update={"url": url, "database": name, "pool_size": pool_size})

    @property
    def interface(self) -> str:
        """Protocol of *url*: ``https`` for ``clickhouses://`` and ``https://``, else ``http``."""
        return "https" if self.url.startswith(("clickhouses://", "https://")) else "http"
