"""Load a catalog from its folders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runbooks import builtin
from runbooks.catalog_files import PACKAGED, CatalogFile, content_version, read_files
from runbooks.catalogs import GENERIC_RUNBOOK, Catalog
from runbooks.consistency import consistency_findings
from runbooks.estate import Attributes
from runbooks.findings import CatalogError, Finding
from runbooks.parsing import Declared, Parsed, parse
from runbooks.shipped import generic_runbook, inherit_redactions

_COLLECTIONS = {
    "Flow": "flows",
    "System": "systems",
    "Identifier": "identifiers",
    "Tier": "tiers",
    "Owner": "owners",
    "Calendar": "calendars",
    "Source": "sources",
    "RuleSet": "rule_sets",
    "Channel": "channels",
    "Redaction": "redactions",
    "Runbook": "runbooks",
}


def default_dirs() -> list[Path]:
    """Return the folders of the packaged catalog."""
    return [PACKAGED]


def load_catalog(dirs: Sequence[Path] | None = None) -> Catalog:
    """
    Load the catalog of the folders *dirs* (default: the packaged one); later folders replace entries.

    Raises:
        CatalogError: It cannot be used; names every finding with file and line.
    """
    files = read_files([Path(folder) for folder in dirs] if dirs else default_dirs())
    return catalog_from_files(files)


def catalog_from_files(files: Sequence[CatalogFile]) -> Catalog:
    """
    Build the catalog from files already read.

    Raises:
        CatalogError: It cannot be used.
    """
    parsed = parse(files)
    catalog, duplicates = assemble(parsed, content_version(files))
    blocking = [
        finding
        for finding in (*parsed.findings, *duplicates, *consistency_findings(parsed, catalog))
        if finding.blocking
    ]
    if blocking:
        raise CatalogError(sorted(blocking))
    return catalog


def assemble(parsed: Parsed, version: str) -> tuple[Catalog, list[Finding]]:
    """Return the catalog of what could be read, and a finding for every name declared twice."""
    collections: dict[str, dict[Any, Any]] = {attribute: {} for attribute in _COLLECTIONS.values()}
    origin: dict[tuple[str, Any], Declared] = {}
    findings: list[Finding] = []
    attributes = Attributes()
    for item in parsed.declared:
        name = item.model.id if item.kind == "Runbook" else item.model.name
        earlier = origin.get((item.kind, name))
        if earlier is not None and earlier.layer == item.layer:
            findings.append(_duplicate(item, earlier, name))
            continue
        origin[item.kind, name] = item
        if item.kind == "Attributes":
            attributes = item.model
        else:
            collections[_COLLECTIONS[item.kind]][name] = item.model
    return _with_builtin(collections, attributes, version), findings


def _duplicate(item: Declared, earlier: Declared, name: object) -> Finding:
    text = f"{item.kind} {name!r} is already declared in {earlier.file.name}:{earlier.line_of('name')}"
    return Finding(item.file, item.line_of("name"), "duplicate", text, "rename or remove one", blocking=True)


def _with_builtin(collections: dict[str, dict[Any, Any]], attributes: Attributes, version: str) -> Catalog:
    defaults: dict[str, dict[Any, Any]] = {
        "identifiers": builtin.identifiers(attributes),
        "tiers": builtin.TIERS,
        "calendars": {builtin.CALENDAR.name: builtin.CALENDAR},
        "runbooks": generic_runbook() if GENERIC_RUNBOOK not in collections["runbooks"] else {},
    }
    if not collections["rule_sets"]:
        defaults["rule_sets"] = {builtin.RULES.name: builtin.RULES}
    merged = {name: {**defaults.get(name, {}), **entries} for name, entries in collections.items()}
    merged["redactions"] = inherit_redactions(collections["redactions"])
    return Catalog(version=version, attributes=attributes, **merged)
