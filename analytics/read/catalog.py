"""The catalog in force, as the reads see it."""

from collections.abc import Sequence
from typing import Protocol

from runbooks.catalog_provider import CatalogNotice
from runbooks.catalogs import Catalog


class CatalogProvider(Protocol):
    """Gives the last good catalog; a change is visible at the next call."""

    def current(self) -> Catalog:
        """Return the catalog in force."""
        ...

    def notices(self) -> Sequence[CatalogNotice]:
        """Return what is wrong with the catalog on disk; empty when it is the one in force."""
        ...
