"""What an operator sets about the store."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class StorageConfig(BaseModel):
    """
    Where telemetry is kept.

    Attributes:
        path: Folder of the embedded engine; used when *url* is empty.
        url: ``clickhouse://user:password@host:8123/database`` (or ``clickhouses://`` for TLS); empty for embedded.
        database: Database that holds Wayline's tables.
        pool_size: Connections that may run statements side by side.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Path("wayline-data/store")
    url: str = ""
    database: str = "wayline"
    pool_size: int = 6

    @property
    def interface(self) -> str:
        """Protocol of *url*: ``https`` for ``clickhouses://`` and ``https://``, else ``http``."""
        return "https" if self.url.startswith(("clickhouses://", "https://")) else "http"
