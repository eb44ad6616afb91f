"""What the reader answers about processes, risks, service levels, queues and failures: with data and without."""
# ruff: noqa: ARG002  # a fake has the signature of what it stands for

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TX = "3f0c6a0f9d1e4b7c8a5d2e1f0b9c8d7e"


def moment(**before: float) -> str:
    return (NOW - timedelta(**before)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class NoProcesses:
    """Nothing was ever seen."""

    def latency(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return []

    def rework(self, flow: str, since: datetime, until: datetime) -> dict[str, Any]:
        return {"transactions": 0, "items": [], "loops": []}

    def variants(
        self,
        flow: str,
        since: datetime,
        until: datetime,
        limit: int = 20,
        repeats: str = "collapse",
        include_open: bool = False,
    ) -> dict[str, Any]:
        return {"transactions": 0, "variants": 0, "items": [], "other": None}

    def at_risk(self, flow: str = "") -> dict[str, Any]:
        return {"threshold": 0.5, "flows": {}, "items": []}

    def sla(self, since: datetime, until: datetime, as_: str = "corrected") -> dict[str, Any]:
        return {"as": as_, "since": None, "until": None, "tiers": [], "items": []}

    def queues(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return []

    def exceptions(self, since: datetime, until: datetime, flow: str = "", limit: int = 100) -> list[dict[str, Any]]:
        return []


class BusyProcesses(NoProcesses):
    """A flow with rework, several ways, open transactions at risk, and some failures."""

    def latency(self, flow: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return [
            pair(None, "approved", 1_240, 41_000.0),
            pair("approved", "sent_to_supplier", 1_100, 60_000.0, out_of_order=7),
            pair("sent_to_supplier", "goods_receipt", 900, 86_400_000.0, clock="us-business"),
            pair(None, None, 700, 190_000_000.0),
        ]

    def rework(self, flow: str, since: datetime, until: datetime) -> dict[str, Any]:
        def item(milestone: str, *, expected: bool, transactions: int, loops: int) -> dict[str, Any]:
            return {
                "milestone": milestone,
                "expected": expected,
                "transactions": transactions,
                "share": transactions / 1_240,
                "repeats": transactions * 2,
                "loops": loops,
                "looped": loops,
                "p50_ms": 65_000.0,
                "p95_ms": 900_000.0,
                "total_ms": 7.2e7,
                "sample_transaction_id": TX,
            }

        items = [
            item("sent_to_supplier", expected=False, transactions=61, loops=9),
            item("goods_receipt", expected=True, transactions=300, loops=0),
        ]
        loop = {
            "from": "sent_to_supplier",
            "to": "approved",
            "times": 9,
            "transactions": 8,
            "p50_ms": 3.6e6,
            "p95_ms": 9e6,
        }
        return {"transactions": 1_240, "items": items, "loops": [loop]}

    def variants(
        self,
        flow: str,
        since: datetime,
        until: datetime,
        limit: int = 20,
        repeats: str = "collapse",
        include_open: bool = False,
    ) -> dict[str, Any]:
        straight = ["approved", "sent_to_supplier", "goods_receipt", "invoice_matched", "paid"]
        repaired = ["approved", "sent_to_supplier:failed", *straight[1:]]
        items = [
            {
                **figures(count, 1_100),
                "variant": f"{number:016x}",
                "steps": [{"step": step, "times": 3 if step == "goods_receipt" else 1} for step in steps],
                "sample_transaction_id": TX,
                "transactions_url": "/transactions",
            }
            for number, (steps, count) in enumerate([(straight, 900), (repaired, 61), (["approved"], 52), ([], 1)], 1)
        ]
        other = figures(86, 1_100) | {"variants": 31}
        return {"transactions": 1_100, "variants": 35, "items": items, "other": other}

    def at_risk(self, flow: str = "") -> dict[str, Any]:
        items = [
            {
                "transaction_id": f"{TX[:-2]}{number:02d}",
                "flow": "procure_to_pay",
                "probability": 0.999 - number * 0.12,
                "deadline_at": moment(minutes=-12 - number),
                "url": f"/transactions/{TX}",
            }
            for number in range(4)
        ]
        shown = items if flow in ("", "procure_to_pay") else []
        return {"threshold": 0.5, "flows": {"procure_to_pay": len(shown)} if shown else {}, "items": shown}

    def sla(self, since: datetime, until: datetime, as_: str = "corrected") -> dict[str, Any]:
        def level(achieved: float | None, left: float | None, **more: Any) -> dict[str, Any]:
            return {
                "achieved": achieved,
                "budget_left": left,
                "objective": 0.99,
                "deadline": "15m",
                "judged": 1_200 if achieved is not None else 0,
                "good": 1_150,
                "bad": 50,
                "failed": 41 if achieved is not None else 0,
                "late": 9,
                "unknown": 14,
                "open": 33,
                "breaches": 9 if achieved is not None else 0,
                "breach_minutes": 131.5,
            } | more

        tiers = [
            level(0.958, -3.2, tier=1, title="Tier 1"),
            level(0.9931, 0.31, tier=2, title="Tier 2"),
            level(None, None, tier=3, title="Tier 3"),
        ]
        flows = [
            level(0.958, -3.2, flow="procure_to_pay", title="Purchase order to payment", tier=1, owner="supply"),
            level(0.9901, 0.01, flow="invoice_match", title="Invoice match", tier=2, owner="finance"),
            level(1.0, 1.0, flow="workforce_sync", title="Hire to schedule", tier=2, owner="people"),
            level(None, None, flow=None, title="Unclassified", tier=None, owner=None, objective=None),
        ]
        return {"as": as_, "since": moment(days=30), "until": moment(), "tiers": tiers, "items": flows}

    def queues(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        return [
            queue("order-queue", 1_240, 1_233, 7, 400_000.0, depth=9.0),
            queue("erp-events", 900, 900, 0, None, depth=0.0),
            queue("shift-queue", 40, 38, 2, 900.0, consumer_lag=2.0),
            queue("lost-queue", 4, 0, 4, 90_000.0, consumers=0.0),
            queue("silent-queue", None, None, None, None),
        ]

    def exceptions(self, since: datetime, until: datetime, flow: str = "", limit: int = 100) -> list[dict[str, Any]]:
        return [
            failure("schema 'acme-2.3' has no field deliveryWindow", "sent_to_supplier", "mw-transform", 52),
            failure("", "", "", 1) | {"flow": None, "runbooks": []},
        ]


def pair(before: str | None, after: str | None, number: int, p50: float, **more: Any) -> dict[str, Any]:
    edges = [p50 / 4, p50 / 2.5, p50 / 1.6, p50, p50 * 1.6, p50 * 2.5]
    buckets = [
        {"from_ms": low, "to_ms": low * 1.58, "count": round(number * share)}
        for low, share in zip(edges, (0.04, 0.2, 0.36, 0.28, 0.1, 0.02), strict=True)
    ]
    return {
        "from": before,
        "to": after,
        "clock": "elapsed",
        "count": number,
        "out_of_order": 0,
        "p50_ms": p50,
        "p90_ms": p50 * 1.8,
        "p95_ms": p50 * 2.1,
        "p99_ms": p50 * 2.5,
        "buckets": buckets,
    } | more


def figures(number: int, whole: int) -> dict[str, Any]:
    return {
        "count": number,
        "share": number / whole,
        "p50_ms": 4.1e5,
        "p95_ms": 9.9e5,
        "achieved": 0.97 if number > 60 else None,
        "failed": 2 if number < 60 else 0,
        "breaches": 1,
        "open": 0,
    }


def queue(
    name: str, produced: int | None, consumed: int | None, waiting: int | None, oldest_ms: float | None, **more: Any
) -> dict[str, Any]:
    known = produced is not None
    return {
        "queue": name,
        "title": name,
        "owner": None,
        "produced": produced,
        "consumed": consumed,
        "waiting": waiting,
        "oldest_at": moment(milliseconds=oldest_ms) if oldest_ms else None,
        "oldest_age_ms": oldest_ms,
        "wait_p50_ms": 120.0 if known else None,
        "wait_p95_ms": 900.0 if known else None,
        "last_at": moment(seconds=20) if known else None,
        "depth": None,
        "depth_at": None,
        "consumer_lag": None,
        "consumers": None,
        "destinations": ["orders"],
    } | more


def failure(message: str, milestone: str, system: str, number: int) -> dict[str, Any]:
    return {
        "id": "a1b2c3d4e5f60718",
        "flow": "procure_to_pay",
        "milestone": milestone or None,
        "origin": {"category": "middleware" if system else "unknown", "system": system or None},
        "signature": message,
        "sample_message": message,
        "transactions": number,
        "first_at": moment(hours=3),
        "last_at": moment(minutes=2),
        "sample_transaction_id": TX,
        "examples": [TX, TX[::-1]][: 1 + (number > 1)],
        "runbooks": [{"id": "PurchaseOrderTransformFailed", "title": "Purchase order: transform failed", "url": "/x"}],
        "transactions_url": "/transactions?status=failed",
    }


def prediction(probability: float | None = 0.83, **more: Any) -> dict[str, Any]:
    breach = (
        {"probability": probability, "deadline_at": moment(minutes=-12), "in_ms": 720_000.0, "at_risk": True}
        if probability is not None
        else None
    )
    left = {"p10": 6e5, "p25": 9e5, "p50": 1.5e6, "p75": 2.4e6, "p80": 2.6e6, "p90": 3.9e6, "p95": None}
    return {
        "judged": True,
        "why": None,
        "basis": "milestone and hour",
        "samples": 214,
        "remaining_ms": left,
        "expected_end_at": moment(minutes=-25),
        "completes": 0.94,
        "breach": breach,
        "milestone": "sent_to_supplier",
        "since": moment(minutes=11),
        "learned_from": 5_120,
    } | more
