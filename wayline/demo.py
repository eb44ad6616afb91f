"""The demo: the simulated estate beside a server in the same process, its past first, then live."""

import threading

import structlog
from pydantic import SecretStr

from core.clock import SystemClock
from runbooks.catalogs import Catalog
from wayline.estate.config import EstateConfig
from wayline.estate.run import Estate, Summary

log = structlog.get_logger("wayline.demo")

HISTORY_RATE_PER_S = 0.12
_SEEDS = 2**31


def run_demo(
    *,
    catalog: Catalog,
    endpoint: str,
    events_url: str,
    rate: float,
    history_hours: float,
    seed: int,
    ending: threading.Event,
    token: str = "",
) -> Summary:
    """
    Write *history_hours* of past through the real ingest path, then go on live until *ending* is set.

    Args:
        catalog: Flows and systems to simulate.
        endpoint: ``host:port`` of OTLP/gRPC.
        events_url: Base URL that takes CloudEvents.
        rate: Live transactions per second.
        history_hours: Hours of past.
        seed: Decides what happens; mixed with the minute of the start, so that a demo started again on the same
            data folder does not use its purchase orders a second time.
        ending: Set when the server ends.
        token: Token to show; empty shows none.
    """
    clock = SystemClock()
    minute = clock.now_ns() // 60_000_000_000
    estate = Estate(
        catalog,
        EstateConfig(
            endpoint=endpoint,
            events_url=events_url,
            token=SecretStr(token),
            rate_per_s=rate,
            duration_s=None,
            seed=(seed * 7_919 + minute) % _SEEDS,
            incidents=True,
            history_s=history_hours * 3_600,
            history_rate_per_s=min(rate, HISTORY_RATE_PER_S),
        ),
        clock,
    )
    log.info("estate_started", seed=estate.seed, history_hours=history_hours, rate_per_s=rate)
    summary = estate.run(ending)
    log.info("estate_ended", transactions=summary.transactions, lost=summary.lost)
    return summary
