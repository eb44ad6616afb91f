"""A hospital group's estate as the reader would answer it, and an empty one: same methods, same shapes, no engine."""
# ruff: noqa: ARG002  # a fake has the signature of what it stands for

import copy
import functools
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.read.errors import NotFoundError
from analytics.read.filters import Found, TransactionFilter
from core.clock import FakeClock
from runbooks import CatalogProvider
from tests.unit.dashboards.process_fakes import BusyProcesses, NoProcesses, prediction

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TX_FAILED = "3f0c6a0f9d1e4b7c8a5d2e1f0b9c8d7e"
TX_STUCK = "71ab03c2d4e54f6a9b8c7d6e5f4a3b2c"
TX_OK = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TX_BATCH = "b4c5d6e7f8091a2b3c4d5e6f70819203"
TRACE = "0af7651916cd43dd8448eb211c80319c"

FLOWS = (
    # flow, title, tier, domain, owner, started, failed, late, stuck, unknown, p95, objective, success objective
    (
        "procure_to_pay",
        "Purchase order to payment",
        1,
        "Finance and procurement",
        "supply-integration",
        1240,
        52,
        9,
        3,
        0,
        412_000.0,
        900_000.0,
        0.99,
    ),
    (
        "workforce_sync",
        "Hire to schedule",
        1,
        "HR and workforce",
        "people-integration",
        322,
        0,
        0,
        0,
        0,
        41_000.0,
        300_000.0,
        0.995,
    ),
    (
        "inventory_sync",
        "Stock movement to shelf",
        1,
        "Supply chain and inventory",
        "supply-integration",
        8_412,
        6,
        2,
        0,
        14,
        18_400.0,
        60_000.0,
        0.995,
    ),
    (
        "supplier_onboarding",
        "Supplier onboarding",
        2,
        "Finance and procurement",
        "supply-integration",
        41,
        0,
        1,
        1,
        0,
        86_000_000.0,
        172_800_000.0,
        0.98,
    ),
    (
        "invoice_match",
        "Invoice match",
        2,
        "Finance and procurement",
        "finance-integration",
        655,
        3,
        0,
        0,
        0,
        1_900_000.0,
        1_200_000.0,
        0.98,
    ),
    (
        "gl_posting",
        "Ledger extract to analytics",
        3,
        "Analytics and compliance",
        "data-platform",
        0,
        0,
        0,
        0,
        0,
        None,
        14_400_000.0,
        0.95,
    ),
)


@functools.cache
def shipped_catalogs() -> CatalogProvider:
    """The catalog that Wayline ships: pages take names from it."""
    return CatalogProvider(None, FakeClock(NOW))


def iso(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def at(**before: float) -> str | None:
    return iso(NOW - timedelta(**before))


def overview_entry(row: tuple[Any, ...]) -> dict[str, Any]:
    flow, title, tier, domain, owner, started, failed, late, stuck, unknown, p95, objective, success = row
    completed = max(started - failed - stuck - unknown - started // 50, 0)
    judged = completed + failed + stuck
    return {
        "flow": flow,
        "title": title,
        "tier": tier,
        "domain": domain,
        "owner": owner,
        "process_owner": "Procurement operations",
        "in_catalog": True,
        "started": started,
        "completed": completed,
        "completed_late": late,
        "failed": failed,
        "late": late,
        "stuck": stuck,
        "unknown": unknown,
        "in_progress": started // 50,
        "open_breaches": 0,
        "breaches": late,
        "failure_ratio": failed / (failed + completed) if failed + completed else None,
        "p50_ms": p95 and p95 / 3,
        "p95_ms": p95,
        "p99_ms": p95 and p95 * 2,
        "objective_ms": objective,
        "success_objective": success,
        "achieved": (completed - late) / judged if judged else None,
        "last_at": at(minutes=2) if started else at(hours=30),
        "spark": [
            {
                "at": at(hours=23 - hour),
                "started": round(started / 24 * (1 + 0.6 * math.sin(hour / 3.5))),
                "failed": failed // 6 if hour > 17 else 0,
            }
            for hour in range(24)
        ],
    }


def milestone(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "status": status, **more}


def summary(transaction_id: str, status: str, po: str, minutes: float, **more: Any) -> dict[str, Any]:
    ended = status in ("completed", "completed_late", "failed")
    base = {
        "transaction_id": transaction_id,
        "flow": "procure_to_pay",
        "tier": 1,
        "status": status,
        "started_at": at(minutes=minutes),
        "ended_at": at(minutes=minutes - 6.87) if ended else None,
        "duration_ms": 412_200.0 if ended else minutes * 60_000.0,
        "identifiers": [
            {"type": "correlation", "value": f"c-{po[-4:]}", "role": "identity"},
            {"type": "po_number", "value": po, "role": "identity"},
            {"type": "supplier_id", "value": "SUP-00931", "role": "reference"},
            {"type": "trace", "value": TRACE, "role": "identity"},
        ],
        "milestones": [
            milestone(
                "approved", "done", at=at(minutes=minutes), system="sourcing-saas", elapsed_ms=41_230.0, attempts=1
            ),
            milestone(
                "sent_to_supplier", "done", at=at(minutes=minutes - 1), system="mw-transform", elapsed_ms=60_000.0
            ),
            milestone("goods_receipt", "pending", due_at=iso(NOW + timedelta(days=2, hours=3))),
            milestone("invoice_matched", "pending"),
            milestone("paid", "pending"),
        ],
        "origin": None,
        "sla": {
            "deadline_at": iso(NOW + timedelta(hours=2, minutes=14)),
            "breached": False,
            "breached_at": None,
            "late_by_ms": None,
            "judged": True,
        },
        "url": f"/transactions/{transaction_id}",
    }
    return base | more


ORIGIN = {
    "category": "middleware",
    "system": "mw-transform",
    "confidence": 0.94,
    "evidence": [
        {
            "kind": "span",
            "trace_id": TRACE,
            "span_id": "00f067aa0ba90203",
            "name": "POST /edi",
            "message": "503 from the network",
            "why": "deepest failing span; its callers only report its error",
        },
        {"kind": "log", "why": "the same template appears in 51 of 52 failures and in no success"},
    ],
}


def failed_summary() -> dict[str, Any]:
    row = summary(TX_FAILED, "failed", "4500012345", 34, origin=copy.deepcopy(ORIGIN))
    row["milestones"][1] = milestone(
        "sent_to_supplier", "failed", at=at(minutes=33), system="mw-transform", elapsed_ms=1_200.0, attempts=3
    )
    row["sla"] |= {"breached": True, "breached_at": at(minutes=19), "late_by_ms": 900_000.0}
    return row


def stuck_summary() -> dict[str, Any]:
    origin = {"category": "queue", "system": "orders-queue", "confidence": 0.71, "evidence": []}
    row = summary(TX_STUCK, "stuck", "4500012399", 95, origin=origin)
    row["milestones"][2] = milestone("goods_receipt", "pending", due_at=at(minutes=20))
    row["sla"]["deadline_at"] = at(minutes=12)
    return row


def span(
    number: int, parent: int, name: str, system: str, category: str, start_s: float, took_ms: float, **more: Any
) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "span_id": f"00f067aa0ba902{number:02x}",
        "parent_span_id": f"00f067aa0ba902{parent:02x}" if parent else None,
        "name": name,
        "kind": "server",
        "service": f"{system}-1",
        "system": system,
        "category": category,
        "milestone": None,
        "outcome": None,
        "is_error": False,
        "started_at": iso(NOW - timedelta(minutes=34) + timedelta(seconds=start_s)),
        "duration_ms": took_ms,
        "status": "unset",
        "status_message": "",
        "attributes": {"messaging.system": "rabbitmq", "erp.po.number": "4500012345", "http.request.method": "POST"},
        "resource_attributes": {},
        "events": [],
        "links": [],
    } | more


def spans() -> list[dict[str, Any]]:
    error = {"status": "error", "is_error": True}
    return [
        span(1, 0, "POST /orders", "sourcing-saas", "saas", 0, 860.0, milestone="approved"),
        span(2, 1, "authorize", "identity-hub", "identity", 0.05, 120.0),
        span(4, 1, "orders publish", "orders-queue", "queue", 0.4, 14.0, kind="producer"),
        span(5, 4, "orders process", "mw-transform", "middleware", 62.0, 4_100.0, kind="consumer", **error),
        span(
            3,
            5,
            "transform order to supplier schema",
            "mw-transform",
            "middleware",
            62.4,
            1_200.0,
            milestone="sent_to_supplier",
            status_message="schema 'acme-2.3' has no field deliveryWindow",
            events=[{"at": at(minutes=33), "name": "exception", "attributes": {"exception.type": "SchemaError"}}],
            **error,
        ),
        span(6, 5, "SELECT supplier_schema", "erp-db", "database", 62.1, 230.0),
        span(7, 5, "retry transform", "mw-transform", "middleware", 64.0, 900.0, **error),
        span(8, 5, "PUT /po/{id}/status", "erp-core", "erp", 65.4, 540.0),
    ]


def events() -> list[dict[str, Any]]:
    return [
        {
            "source": "erp",
            "id": "e-1",
            "type": "com.example.po.approved",
            "subject": None,
            "at": at(minutes=34, seconds=-1),
            "correlation_id": None,
            "system": "erp-core",
            "category": "erp",
            "milestone": "approved",
            "outcome": "ok",
            "is_error": False,
            "attributes": {"po_number": "4500012345"},
            "data": {"po_number": "4500012345"},
        },
        {
            "source": "portal",
            "id": "e-2",
            "type": "com.example.po.supplier_asked",
            "subject": None,
            "at": at(minutes=3),
            "correlation_id": None,
            "system": "supplier-portal",
            "category": "saas",
            "milestone": None,
            "outcome": "ok",
            "is_error": False,
            "attributes": {},
            "data": None,
        },
    ]


def detail(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return (
        row
        | {
            "revision": 4,
            "last_at": at(minutes=3),
            "parent_id": None,
            "time": {"work_ms": 5_960.0, "queue_ms": 61_600.0, "retry_ms": 2_800.0, "unexplained_ms": 1_100.0},
            "children": {"total": 0, "completed": 0, "failed": 0},
            "systems": ["sourcing-saas", "mw-transform"],
            "owner": {
                "team": "supply-integration",
                "process_owner": "Procurement operations",
                "escalation": "supply-oncall",
            },
            "runbooks": [
                {
                    "id": "PurchaseOrderTransformFailed",
                    "title": "Purchase order: transform failed",
                    "url": f"/runbooks/PurchaseOrderTransformFailed?tx={row['transaction_id']}",
                }
            ],
            "spans": spans(),
            "events": events(),
            "logs": [
                {
                    "at": at(minutes=33),
                    "severity": "ERROR",
                    "severity_number": 17,
                    "service": "mw-transform-1",
                    "system": "mw-transform",
                    "body": "transform of PO 4500012345 failed: schema 'acme-2.3' has no field deliveryWindow",
                    "trace_id": TRACE,
                    "span_id": "00f067aa0ba90203",
                    "attributes": {},
                },
                {
                    "at": at(minutes=34),
                    "severity": "INFO",
                    "severity_number": 9,
                    "service": "sourcing-saas-1",
                    "system": "sourcing-saas",
                    "body": "order accepted",
                    "trace_id": TRACE,
                    "span_id": None,
                    "attributes": {},
                },
            ],
            "verdicts": [
                {
                    "rule": "e2e-deadline",
                    "verdict": "breached",
                    "event_at": at(minutes=19),
                    "decided_at": at(minutes=18.9),
                    "revision": 2,
                }
            ],
            "edges": [],
        }
        | more
    )


RUNBOOK = """# Purchase order: transform failed

Purchase order **4500012345** could not be turned into the supplier's schema.

## Check first

1. Open the [transformer's health page](https://mw.example.org/health).
2. Compare `deliveryWindow` with the supplier's schema.

| Who | When |
|---|---|
| supply-oncall | at once in tier 1 |

```
mwctl replay --po 4500012345 --dry-run
```

<script>alert(1)</script> and [a trap](javascript:alert(1)).
"""


def alert(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"al-{number}",
        "alertname": "PurchaseOrderFailures",
        "rule_kind": "failure_ratio",
        "flow": "procure_to_pay",
        "tier": 1,
        "severity": "page",
        "owner": "supply-integration",
        "state": "firing",
        "starts_at": at(minutes=21),
        "ends_at": None,
        "summary": "4.4 % of purchase orders fail, 1 % is allowed",
        "affected": 52,
        "oldest_at": at(minutes=34),
        "runbook_url": "http://127.0.0.1:8080/runbooks/PurchaseOrderTransformFailed",
        "transactions_url": "http://127.0.0.1:8080/transactions?flow=procure_to_pay&status=failed",
        "acked_by": None,
        "acked_at": None,
        "silenced": False,
        "inhibited": False,
    } | more


@dataclass
class FakeAlertReads:
    rows: list[dict[str, Any]] = field(default_factory=list)
    quiet: list[dict[str, Any]] = field(default_factory=list)

    def open_alerts(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["state"] in ("firing", "recovering")]

    def alerts(self, wanted: Any) -> dict[str, Any]:
        return {"items": [row for row in self.rows if row["state"] == wanted.state], "next_cursor": None}

    def silences(self) -> list[dict[str, Any]]:
        return list(self.quiet)


class FakeAlerts:
    """Keeps what was pressed, as the alert service would."""

    def __init__(self, rows: list[dict[str, Any]] | None = None) -> None:
        self.read = FakeAlertReads(rows or [])

    def ack(self, alert_id: str, *, by: str, note: str = "") -> None:
        for row in self.read.rows:
            if row["id"] == alert_id:
                row |= {"acked_by": by, "acked_at": iso(NOW)}

    def silence(self, *, until: datetime, by: str, reason: str = "", **labels: str | None) -> dict[str, Any]:
        matchers = [{"name": name, "value": value, "operator": "="} for name, value in labels.items() if value]
        made = {"id": f"s-{len(self.read.quiet)}", "state": "active", "matchers": matchers, "ends_at": iso(until)}
        self.read.quiet.append(made | {"created_by": by, "comment": reason})
        return made

    def expire_silence(self, silence_id: str) -> dict[str, Any]:
        found = next(row for row in self.read.quiet if row["id"] == silence_id)
        found["state"] = "expired"
        return found


def busy_alerts() -> FakeAlerts:
    return FakeAlerts(
        [
            alert(1),
            alert(
                2,
                alertname="SupplierStuck",
                flow="supplier_onboarding",
                tier=2,
                severity="ticket",
                summary="1 supplier is stuck",
                affected=1,
            ),
            alert(3, state="resolved", ends_at=at(hours=3), starts_at=at(hours=4), summary="Stock movements were late"),
        ]
    )


class EmptyReader(NoProcesses):
    """A store in which nothing was ever seen, with no catalog."""

    def overview(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return []

    def flow(self, name: str, window_s: float) -> dict[str, Any]:
        raise NotFoundError("flow", name)

    def series(self, flow: str, since: datetime, until: datetime, bucket_s: float) -> list[dict[str, Any]]:
        return []

    def funnel(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return []

    def steps(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return []

    def transaction(self, text: str, kind: str | None = None) -> Found:
        return Found(
            "none", {"searched": [{"type": kind, "value": text} for kind in ("trace", "correlation", "po_number")]}
        )

    def transactions(self, wanted: TransactionFilter) -> dict[str, Any]:
        return {"items": [], "next_cursor": None}

    def systems(self) -> list[dict[str, Any]]:
        return []

    def dependencies(self, since: datetime, until: datetime) -> dict[str, Any]:
        return {"nodes": [], "edges": []}

    def sources(self) -> list[dict[str, Any]]:
        return []

    def runbooks(self) -> list[dict[str, Any]]:
        return []

    def runbook(self, runbook_id: str, tx_id: str | None = None) -> dict[str, Any]:
        raise NotFoundError("runbook", runbook_id)

    def stats(self) -> dict[str, Any]:
        return {}


class QuietReader(EmptyReader):
    """A catalog, and nothing that was ever seen."""

    def overview(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        quiet = [(*row[:5], 0, 0, 0, 0, 0, None, *row[11:]) for row in FLOWS]
        return [overview_entry(row) | {"last_at": None, "spark": []} for row in quiet]


class BusyReader(BusyProcesses, EmptyReader):
    """Six flows, some in trouble."""

    def overview(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return [overview_entry(row) for row in FLOWS]

    def flow(self, name: str, window_s: float) -> dict[str, Any]:
        entry = next((entry for entry in self.overview(NOW, NOW) if entry["flow"] == name), None)
        if entry is None:
            raise NotFoundError("flow", name)
        return entry | {
            "identifiers": ["correlation", "po_number"],
            "runbooks": {"failed@middleware": "PurchaseOrderTransformFailed", "default": "PurchaseOrder"},
            "escalation": "supply-oncall",
            "funnel": self.funnel(name, NOW, NOW),
            "steps": self.steps(name, NOW, NOW),
        }

    def series(self, flow: str, since: datetime, until: datetime, bucket_s: float) -> list[dict[str, Any]]:
        buckets = []
        moment, number = since, 0
        while moment < until:
            started = round(50 * (1 + 0.6 * math.sin(number / 9)))
            failed = 6 if number > 36 else 0
            p50 = 120_000 + 30_000 * math.sin(number / 5)
            buckets.append(
                {
                    "at": iso(moment),
                    "started": started,
                    "completed": started - failed - 1,
                    "failed": failed,
                    "late": 1 if number % 9 == 0 else 0,
                    "stuck": 1 if number > 44 else 0,
                    "p50_ms": p50,
                    "p95_ms": p50 * 3.1,
                    "p99_ms": p50 * 5.5,
                }
            )
            moment += timedelta(seconds=bucket_s)
            number += 1
        return buckets

    def funnel(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        names = ("approved", "sent_to_supplier", "goods_receipt", "invoice_matched", "paid")
        return [
            {
                "milestone": name,
                "reached": 1240 - 140 * number,
                "failed": 52 if number == 1 else 0,
                "pending": 70 * number,
                "missing": 3 if number == 2 else 0,
                "skipped": 0,
                "p50_ms": 41_000.0 * (number + 1),
                "p95_ms": 130_000.0 * (number + 1),
            }
            for number, name in enumerate(names)
        ]

    def steps(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return [
            {
                "system": "mw-transform",
                "name": "transform order to supplier schema",
                "count": 1290,
                "errors": 156,
                "p50_ms": 410.0,
                "p95_ms": 1_320.0,
            },
            {
                "system": "erp-core",
                "name": "PUT /po/{id}/status",
                "count": 1190,
                "errors": 0,
                "p50_ms": 220.0,
                "p95_ms": 910.0,
            },
        ]

    def transaction(self, text: str, kind: str | None = None) -> Found:
        if text in (TX_FAILED, "4500012345"):
            return Found("one", detail(failed_summary()))
        if text in (TX_STUCK, "4500012399"):
            return Found("one", detail(stuck_summary()))
        if text == TX_BATCH:
            batch = summary(TX_BATCH, "in_progress", "4500019999", 12)
            children = {"total": 200, "completed": 197, "failed": 3, "items": [failed_summary()]}
            return Found("one", detail(batch, children=children, prediction=prediction()))
        if text in ("SUP-00931", TRACE):
            return Found("many", {"items": self.transactions(TransactionFilter())["items"]})
        return super().transaction(text, kind)

    def transactions(self, wanted: TransactionFilter) -> dict[str, Any]:
        items = [failed_summary(), stuck_summary(), summary(TX_BATCH, "in_progress", "4500019999", 12)]
        items += [
            summary(f"{TX_OK[:-2]}{number:02x}", "completed", f"45000124{number:02d}", 40 + 7 * number)
            for number in range(14)
        ]
        items.append(summary("c" * 32, "completed_late", "4500012555", 180))
        items.append(summary("d" * 32, "unknown", "4500012666", 240))
        if wanted.status:
            items = [item for item in items if item["status"] in wanted.status]
        if wanted.q:
            items = [item for item in items if any(row["value"].startswith(wanted.q) for row in item["identifiers"])]
        return {"items": items[: wanted.limit], "next_cursor": None if wanted.cursor or len(items) < 10 else "next"}

    def systems(self) -> list[dict[str, Any]]:
        rows = (
            ("mw-transform", "middleware", 156, 52),
            ("erp-core", "erp", 0, 0),
            ("sourcing-saas", "saas", 2, 0),
            ("orders-queue", "queue", 0, 3),
        )
        return [
            {
                "system": name,
                "title": name,
                "category": category,
                "owner": "integration-platform",
                "vendor": None,
                "in_catalog": True,
                "transactions": 1240,
                "observations": 9000,
                "errors": errors,
                "error_ratio": errors / 9000,
                "origin_of": origin_of,
                "p95_ms": 412.0,
                "last_at": at(minutes=1),
            }
            for name, category, errors, origin_of in rows
        ]

    def dependencies(self, since: datetime, until: datetime) -> dict[str, Any]:
        nodes = [
            {"system": row["system"], "title": row["title"], "category": row["category"]} for row in self.systems()
        ]
        edge = {
            "source": "sourcing-saas",
            "target": "orders-queue",
            "kind": "message",
            "via": "orders",
            "calls": 1240,
            "errors": 0,
        }
        other = {
            "source": "orders-queue",
            "target": "mw-transform",
            "kind": "message",
            "via": "orders",
            "calls": 1239,
            "errors": 156,
        }
        timed = {"error_ratio": 0.1, "p50_ms": 61_000.0, "p95_ms": 90_000.0, "observed": True}
        return {"nodes": nodes, "edges": [edge | timed, other | timed]}

    def sources(self) -> list[dict[str, Any]]:
        base = {"declared": True, "expect_every": "5m", "last_error": None}
        return [
            base
            | {
                "source": "erp-events",
                "title": "ERP events",
                "system": "erp-core",
                "blind": False,
                "watermark": at(seconds=31),
                "lag_ms": 31_000.0,
            },
            base
            | {
                "source": "shelf-scanner",
                "title": "Shelf scanner",
                "system": "logistics",
                "blind": True,
                "watermark": at(minutes=48),
                "lag_ms": 2_880_000.0,
            },
        ]

    def runbooks(self) -> list[dict[str, Any]]:
        return [
            {
                "id": "PurchaseOrderTransformFailed",
                "title": "Purchase order: transform failed",
                "flows": ["procure_to_pay"],
            },
            {"id": "PurchaseOrder", "title": "Purchase order", "flows": ["procure_to_pay"]},
        ]

    def runbook(self, runbook_id: str, tx_id: str | None = None) -> dict[str, Any]:
        entry = next((row for row in self.runbooks() if row["id"] == runbook_id), None)
        if entry is None:
            raise NotFoundError("runbook", runbook_id)
        return entry | {"markdown": RUNBOOK, "transaction_id": tx_id}
