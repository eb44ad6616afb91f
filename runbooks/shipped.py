"""What a catalog folder inherits from the packaged catalog: its redaction rules, and the runbook of last resort."""

import functools
from collections.abc import Mapping

from runbooks.catalog_files import PACKAGED, CatalogFile
from runbooks.catalogs import GENERIC_RUNBOOK
from runbooks.parsing import Declared, parse
from runbooks.redactions import EVERY_SHIPPED_RULE, Redaction
from runbooks.runbook_files import Runbook, runbook_id

_SETTLES_THE_VALUE = ("drop", "mask", "hmac")


def inherit_redactions(own: Mapping[str, Redaction]) -> dict[str, Redaction]:
    """
    Return the rules *own* of a catalog, and behind them the packaged ones that it neither replaces nor switches off.

    A folder of one's own must not lose what keeps health data out of the store because its author did not think of it:
    a packaged rule ends only where its name is declared anew, or all of them by the name ``*`` with ``enabled: false``.
    An attribute that a rule of *own* settles by name is left to that rule.
    """
    kept = {name: rule for name, rule in own.items() if name != EVERY_SHIPPED_RULE}
    every = own.get(EVERY_SHIPPED_RULE)
    if every is not None and not every.enabled:
        return kept
    settled = tuple(key for rule in kept.values() if _settles(rule) for key in rule.keys)
    inherited = {
        name: rule.model_copy(update={"except_keys": (*rule.except_keys, *settled)})
        for name, rule in _packaged_redactions().items()
        if name not in kept
    }
    return {**kept, **inherited}


def _settles(rule: Redaction) -> bool:
    """Return whether nothing of a value is left in the clear, whatever system it comes from."""
    limited = rule.value_pattern or rule.systems or rule.data_class or rule.except_keys
    return rule.enabled and rule.action in _SETTLES_THE_VALUE and not limited


@functools.cache
def _packaged_redactions() -> dict[str, Redaction]:
    path = PACKAGED / "redactions.yaml"
    return {item.model.name: item.model for item in _declared(CatalogFile(path, 0, "yaml", path.read_text("utf-8")))}


def generic_runbook() -> dict[str, Runbook]:
    """Return the runbook of last resort, by its id."""
    path = PACKAGED.parent / f"{GENERIC_RUNBOOK}.md"
    return {
        runbook_id(path): item.model for item in _declared(CatalogFile(path, 0, "markdown", path.read_text("utf-8")))
    }


def _declared(file: CatalogFile) -> list[Declared]:
    return parse([file]).declared
