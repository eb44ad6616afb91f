"""A small catalog with every kind of milestone, and a correlator whose clock the test moves."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick, TickReport
from runbooks import Catalog, load_catalog
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.store import Store, open_store
from tests.integration.evidence import Event, Log, Span, deliver, moment

CATALOG = """
kind: Owner
name: team
---
kind: System
name: mw
category: middleware
match: {service.name: [mw, "mw-*"]}
---
kind: System
name: erp
category: erp
---
kind: Identifier
name: po_number
attributes: [erp.po.number, po_number]
normalize: [trim, upper]
max_transactions: 5
---
kind: Identifier
name: permit
attributes: [permit]
max_transactions: 5
---
kind: Identifier
name: supplier
role: reference
attributes: [supplier]
---
kind: Source
name: supplier-events
type: cloudevents
systems: [supplier]
expect_every: 2m
ingest_delay: 10s
---
kind: Flow
name: order
tier: 1
owner: team
identifiers: [correlation, po_number]
max_duration: 1d
milestones:
  - {name: approved}
  - {name: sent, within: 5m, after: approved, match: {business.milestone: [sent_out], service.name: "mw-*"}}
  - {name: confirmed, within: 10m, after: sent, system: supplier}
  - {name: noted, optional: true}
  - {name: paid, terminal: true}
  - {name: rejected, failing: true}
objectives: {deadline: 1h}
---
kind: Flow
name: sync
tier: 2
owner: team
identifiers: [correlation]
milestones:
  - {name: taken}
  - {name: by_mail, any_of: way}
  - {name: by_wire, any_of: way}
  - {name: settled}
objectives: {deadline: 1h}
---
kind: Flow
name: memo
tier: 4
owner: team
identifiers: [correlation]
milestones:
  - {name: noticed}
  - {name: filed, terminal: true}
"""


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("catalog")
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    return load_catalog([folder])


class Line:
    """Deliver evidence, let time pass, look at the transactions."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self.store = store
        self.catalog = catalog
        self.ticker = Tick(store, CorrelateConfig())

    def reset(self) -> None:
        """Forget everything but the schema."""
        filled = self.store.rows(
            "SELECT name FROM system.tables"
            " WHERE database = currentDatabase() AND total_rows > 0 AND name != 'schema_migrations'"
        )
        for table in filled:
            self.store.execute("TRUNCATE TABLE {name:Identifier}", {"name": table["name"]})
        self.ticker = Tick(self.store, CorrelateConfig())

    def deliver(self, *items: Span | Log | Event, received: datetime | None = None) -> None:
        deliver(self.store, *items, received=received)

    def tick(self, at: float) -> TickReport:
        return self.ticker.run(self.catalog, moment(at))

    def rows(self, where: str = "1") -> list[dict[str, Any]]:
        return self.store.rows(f"SELECT * FROM transactions_current WHERE {where} ORDER BY started_at, transaction_id")

    def one(self, where: str = "1") -> dict[str, Any]:
        found = self.rows(where)
        assert len(found) == 1, found
        return found[0]

    def holders(self, kind: str, value: str) -> list[str]:
        rows = self.store.rows(
            "SELECT transaction_id FROM identifier_index WHERE value = {value:String} AND type = {kind:String}"
            " ORDER BY transaction_id",
            {"value": value, "kind": kind},
        )
        return [row["transaction_id"] for row in rows]


@pytest.fixture(scope="session")
def correlate_store(engine_path: Path) -> Iterator[Store]:
    """One migrated database for all of these tests: migrating costs more than emptying."""
    database = f"correlate_{uuid.uuid4().hex[:12]}"
    store = open_store(StorageConfig(path=engine_path, database=database, pool_size=2))
    apply_migrations(store)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": database})
    store.close()


@pytest.fixture
def line(correlate_store: Store, catalog: Catalog) -> Line:
    line = Line(correlate_store, catalog)
    line.reset()
    return line


@pytest.fixture
def states() -> Callable[[dict[str, Any]], dict[str, str]]:
    return lambda row: {milestone["name"]: milestone["status"] for milestone in row["milestones"]}
