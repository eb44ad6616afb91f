"""From files to models, keeping for everything the file and line it came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from runbooks.catalog_files import CatalogFile
from runbooks.fields import CatalogModel
from runbooks.findings import Finding, nearest
from runbooks.models import KINDS
from runbooks.runbook_files import Runbook, runbook_id, split_front_matter
from runbooks.yaml_lines import Document, KeyPath, read_documents


@dataclass(frozen=True)
class Declared:
    """
    A model and where it stands.

    Attributes:
        line_offset: Added to lines of the document, where it begins inside another file.
    """

    kind: str
    model: Any
    file: Path
    layer: int
    document: Document
    line_offset: int = 0

    def line_of(self, *path: str | int) -> int:
        """Return the line on which the field at *path* stands, or that of the nearest thing around it."""
        return self.document.line_of(path) + self.line_offset


@dataclass
class Parsed:
    """
    What could be read, and what could not.

    Attributes:
        misread: Kind and name of entries that are declared but wrong.
        unread: Whether some file could not be read at all, so that what it declares is not known.
    """

    declared: list[Declared] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    misread: set[tuple[str, str]] = field(default_factory=set)
    unread: bool = False

    def of_kind(self, kind: str) -> list[Declared]:
        """Return the declarations of one kind."""
        return [item for item in self.declared if item.kind == kind]


def parse(files: Sequence[CatalogFile]) -> Parsed:
    """Read all *files*; what cannot be read becomes a finding, never an exception."""
    parsed = Parsed()
    for file in files:
        if file.kind == "yaml":
            _parse_yaml(file, parsed)
        else:
            _parse_runbook(file, parsed)
    return parsed


def _parse_yaml(file: CatalogFile, parsed: Parsed) -> None:
    try:
        for document in read_documents(file.text):
            if document.value is not None:
                _parse_entry(file, document, parsed)
    except yaml.YAMLError as error:
        parsed.unread = True
        parsed.findings.append(_yaml_finding(file.path, error))


def _yaml_finding(path: Path, error: yaml.YAMLError, line_offset: int = 0) -> Finding:
    line = 1
    problem = str(error)
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = " ".join(part for part in (error.problem, error.context) if part)
        if error.context_mark and error.context_mark.line + 1 != line:
            problem += f" begun on line {error.context_mark.line + 1 + line_offset}"
    return Finding(
        path, line + line_offset, "yaml", f"not YAML: {problem}", "check indentation, colons, quotes", blocking=True
    )


def _parse_entry(file: CatalogFile, document: Document, parsed: Parsed) -> None:
    value = document.value
    line = document.line_of(())
    if not isinstance(value, dict):
        text = "a document of the catalog must be a mapping"
        parsed.findings.append(Finding(file.path, line, "shape", text, "begin it with kind: and name:", blocking=True))
        return
    kind = value.get("kind")
    model = KINDS.get(str(kind))
    if kind is None or model is None:
        what = "kind is missing" if kind is None else f"unknown kind {kind!r}"
        line = document.line_of(("kind",))
        parsed.findings.append(
            Finding(file.path, line, "unknown-kind", what, nearest(str(kind or ""), KINDS), blocking=True)
        )
        return
    fields = {key: item for key, item in value.items() if key != "kind"}
    _validate(str(kind), model, fields, file, document, parsed)


def _parse_runbook(file: CatalogFile, parsed: Parsed) -> None:
    front, body, body_line = split_front_matter(file.text)
    if not front:
        text = "a runbook begins with front matter between two lines of ---"
        parsed.findings.append(
            Finding(file.path, 1, "front-matter", text, "add at least runbook:, title: and owner:", blocking=True)
        )
        parsed.misread.add(("Runbook", runbook_id(file.path)))
        return
    try:
        documents = list(read_documents(front))
    except yaml.YAMLError as error:
        parsed.findings.append(_yaml_finding(file.path, error, line_offset=1))
        parsed.misread.add(("Runbook", runbook_id(file.path)))
        return
    document = documents[0] if documents else Document({})
    fields = document.value if isinstance(document.value, dict) else {}
    fields = {"runbook": runbook_id(file.path), **fields, "body": body, "body_line": body_line}
    _validate("Runbook", Runbook, fields, file, document, parsed, line_offset=1)


def _validate(
    kind: str,
    model: type[CatalogModel],
    fields: dict[str, Any],
    file: CatalogFile,
    document: Document,
    parsed: Parsed,
    line_offset: int = 0,
) -> None:
    for path, line in document.repeated:
        text = f"{_dotted(path)} is given twice"
        parsed.findings.append(
            Finding(file.path, line + line_offset, "repeated-key", text, "remove one of them", blocking=True)
        )
    try:
        instance = model.model_validate(fields)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            parsed.findings.append(_field_finding(kind, model, dict(problem), file, document, line_offset))
        parsed.misread.add((kind, str(fields.get("name", fields.get("runbook", "")))))
        return
    parsed.declared.append(Declared(kind, instance, file.path, file.layer, document, line_offset))


def _field_finding(
    kind: str,
    model: type[CatalogModel],
    problem: dict[str, Any],
    file: CatalogFile,
    document: Document,
    line_offset: int,
) -> Finding:
    path: KeyPath = tuple(problem["loc"])
    line = document.line_of(path) + line_offset
    where = f"{kind} {document.value.get('name', '')}".strip() if isinstance(document.value, dict) else kind
    if problem["type"] == "extra_forbidden":
        text = f"{where}: unknown field {path[-1]!r}"
        hint = nearest(str(path[-1]), _fields_at(model, path[:-1]))
        return Finding(file.path, line, "unknown-field", text, hint, blocking=True)
    if problem["type"] == "missing":
        text = f"{where}: field {_dotted(path)!r} is missing"
        return Finding(file.path, line, "missing-field", text, f"add {path[-1]}:", blocking=True)
    message = problem["msg"].removeprefix("Value error, ")
    return Finding(file.path, line, "bad-value", f"{where}: {_dotted(path)}: {message}", "", blocking=True)


def _fields_at(model: type[CatalogModel], path: KeyPath) -> list[str]:
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    node: Any = schema
    for step in path:
        node = _step_into(node, step, definitions)
    return sorted(_resolve(node, definitions).get("properties", {}))


def _step_into(node: Any, step: str | int, definitions: dict[str, Any]) -> Any:
    node = _resolve(node, definitions)
    return node.get("items", {}) if isinstance(step, int) else node.get("properties", {}).get(step, node)


def _resolve(node: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    for choice in node.get("anyOf", []):
        if "$ref" in choice or "items" in choice:
            node = choice
            break
    reference = node.get("$ref", "")
    resolved: dict[str, Any] = definitions.get(reference.rpartition("/")[2], {}) if reference else node
    return resolved


def _dotted(path: KeyPath) -> str:
    return ".".join(str(step) for step in path) or "entry"
