"""Settings of a run of the simulated estate."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class EstateConfig(BaseModel):
    """
    What is simulated, how fast, and where it is sent.

    Attributes:
        endpoint: ``host:port`` of OTLP/gRPC.
        events_url: Base URL of the API that takes CloudEvents.
        token: Token shown at both; empty shows none.
        rate_per_s: Business transactions started per second.
        duration_s: Seconds of new transactions; None goes on until stopped.
        seed: Decides everything but the time of day; None takes one from the clock.
        faults: Names of the faults at work.
        incidents: Instead of an episode an hour for each of *faults*: rare trouble, and a clear incident now and then.
        truth: File that gets one JSON line a transaction; None writes none.
        history_s: Seconds of past that are written at the start as fast as the server takes them.
        history_rate_per_s: Transactions per second of that past; None means *rate_per_s*.
        pace: Factor on waiting times between steps; 1.0 is natural (minutes to hours), None chooses one at which
            transactions of a live run end within seconds.
        drain_s: Longest time to let transactions under way end after *duration_s*.
        give_up_s: How long a refused or unreachable delivery is tried again before it counts as lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str = "127.0.0.1:4317"
    events_url: str = "http://127.0.0.1:8080"
    token: SecretStr = SecretStr("")
    rate_per_s: float = Field(default=2.0, gt=0, le=2_000)
    duration_s: float | None = Field(default=60.0, gt=0)
    seed: int | None = Field(default=None, ge=0)
    faults: tuple[str, ...] = ()
    incidents: bool = False
    truth: Path | None = None
    history_s: float = Field(default=0.0, ge=0)
    history_rate_per_s: float | None = Field(default=None, gt=0)
    pace: float | None = Field(default=None, gt=0)
    drain_s: float = Field(default=20.0, ge=0)
    give_up_s: float = Field(default=60.0, gt=0)
