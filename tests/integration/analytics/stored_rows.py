"""Rows of transactions and evidence as correlation would store them, for tests of reads."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.store import Store

_DETAILS = ("status_message", "exception_type", "body", "event_id")
START = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def hex_id(text: str, size: int = 32) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size // 2).hexdigest()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass
class Transaction:
    name: str
    flow: str = "procure_to_pay"
    tier: int = 1
    status: str = "completed"
    started_s: float = 0.0
    duration_s: float | None = 60.0
    identifiers: list[tuple[str, str, str]] = field(default_factory=list)
    milestones: list[tuple[str, str, float | None]] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)
    origin: tuple[str, str] = ("", "")
    parent: str = ""
    breached: bool = False
    untimely: bool = False
    known_ids: list[str] = field(default_factory=list)
    observations: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[tuple[str, str, float]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return hex_id(self.name)


def insert(store: Store, *transactions: Transaction) -> None:
    for transaction in transactions:
        _insert_transaction(store, transaction)
        _insert_evidence(store, transaction)
        _insert_identifiers(store, transaction)
        _insert_dicts(
            store,
            "verdicts",
            [
                {
                    "transaction_id": transaction.id,
                    "rule": rule,
                    "verdict": verdict,
                    "event_at": at(decided_s),
                    "decided_at": at(decided_s),
                    "revision": number,
                    "flow": transaction.flow,
                    "tier": transaction.tier,
                }
                for number, (rule, verdict, decided_s) in enumerate(transaction.verdicts, start=1)
            ],
        )


def _insert_transaction(store: Store, wanted: Transaction) -> None:
    ended = wanted.status in ("completed", "completed_late", "failed")
    duration_s = wanted.duration_s or 0.0
    started = at(wanted.started_s)
    _insert_dicts(
        store,
        "transactions",
        [
            {
                "started_hour": started.replace(minute=0, second=0, microsecond=0),
                "transaction_id": wanted.id,
                "version": 1,
                "deleted": 0,
                "flow": wanted.flow,
                "tier": wanted.tier,
                "status": wanted.status,
                "revision": 1,
                "started_at": started,
                "ended_at": started + timedelta(seconds=duration_s) if ended else None,
                "last_at": started + timedelta(seconds=duration_s),
                "duration_ms": duration_s * 1_000 if ended else None,
                "parent_id": hex_id(wanted.parent) if wanted.parent else "",
                "identifiers": wanted.identifiers,
                "milestones": [
                    (name, status, None if s is None else at(s), None, "mw-transform", 5.0 if s else None, 1)
                    for name, status, s in wanted.milestones
                ],
                "systems": wanted.systems,
                "origin_category": wanted.origin[0],
                "origin_system": wanted.origin[1],
                "origin_confidence": 0.9 if wanted.origin[0] else 0.0,
                "origin_evidence": '[{"kind":"span","why":"deepest failing span","message":"order 4711 broke"}]'
                if wanted.origin[0]
                else "",
                "deadline_at": started + timedelta(seconds=30),
                "breached": int(wanted.breached),
                "breached_at": started + timedelta(seconds=30) if wanted.breached else None,
                "late_by_ms": (duration_s - 30) * 1_000 if wanted.breached and ended else None,
                "judged": int(not wanted.untimely),
                "untimely": int(wanted.untimely),
                "work_ms": 40.0,
                "queue_ms": 0.0,
                "retry_ms": 0.0,
                "unexplained_ms": 20.0,
                "child_total": 0,
                "verdicts": list({rule: (rule, verdict, at(s)) for rule, verdict, s in wanted.verdicts}.values()),
                "known_ids": wanted.known_ids,
                "updated_at": at(max([wanted.started_s + duration_s, *(when for _, _, when in wanted.verdicts)])),
            }
        ],
    )


def _insert_evidence(store: Store, wanted: Transaction) -> None:
    unit = int(hex_id(wanted.name, 16), 16)
    rows = []
    for number, given in enumerate(wanted.observations):
        begins = at(given.get("at_s", wanted.started_s))
        rows.append(
            {
                "unit_id": unit,
                "observation_id": unit % 2**60 + number,
                "content_hash": number,
                "segment_id": 1,
                "kind": given.get("kind", "span"),
                "at": begins,
                "end_at": begins + timedelta(seconds=given.get("took_s", 0.0)),
                "trace_id": bytes.fromhex(given.get("trace", hex_id(wanted.name + "trace"))),
                "span_id": bytes.fromhex(given["span"]) if "span" in given else bytes(8),
                "parent_span_id": bytes.fromhex(given["parent"]) if "parent" in given else bytes(8),
                **{key: given.get(key, "") for key in ("system", "category", "service", "peer_system", "name")},
                **{key: given.get(key, "") for key in ("peer_category", "milestone", "outcome")},
                **{key: given.get(key, 0) for key in ("span_kind", "is_error", "severity_number")},
                **({"service": given["source"]} if "source" in given else {}),
                "details": {key: given[key] for key in _DETAILS if key in given} | _linked(given.get("links", ())),
            }
        )
    _insert_dicts(store, "observations", rows)
    _insert_dicts(store, "spans", [_raw_span(row) for row in rows if row["kind"] == "span"])
    membership = {"transaction_id": wanted.id, "unit_id": unit, "observation_ids": [], "version": 1, "deleted": 0}
    _insert_dicts(store, "transaction_units", [membership])
    hour = at(wanted.started_s).replace(minute=0, second=0, microsecond=0)
    del membership["observation_ids"]
    _insert_dicts(store, "unit_transactions", [membership | {"started_hour": hour}])


def _linked(links: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {"links": " ".join(trace + span for trace, span in links)} if links else {}


def _raw_span(row: dict[str, Any]) -> dict[str, Any]:
    linked = [bytes.fromhex(link) for link in row["details"].get("links", "").split()]
    return {
        **{key: row[key] for key in ("segment_id", "trace_id", "span_id", "parent_span_id", "name")},
        "status_message": row["details"].get("status_message", ""),
        "received_at": row["end_at"],
        "time": row["at"],
        "duration_ns": round((row["end_at"] - row["at"]).total_seconds() * 1e9),
        "kind": row["span_kind"],
        "service": row["system"],
        "status_code": 2 if row["is_error"] else 0,
        "attributes": {"peer.service": row["peer_system"]} if row["peer_system"] else {},
        "links.trace_id": [link[:16] for link in linked],
        "links.span_id": [link[16:] for link in linked],
    }


def _insert_identifiers(store: Store, wanted: Transaction) -> None:
    rows = [
        *((kind, value, role) for kind, value, role in wanted.identifiers),
        *(("transaction", known, "former") for known in wanted.known_ids),
    ]
    _insert_dicts(
        store,
        "transaction_identifiers",
        [
            {
                "value": value,
                "type": kind,
                "transaction_id": wanted.id,
                "role": role,
                "started_at": at(wanted.started_s),
                "version": 1,
                "deleted": 0,
            }
            for kind, value, role in rows
        ],
    )


def _insert_dicts(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        store.insert(table, list(rows[0]), [list(row.values()) for row in rows])
