"""Operational knowledge: the catalog of flows and systems, and the runbooks."""

from runbooks.catalog_loader import load_catalog
from runbooks.catalog_provider import CatalogProvider
from runbooks.catalogs import Catalog
from runbooks.findings import CatalogError, Finding
from runbooks.linting import json_schema, lint

__all__ = ["Catalog", "CatalogError", "CatalogProvider", "Finding", "json_schema", "lint", "load_catalog"]
