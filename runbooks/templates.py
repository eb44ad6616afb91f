"""``{{ root.key }}`` in runbooks: nothing but look-ups, so that a runbook can do no harm."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w-]*)(?:\.([A-Za-z_][\w.@-]*))?\s*\}\}")

FIELDS: dict[str, frozenset[str]] = {
    "tx": frozenset(
        {
            "transaction_id",
            "flow",
            "tier",
            "status",
            "started_at",
            "ended_at",
            "duration_ms",
            "parent_id",
            "current_milestone",
            "next_milestone",
            "failed_milestone",
            "missing_milestone",
        }
    ),
    "flow": frozenset({"name", "title", "domain", "tier", "process_owner"}),
    "origin": frozenset({"category", "system", "confidence", "why"}),
    "owner": frozenset({"team", "process_owner", "escalation"}),
    "sla": frozenset({"deadline_at", "breached", "breached_at", "late_by_ms"}),
    "children": frozenset({"total", "completed", "failed"}),
    "labels": frozenset(),
    "values": frozenset(),
}
"""Root -> keys a runbook may name; ``id.<type>`` is every identifier type of the catalog besides."""


def placeholders(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield root, key (may be empty) and line from 0 of every placeholder in *text*."""
    for match in PLACEHOLDER.finditer(text):
        yield match[1], match[2] or "", text.count("\n", 0, match.start())


def fill(text: str, context: Mapping[str, Any], write: Callable[[str], str]) -> str:
    """
    Return *text* with every placeholder replaced.

    Args:
        text: Any text.
        context: Root -> key -> value.
        write: Makes a value, or the note ``<missing x.y>``, fit for where it goes, e.g. escapes it.
    """
    return PLACEHOLDER.sub(lambda match: write(_value_of(match[1], match[2] or "", context)), text)


def _value_of(root: str, key: str, context: Mapping[str, Any]) -> str:
    node: Any = context.get(root)
    if key and isinstance(node, Mapping):
        node = node.get(key)
    elif key:
        node = None
    if node is None or node == "" or isinstance(node, Mapping | list | tuple):
        return f"<missing {root}.{key}>" if key else f"<missing {root}>"
    return f"{node:g}" if isinstance(node, float) else str(node)
