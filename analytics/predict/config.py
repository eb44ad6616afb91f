"""Settings of predictions."""

from pydantic import BaseModel, ConfigDict, Field


class PredictConfig(BaseModel):
    """
    How predictions are made.

    Attributes:
        history_days: How far back transactions are learned from.
        max_transactions: Most transactions of a flow that are learned from, the newest first.
        refresh_s: Age at which what was learned is learned anew.
        min_samples: Fewer earlier cases than this say nothing.
        risk_threshold: A transaction is at risk when it will miss its deadline with at least this probability.
        max_open: Most open transactions of a flow that are looked at, the nearest deadlines first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    history_days: float = Field(default=30, gt=0)
    max_transactions: int = Field(default=200_000, ge=1_000)
    refresh_s: float = Field(default=300, ge=0)
    min_samples: int = Field(default=30, ge=5)
    risk_threshold: float = Field(default=0.5, gt=0, lt=1)
    max_open: int = Field(default=20_000, ge=100)
