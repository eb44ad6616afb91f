"""What an operator sets about taking the rows of foreign collectors."""

from pydantic import BaseModel, ConfigDict, Field


class OtelIngestConfig(BaseModel):
    """
    The tables of database ``otel_ingest``.

    Attributes:
        enabled: Whether this process takes rows from them; None means where the store is a server. Of several
            processes on one server one does the work at a time.
        poll_s: Pause between two looks.
        chunk_bytes: About how many bytes of rows become one request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool | None = None
    poll_s: float = Field(default=1.0, gt=0)
    chunk_bytes: int = Field(default=8 * 2**20, gt=0)
