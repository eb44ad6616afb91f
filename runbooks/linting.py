"""The linter and the JSON Schema of the catalog."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from runbooks.catalog_files import content_version, read_files
from runbooks.catalog_loader import assemble, default_dirs
from runbooks.checks.alerts import check_alerts
from runbooks.checks.documents import check_documents
from runbooks.checks.promises import check_promises
from runbooks.checks.references import check_references
from runbooks.checks.subject import Subject
from runbooks.consistency import consistency_findings
from runbooks.findings import CatalogError, Finding
from runbooks.models import KINDS
from runbooks.parsing import parse

_CHECKS = (check_references, check_promises, check_alerts, check_documents)


def lint(dirs: Sequence[Path] | None = None, *, today: dt.date | None = None) -> list[Finding]:
    """
    Examine the catalog of the folders *dirs* (default: the packaged one); never raises for what it finds.

    Args:
        dirs: Catalog folders.
        today: Date against which staleness is judged; default the machine's date in UTC.
    """
    try:
        files = read_files([Path(folder) for folder in dirs] if dirs else default_dirs())
    except CatalogError as error:
        return sorted(error.findings)
    parsed = parse(files)
    catalog, duplicates = assemble(parsed, content_version(files))
    findings = [*parsed.findings, *duplicates]
    if not parsed.unread:
        subject = Subject(parsed, catalog, today or dt.datetime.now(dt.UTC).date())
        findings += consistency_findings(parsed, catalog)
        for check in _CHECKS:
            findings += check(subject)
    return sorted(set(findings))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one document of the catalog."""
    references, definitions = models_json_schema(
        [(model, "validation") for model in KINDS.values()], by_alias=True, ref_template="#/$defs/{model}"
    )
    defs: dict[str, Any] = definitions["$defs"]
    for kind, model in KINDS.items():
        reference = references[model, "validation"]["$ref"].rpartition("/")[2]
        defs[reference]["properties"] = {"kind": {"const": kind}, **defs[reference]["properties"]}
        defs[reference]["required"] = ["kind", *defs[reference].get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wayline catalog entry",
        "oneOf": [references[model, "validation"] for model in KINDS.values()],
        "$defs": defs,
    }
