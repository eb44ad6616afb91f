"""The work tables of a tick, filled by hand: what the search for origins reads."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stored_rows import START, at, hex_id

from analytics.origin import locate
from storage.store import Store

SERVER, CLIENT, PRODUCER, CONSUMER, INTERNAL = 2, 3, 4, 5, 1
_OBSERVATIONS = {
    "transaction_id": "String", "kind": "String", "at": "DateTime64(9,'UTC')", "end_at": "DateTime64(9,'UTC')",
    "trace_id": "String", "span_id": "String", "parent_span_id": "String", "system": "String", "category": "String",
    "service": "String", "peer_system": "String", "peer_category": "String", "name": "String", "span_kind": "UInt8",
    "flow": "String", "milestone": "String", "outcome": "String", "is_error": "UInt8", "status_message": "String",
    "exception_type": "String", "exception_message": "String", "duration_ns": "UInt64", "severity_number": "UInt8",
    "body": "String", "source": "String", "event_id": "String",
    "links": "Array(Tuple(trace_id String, span_id String))",
}  # fmt: skip
_TRANSACTIONS = {
    "transaction_id": "String", "flow": "String", "status": "String", "started_at": "DateTime64(6,'UTC')",
    "ended_at": "Nullable(DateTime64(6,'UTC'))", "last_at": "DateTime64(6,'UTC')", "breached": "UInt8",
    "failed_milestone": "String", "failed_system": "String", "missing_milestone": "String", "missing_system": "String",
}  # fmt: skip
CATEGORIES = {
    "erp": "erp", "mw": "middleware", "mw2": "middleware", "idp": "identity", "q": "queue", "saas": "saas",
    "gw": "gateway", "db": "database", "net": "network", "": "",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    category: str
    system: str
    confidence: float
    evidence: list[dict[str, str]]
    work_ms: float
    queue_ms: float
    retry_ms: float
    unexplained_ms: float


class Work:
    """Spans, logs and events of the transactions of one tick."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._transactions: list[dict[str, Any]] = []
        self._observations: list[dict[str, Any]] = []
        for name, columns in (("work_observations", _OBSERVATIONS), ("work_transactions", _TRANSACTIONS)):
            store.execute(f"DROP TABLE IF EXISTS {name}")
            fields = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            store.execute(f"CREATE TABLE {name} ({fields}) ENGINE = Memory")

    def forget(self) -> None:
        """Begin anew with no transactions."""
        self._transactions, self._observations = [], []

    def transaction(self, name: str, status: str, lasted_s: float, **given: Any) -> None:
        ended = status in ("failed", "completed", "completed_late")
        row = dict.fromkeys(_TRANSACTIONS, "") | {"breached": 0} | given
        row |= {
            "transaction_id": name, "status": status, "started_at": START, "last_at": at(lasted_s),
            "ended_at": at(lasted_s) if ended else None,
        }  # fmt: skip
        self._transactions.append(row)

    def span(
        self, tx: str, span: str, start_s: float, end_s: float, system: str, *, kind: int = INTERNAL, **given: Any
    ) -> None:
        parent, trace = given.pop("parent", ""), given.pop("trace", tx)
        peer = given.pop("peer", "")
        links = [(hex_id(t), hex_id(s, 16)) for t, s in given.pop("links", ())]
        self._add(
            tx, "span", start_s, end_s, system, trace_id=hex_id(trace), span_id=hex_id(span, 16),
            parent_span_id=hex_id(parent, 16) if parent else "", span_kind=kind, name=given.pop("name", span),
            is_error=int(given.pop("error", False)), peer_system=peer, peer_category=CATEGORIES[peer], links=links,
            **given,
        )  # fmt: skip

    def log(self, tx: str, at_s: float, system: str, body: str, severity_number: int = 17, **given: Any) -> None:
        self._add(tx, "log", at_s, at_s, system, body=body, severity_number=severity_number, **given)

    def event(self, tx: str, at_s: float, system: str, milestone: str, outcome: str = "ok") -> None:
        self._add(tx, "event", at_s, at_s, system, milestone=milestone, outcome=outcome)

    def _add(self, tx: str, kind: str, start_s: float, end_s: float, system: str, **given: Any) -> None:
        row: dict[str, Any] = dict.fromkeys(_OBSERVATIONS, "")
        row |= dict.fromkeys(("span_kind", "is_error", "duration_ns", "severity_number"), 0) | {"links": []}
        row |= {
            "transaction_id": tx, "kind": kind, "at": at(start_s), "end_at": at(end_s), "system": system,
            "category": CATEGORIES[system], **given,
        }  # fmt: skip
        self._observations.append(row)

    def locate(self) -> dict[str, Found]:
        for table, columns, rows in (
            ("work_transactions", _TRANSACTIONS, self._transactions),
            ("work_observations", _OBSERVATIONS, self._observations),
        ):
            self.store.execute(f"TRUNCATE TABLE {table}")
            self.store.insert(table, list(columns), [[row[column] for column in columns] for row in rows])
        locate(self.store, _later())
        return {
            row.pop("transaction_id"): Found(**row | {"evidence": json.loads(row["evidence"] or "[]")})
            for row in self.store.rows("SELECT * FROM work_origins")
        }


def _later() -> datetime:
    return START + timedelta(hours=1)
