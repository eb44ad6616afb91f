"""The catalog in force, as the reads see it."""

from typing import Protocol

from runbooks.catalogs import Catalog


class CatalogProvider(Protocol):
    """Gives the last good catalog; a change is visible at the next call."""

    def current(self) -> Catalog:
        """Return the catalog in force."""
        ...
