"""What every read needs: the store, the catalog as it is now, and the time."""

from dataclasses import dataclass

from analytics.read.catalog import CatalogProvider
from core.clock import Clock
from storage.store import Store


@dataclass(frozen=True)
class ReadContext:
    """
    The three things a query function is given.

    Attributes:
        store: The engine, embedded or remote.
        catalogs: Gives the catalog in force.
        clock: Gives the present.
    """

    store: Store
    catalogs: CatalogProvider
    clock: Clock
