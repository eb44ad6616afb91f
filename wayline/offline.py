"""The store without its doors: `wayline import` and `reindex` work in a data folder that no server holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from analytics.reindex.api import progress_as_dict
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


def offline_reindex(
    settings: Settings, since: datetime | None, seen: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Reindex the store of a stopped server; *seen* is told how far it is, in the form of the API."""
    wayline = Wayline(settings, doors=False)
    try:
        wayline.correlator.catch_up()
        return progress_as_dict(wayline.reindexer.run(since, lambda progress: seen(progress_as_dict(progress))))
    finally:
        wayline.close()
