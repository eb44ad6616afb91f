"""Open transactions that will probably miss their deadline, as the API tells it."""

from collections import Counter
from typing import Any

from analytics.read.forecasts import Forecaster
from analytics.read.present import time_text
from analytics.sla.business_time import from_unix_us

_LISTED = 200


def at_risk(forecaster: Forecaster, flow: str) -> dict[str, Any]:
    """
    Return ``{"threshold", "flows", "items"}``: how many are at risk in each flow, and the most probable ones.

    A flow without an entry has none that is known to be at risk: too little may be known of it.
    """
    risks = forecaster.at_risk((flow,) if flow else ())
    return {
        "threshold": forecaster.config.risk_threshold,
        "flows": dict(Counter(risk.flow for risk in risks)),
        "items": [
            {
                "transaction_id": risk.transaction_id,
                "flow": risk.flow,
                "probability": round(min(risk.probability, 0.999), 4),
                "deadline_at": time_text(from_unix_us(risk.deadline_us)),
                "url": f"/transactions/{risk.transaction_id}",
            }
            for risk in risks[:_LISTED]
        ],
    }
