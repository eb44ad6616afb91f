"""What an operator sets about Wayline's own traces."""

from pydantic import BaseModel, ConfigDict, Field


class SelfTracesConfig(BaseModel):
    """
    Wayline's own traces.

    Attributes:
        enabled: Whether Wayline traces its flushes, ticks, rounds of alerting and requests, into itself.
        sample_ratio: Part of them that is kept.
        max_spans_per_minute: Most spans a minute, whatever the ratio keeps.
        export_every_s: Seconds between exports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    sample_ratio: float = Field(default=1.0, gt=0, le=1)
    max_spans_per_minute: int = Field(default=600, gt=0)
    export_every_s: float = Field(default=5.0, gt=0)
