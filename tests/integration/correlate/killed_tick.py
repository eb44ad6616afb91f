"""
One tick in a process of its own, which a test kills at a step and starts again.

    python killed_tick.py prepare|tick|steps FOLDER CATALOG SECONDS
"""

import json
import sys
from pathlib import Path
from typing import Any

from analytics.correlate import CorrelateConfig, statements
from analytics.correlate import tick as ticking
from runbooks import load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.integration.evidence import Event, Log, Span, deliver, moment

# Versions count ticks and moments say when one ran: they differ where a tick was repeated, and nothing else may.
_TABLES = {
    "observations": "",
    "identifier_units": "version",
    "transactions": "version, updated_at, known_at",
    "transaction_units": "version",
    "unit_transactions": "version",
    "transaction_identifiers": "version",
    "transaction_children": "version",
    "transaction_paths": "version",
    "verdicts": "decided_at",
    "notices": "version, at",
    "quarantined_values": "version",
    "quarantine_carriers": "version",
    "judgements_waiting": "",
    "correlation_progress": "correlated_at",
}


def known() -> list[Span | Log | Event]:
    """Two orders under way, and a part of a batch that names its parent."""
    return [
        Event("a1", 0, milestone="approved", flow="order", correlation="ca"),
        Event("b1", 5, milestone="approved", flow="order", correlation="cb"),
        Event("p1", 6, milestone="approved", flow="order", correlation="cp", parent=("document", "D1")),
    ]


def fresh() -> list[Span | Log | Event]:
    """What makes the two orders one, fails a third, takes a batch apart and quarantines a value."""
    return [
        Event("ab", 20, milestone="sent", flow="order", correlation="ca", attributes={"po_number": "P1"}),
        Span("tb", "s1", 21, attributes={"correlation.id": "cb", "po_number": "P1"}),
        Event("f1", 22, milestone="rejected", flow="order", correlation="cf", outcome="ok"),
        Span("batch", "root", 23, kind=5),
        Span("batch", "x", 24, parent="root", error=True, attributes={"correlation.id": "cx"}),
        Span("batch", "y", 25, parent="root", attributes={"correlation.id": "cy"}),
        Log("broken", 24, trace="batch", id="x", severity=17),
        Event("p2", 26, milestone="paid", flow="order", correlation="cp", parent=("document", "D1")),
        *(Span(f"q{n}", "s", 30 + n, attributes={"correlation.id": f"cq{n}", "permit": "PLACE"}) for n in range(7)),
    ]


def contents(store: Store) -> dict[str, list[Any]]:
    """Return what stands in every table, as far as it may not depend on when a tick ran."""
    found = {}
    for table, hidden in _TABLES.items():
        chosen = f"* EXCEPT ({hidden})" if hidden else "*"
        rows = store.rows(f"SELECT toJSONString(tuple(COLUMNS('.'))) AS row FROM (SELECT {chosen} FROM {table} FINAL)")
        found[table] = sorted(row["row"] for row in rows)
    return found


def main(mode: str, folder: str, catalog_path: str, seconds: str) -> None:
    store = open_store(StorageConfig(path=Path(folder), pool_size=1))
    catalog = load_catalog([Path(catalog_path)])
    passed: list[str] = []
    if mode == "prepare":
        apply_migrations(store)
        deliver(store, *known())
        ticking.Tick(store, CorrelateConfig()).run(catalog, moment(10))
        deliver(store, *fresh())
    else:
        if mode == "steps":
            for module in (statements, ticking, sys.modules["analytics.origin.locate"]):
                module.fault_point = passed.append  # type: ignore[attr-defined]  # seen instead of obeyed
        ticking.Tick(store, CorrelateConfig()).run(catalog, moment(float(seconds)))
        sys.stdout.write(json.dumps({"steps": passed, "contents": contents(store)}))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
