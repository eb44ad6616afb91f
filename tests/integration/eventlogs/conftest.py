"""One server that has every event log of the reference data, imported as a user would."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.integration.eventlogs import purchase_orders, sepsis, travel_permits, x12_messages

SETS = (purchase_orders, travel_permits, sepsis, x12_messages)
_PATIENCE_S = 600


@dataclass
class Imported:
    """A running server and what was imported into it."""

    url: str
    _cache: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def transactions(self, flow: str) -> list[dict[str, Any]]:
        """Return every transaction of *flow*."""
        if flow not in self._cache:
            self._cache[flow] = list(self._pages(flow))
        return self._cache[flow]

    def _pages(self, flow: str) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            params = {"flow": flow, "limit": 1000, "sort": "started_at"} | ({"cursor": cursor} if cursor else {})
            page = self.get("/api/v1/transactions", params)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON at *path*."""
        return httpx.get(self.url + path, params=params, timeout=60).raise_for_status().json()


@pytest.fixture(scope="session")
def imported(
    start_wayline: Callable[..., Any], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Imported:
    """Every set, imported and correlated whole."""
    catalog = tmp_path_factory.mktemp("catalog")
    for each in SETS:
        name = each.__name__.rpartition(".")[2]
        (catalog / f"{name}.yaml").write_text(each.catalog(shared_data))
    served = start_wayline("--catalog", str(catalog), keep=True)
    rows = 0
    for each in SETS:
        for log, mapping in each.logs(shared_data, tmp_path_factory.mktemp("logs")):
            rules = tmp_path_factory.mktemp("mapping") / "mapping.yaml"
            rules.write_text(yaml.safe_dump(mapping))
            rows += _import(served.url, log, rules)
    _settle(served.url, rows)
    return Imported(served.url)


def _import(url: str, log: Path, rules: Path) -> int:
    command = [sys.executable, "-m", "wayline.cli", "import", str(log), "--mapping", str(rules), "--url", url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return int(ended.stdout.split()[0])


def _settle(url: str, rows: int) -> None:
    """Wait until every event is stored and the correlation is done with all of them."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        stats = httpx.get(f"{url}/api/v1/stats", timeout=60).json()
        stored = sum(table["rows"] for table in stats["tables"] if table["table"] == "events")
        if stored == rows and stats["correlation"]["behind_ms"] == 0:
            return
        time.sleep(1)
    raise AssertionError(f"{stored} of {rows} events stored, correlation {stats['correlation']}")
