"""What an operator sets about the store."""

from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict


class StorageConfig(BaseModel):
    """
    Where telemetry is kept.

    Attributes:
        path: Folder of the embedded engine; with *url*, of the engine that only decodes and keeps nothing.
        url: ``clickhouse://user:password@host:8123/database`` (or ``clickhouses://`` for TLS); empty for embedded.
        ca_file: Authorities that the certificate of *url* is judged by, PEM; empty means those of the system.
        database: Database that holds Wayline's tables, where *url* names none.
        pool_size: Connections that may run statements side by side.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Path("wayline-data/store")
    url: str = ""
    ca_file: Path | None = None
    database: str = "wayline"
    pool_size: int = 10

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
