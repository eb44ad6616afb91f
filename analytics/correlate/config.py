"""What an operator sets about correlation."""

from pydantic import BaseModel, ConfigDict, Field


class CorrelateConfig(BaseModel):
    """
    How often and how much is correlated at once.

    Attributes:
        interval_s: Longest wait between two ticks; new segments wake a tick sooner.
        poll_s: How often the ledger is asked for new segments, once ticks have rested as long as they took.
        ingest_delay_s: How late evidence usually is, for systems no declared source speaks for: their watermark
            is the clock minus this, and deadlines are judged when it has passed them.
        max_observations_per_tick: New segments are taken in the order of storing until they hold this many rows;
            bounds the memory of a tick at about 2 KB a row, with the evidence that hangs on it.
        max_threads: Threads the engine may use for one statement of a tick; a second one costs more than it brings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_s: float = Field(default=1.0, gt=0)
    poll_s: float = Field(default=0.2, gt=0)
    ingest_delay_s: float = Field(default=30.0, ge=0)
    max_observations_per_tick: int = Field(default=250_000, ge=1)
    max_threads: int = Field(default=1, ge=1)
