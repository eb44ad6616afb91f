from collections.abc import Callable

import pytest

from runbooks.catalog_loader import load_catalog
from wayline.estate.arrivals import live_arrivals, past_arrivals
from wayline.estate.config import EstateConfig
from wayline.estate.delivery import Delivery
from wayline.estate.episodes import Episodes
from wayline.estate.outcome import Told
from wayline.estate.telemetry import NS_PER_S
from wayline.estate.teller import Teller

START_NS = 1_795_000_000 * NS_PER_S
DURATION_S = 60.0
RATE_PER_S = 8.0


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def tell_run(catalog) -> Callable[..., list[Told]]:
    """Tell a whole run of a minute without sending anything."""

    def tell(*faults: str, seed: int = 7) -> list[Told]:
        config = EstateConfig(rate_per_s=RATE_PER_S, duration_s=DURATION_S, seed=seed, faults=faults)
        end_ns = START_NS + round(DURATION_S * NS_PER_S)
        episodes = Episodes(seed, faults, START_NS, end_ns)
        delivery = Delivery(start_ns=START_NS, end_ns=end_ns + 15 * NS_PER_S, short=True, late_s=(4.0, 12.0))
        teller = Teller(catalog, seed, episodes, delivery, pace=0.02)
        past = past_arrivals(config, seed, episodes, START_NS)
        live = live_arrivals(config, seed, episodes, START_NS, len(past))
        return [teller.tell(arrival) for arrival in (*past, *live)]

    return tell


@pytest.fixture(scope="session")
def end_ns() -> int:
    return START_NS + round((DURATION_S + 20) * NS_PER_S)


@pytest.fixture(scope="session")
def start_ns() -> int:
    return START_NS
