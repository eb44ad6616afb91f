"""What the page tests share: contexts over the fakes, the texts of a drawn page, golden files."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.config import DashboardsConfig
from dashboards.context import PageContext
from dashboards.urlstate import read_state
from tests.unit.dashboards.fakes import NOW, BusyReader, busy_alerts, shipped_catalogs

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "dashboards"


def parts_of(node: Any) -> Iterator[Any]:
    """Every component and every text of a tree, top to bottom."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from parts_of(child)
    elif node is not None:
        yield node
        if isinstance(node, Component):
            yield from parts_of(getattr(node, "children", None))


def text_of(node: Any) -> str:
    return " ".join(str(part) for part in parts_of(node) if not isinstance(part, Component))


def hrefs_of(node: Any) -> list[str]:
    return [part.href for part in parts_of(node) if isinstance(part, Component) and getattr(part, "href", None)]


@pytest.fixture
def page_context() -> Callable[..., PageContext]:
    def build(address: str, reader: Any = None, alerts: Any = None) -> PageContext:
        path, _, search = address.partition("?")
        state = read_state(path, search, now=NOW)
        return PageContext(
            reader or BusyReader(),
            alerts or busy_alerts(),
            state,
            shipped_catalogs().current(),
            NOW,
            DashboardsConfig(),
            (),
        )

    return build


@pytest.fixture
def golden() -> Callable[[str, Any], None]:
    """Compare with a file; WAYLINE_UPDATE_GOLDEN=1 writes it instead."""

    def compare(name: str, value: Any) -> None:
        path = GOLDEN / name
        text = json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"
        if os.environ.get("WAYLINE_UPDATE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert text == path.read_text()

    return compare
