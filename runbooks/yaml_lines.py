"""YAML documents with the line of every key, and without the traps of YAML 1.1."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """
    One YAML document.

    Attributes:
        value: What it says; None where it is empty.
        lines: Line (from 1) of every key and list item by its path; the empty path is the document itself.
        repeated: Paths of keys given twice.
    """

    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    repeated: tuple[tuple[KeyPath, int], ...] = ()

    def line_of(self, path: KeyPath) -> int:
        """Return the line of the longest known beginning of *path*."""
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return line
        return 1


class _CoreSchemaLoader(yaml.SafeLoader):
    """Reads scalars by the core schema of YAML 1.2: ``08:00``, ``0012``, ``no`` and dates stay text."""


_CoreSchemaLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[1-9][0-9]*[eE][-+]?[0-9]+",
        "-+.0123456789",
    ),
):
    _CoreSchemaLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first, ""] if _tag == "null" else list(_first)
    )


def read_documents(text: str) -> Iterator[Document]:
    """
    Yield the documents of a YAML stream.

    Raises:
        yaml.YAMLError: The text is not YAML.
    """
    loader = _CoreSchemaLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                return
            lines: dict[KeyPath, int] = {}
            repeated: list[tuple[KeyPath, int]] = []
            _note_lines(node, (), lines, repeated, ())
            yield Document(loader.construct_document(node), lines, tuple(repeated))
    finally:
        loader.dispose()


def _note_lines(
    node: yaml.Node,
    path: KeyPath,
    lines: dict[KeyPath, int],
    repeated: list[tuple[KeyPath, int]],
    around: tuple[yaml.Node, ...],
) -> None:
    if node in around:
        raise yaml.MarkedYAMLError(problem="an anchor contains itself", problem_mark=node.start_mark)
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            step = str(key.value)
            line = key.start_mark.line + 1
            if step in seen:
                repeated.append(((*path, step), line))
            seen.add(step)
            lines[*path, step] = line
            _note_lines(value, (*path, step), lines, repeated, (*around, node))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(item, (*path, index), lines, repeated, (*around, node))
