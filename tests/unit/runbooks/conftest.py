from collections.abc import Callable
from pathlib import Path

import pytest

MINIMAL = """
kind: Owner
name: team
escalation: on-call
---
kind: System
name: shop
category: erp
owner: team
---
kind: Flow
name: order
tier: 1
owner: team
milestones:
  - {name: placed, system: shop}
  - {name: shipped, within: 5m, terminal: true}
objectives: {deadline: 10m}
runbooks: {default: Order}
"""

BODY = "\n".join(
    f"## {heading}\n"
    for heading in (
        "Meaning",
        "Impact",
        "First 5 minutes",
        "Diagnosis",
        "Mitigation",
        "Verify",
        "Escalate",
        "Known causes",
    )
)

RUNBOOK = f"---\nrunbook: Order\ntitle: Orders\nowner: team\ntier: 1\nlast_reviewed: 2026-11-01\n---\n{BODY}"


@pytest.fixture
def write_catalog(tmp_path: Path) -> Callable[..., Path]:
    """Write a sound catalog, with `main.yaml` edited by (old, new) pairs and further files by their relative path."""

    def write(*edits: tuple[str, str], files: dict[str, str] | None = None) -> Path:
        text = MINIMAL
        for old, new in edits:
            assert old in text, f"{old!r} is not in the catalog"
            text = text.replace(old, new, 1)
        folder = tmp_path / "catalog"
        for name, content in {"main.yaml": text, "runbooks/Order.md": RUNBOOK, **(files or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return folder

    return write
