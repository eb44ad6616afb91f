"""Evidence becomes transactions: extraction, identity resolution, milestones, status and verdicts."""

from analytics.correlate.config import CorrelateConfig
from analytics.correlate.service import Correlator
from analytics.correlate.tick import TickReport

__all__ = ["CorrelateConfig", "Correlator", "TickReport"]
