"""The store without its doors: `wayline import` writes into a data folder that no server holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wayline.serve import Wayline
from wayline.settings import Settings

CloudEvent = dict[str, Any]


@contextmanager
def offline_events(settings: Settings) -> Iterator[Callable[[list[CloudEvent]], None]]:
    """
    Yield a function that takes CloudEvents and returns when they are durable.

    At the end everything taken is stored and correlated, so that the next `wayline serve` on the same folder shows it.
    """
    wayline = Wayline(settings, doors=False)
    try:
        wayline.collector.start()
        try:
            yield wayline.collector.accept_events
        finally:
            wayline.collector.stop(settings.server.shutdown_timeout_s)
        wayline.correlator.catch_up()
    finally:
        wayline.close()
