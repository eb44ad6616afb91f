"""Extraction that takes over what is known of old segments, and reads anew those received since a moment."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from analytics.correlate.extract import Extraction
from analytics.correlate.rules import Rules
from analytics.correlate.statements import Statements
from storage.sqlfiles import load_sql
from storage.store import Store


class PartlyKept(Extraction):
    """
    Observations of segments received before *since* stay as they are.

    Args:
        store: A store with ``observations_before``.
        rules: Compiled catalog.
        since: From when segments are extracted anew.
    """

    def __init__(self, store: Store, rules: Rules, since: datetime) -> None:
        super().__init__(store, rules)
        self._since = since

    def run(
        self, statements: Statements, segments: Mapping[str, Sequence[int]], received: Mapping[int, datetime]
    ) -> dict[str, datetime]:
        """Fill ``tick_new``; what kept segments say of sources is known already."""
        anew = {
            signal: [number for number in numbers if received[number] >= self._since]
            for signal, numbers in segments.items()
        }
        heard = super().run(statements, {signal: numbers for signal, numbers in anew.items() if numbers}, received)
        kept = [number for number, when in received.items() if when < self._since]
        if kept:
            statements.text(load_sql("analytics.reindex", "sql/keep_observations"), {"segments": kept})
        return heard


def extraction_since(since: datetime | None) -> Callable[[Store, Rules], Extraction]:
    """Return how segments become observations when those received since *since* (None: all) are read anew."""
    if since is None:
        return Extraction
    return lambda store, rules: PartlyKept(store, rules, since)
