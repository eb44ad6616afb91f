"""The redaction rules in force: rebuilt when the catalog changes, and only then."""

from collections.abc import Sequence

import structlog

from collector.redact import Redactor
from runbooks import CatalogProvider
from runbooks.catalogs import Catalog

_log = structlog.get_logger(__name__)
_REMEDY = "the catalog switches all rules off by kind: Redaction, name: '*'; take that out"


class RedactionRules:
    """
    Gives the redactor for the catalog in force.

    Args:
        catalog: Holds the rules, and the data class of each system.
        key: Secret of the pseudonyms.
        key_id: Its name in them.
    """

    def __init__(self, catalog: CatalogProvider, key: bytes, key_id: str) -> None:
        self._catalog = catalog
        self._key = key
        self._key_id = key_id
        self._version: str | None = None
        self._redactor: Redactor | None = None

    def redactor(self) -> Redactor | None:
        """Return what is to be taken out of telemetry; None when the catalog has no rule."""
        catalog = self._catalog.current()
        if catalog.version != self._version:
            built = Redactor(
                catalog.redactions.values(), self._key, self._key_id, lambda name: _class_of(catalog, name)
            )
            self._redactor = built if built.has_rules else None
            self._version = catalog.version
            if self._redactor is None:
                _log.warning("the catalog has no redaction rules: health data is stored as it comes", remedy=_REMEDY)
        return self._redactor

    def pseudonyms(self, text: str) -> Sequence[str]:
        """Return what *text* stands as in the store where a rule replaces it; nothing without such a rule."""
        redactor = self.redactor()
        return [redactor.pseudonym(text)] if redactor and redactor.has_pseudonyms and text.strip() else []


def _class_of(catalog: Catalog, service: str) -> tuple[str, str]:
    system = catalog.system_of_service(service)
    return (system.name, system.data_class) if system else (service, "")
