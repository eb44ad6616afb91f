"""What an operator sets about the way from the spool to the store."""

from pydantic import BaseModel, ConfigDict, Field

from collector.sizes import ByteSize


class FlushConfig(BaseModel):
    """
    Sizes and waits of the flusher.

    Attributes:
        chunk_bytes: Most bytes of requests decoded by one statement. Larger parts are merged less often and cost
            memory: about five times this while the statement runs.
        backoff_min_s: First wait after the store refused.
        backoff_max_s: Longest wait.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk_bytes: ByteSize = 64 * 2**20
    backoff_min_s: float = Field(default=0.2, gt=0)
    backoff_max_s: float = Field(default=30.0, gt=0)
