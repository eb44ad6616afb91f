"""A real HTTP receiver of webhooks, the real engine with transactions in it, and an alert service between the two."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alerting.config import AlertingConfig
from alerting.service import AlertService
from alerting.sharing import Part
from core.clock import FakeClock, SystemClock
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.state import open_state
from storage.store import Store, open_store

PUBLIC_URL = "http://127.0.0.1:8080"
CATALOG = """
kind: Tier
name: 1
objectives: {success_ratio: 0.99, deadline: 15m}
policy: {severity: page, notify_during: 24x7, group_wait: 0s, repeat_interval: 30m, ack_within: 5m}
---
kind: Owner
name: supply-integration
escalation: supply-oncall
---
kind: System
name: edi-translator
category: middleware
---
kind: Source
name: edi-feed
systems: [edi-translator]
expect_every: 2m
---
kind: Flow
name: procure_to_pay
title: Purchase order to payment
tier: 1
owner: supply-integration
process_owner: Procurement operations
milestones:
  - {name: approved}
  - {name: sent_to_supplier, within: 5m, after: approved, system: edi-translator}
  - {name: paid, terminal: true}
---
kind: Flow
name: supplier_onboarding
title: Supplier onboarding
tier: 1
owner: supply-integration
milestones:
  - {name: requested}
  - {name: approved, terminal: true}
---
kind: RuleSet
name: extra
rules:
  - {name: OrdersAbsent, kind: absence, select: {flows: [procure_to_pay]}, threshold: 1, window: 1h}
  - {name: OrdersUnpaid, kind: absence, select: {flows: [procure_to_pay]}, threshold: 1, window: 1h, milestone: paid}
  - {name: BudgetBurning, kind: burn_rate, select: {flows: [procure_to_pay]}, min_bad: 3,
     windows: [{long: 1h, short: 5m, burn: 14.4}]}
"""


class Receiver:
    """
    Collects what is posted to it.

    Attributes:
        bodies: Parsed payloads that were answered with 2xx, in order of arrival.
        attempts: Status given to every request.
        answers: Statuses to give to the next requests; 200 when empty. 0 closes the connection unanswered.
    """

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.attempts: list[int] = []
        self.answers: list[int] = []
        self.retry_after = ""
        self.arrived = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = outer._take(body)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                if outer.retry_after and status == 429:
                    self.send_header("Retry-After", outer.retry_after)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _take(self, body: dict) -> int:
        with self.arrived:
            status = self.answers.pop(0) if self.answers else 200
            self.attempts.append(status)
            if status == 200:
                self.bodies.append(body)
            self.arrived.notify_all()
            return status

    def wait_for(self, count: int, timeout_s: float = 30.0) -> list[dict]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.bodies) >= count, timeout_s), self.bodies
            return list(self.bodies)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def migrated(engine_path: Path) -> Iterator[Store]:
    """One database a module: alerting only reads, and the few tables it reads are emptied between tests."""
    store = open_store(StorageConfig(path=engine_path, database=f"test_{uuid.uuid4().hex[:12]}", pool_size=2))
    apply_migrations(store)
    yield store
    store.execute("DROP DATABASE {name:Identifier} SYNC", {"name": store.config.database})
    store.close()


@pytest.fixture
def engine(migrated: Store) -> Store:
    for table in ("transactions", "source_watermark_history", "correlation_ticks", "ingest_ledger"):
        migrated.execute("TRUNCATE TABLE {name:Identifier} SYNC", {"name": table})
    return migrated


@pytest.fixture
def catalog(tmp_path: Path) -> CatalogProvider:
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    return CatalogProvider([folder], SystemClock())


class Estate:
    """Transactions as correlation leaves them in the store, one version after another."""

    def __init__(self, store: Store, clock: FakeClock | SystemClock) -> None:
        self.store = store
        self.clock = clock
        self._version = 0

    def put(self, number: int, status: str, *, flow: str = "procure_to_pay", **columns: object) -> None:
        """Write the next version of transaction *number*."""
        self._version += 1
        now = self.clock.now()
        # The start is part of the sort key: it must not change between versions.
        started = columns.pop("started_at", self._start_of(number))
        row = {
            "started_hour": started.replace(minute=0, second=0, microsecond=0),
            "transaction_id": f"{number:032x}",
            "version": self._version,
            "flow": flow,
            "tier": 1,
            "status": status,
            "revision": self._version,
            "started_at": started,
            "last_at": columns.pop("last_at", now),
            "updated_at": now,
            **columns,
        }
        self.store.insert("transactions", list(row), [list(row.values())])

    def _start_of(self, number: int) -> datetime:
        return datetime.fromisoformat("2026-11-22T07:30:00+00:00") + timedelta(seconds=number)


@pytest.fixture
def estate(engine: Store, clock: FakeClock) -> Estate:
    return Estate(engine, clock)


@pytest.fixture
def make_service(
    engine: Store, catalog: CatalogProvider, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> Iterator[Callable[..., AlertService]]:
    engines = []

    def make(part: Part = Part.ALL, **settings: object) -> AlertService:
        state = open_state(tmp_path / "state")
        engines.append(state)
        config = AlertingConfig(**{"log": False, "webhook_url": receiver.url, **settings})
        service = AlertService(engine, state, catalog, settings.pop("clock", clock), config, PUBLIC_URL, part=part)
        service.recover()
        return service

    yield make
    for state in engines:
        state.dispose()
