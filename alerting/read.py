"""Alerts and silences as plain data, for pages, API and command line."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerting.instance import Instance, State
from alerting.mute import Silence
from core.clock import rfc3339
from core.errors import PermanentError

if TYPE_CHECKING:
    from alerting.service import AlertService

OPEN_STATES = (State.PENDING, State.FIRING, State.RECOVERING)
MAX_LIMIT = 1_000


class InvalidFilterError(PermanentError):
    """A filter or cursor is not one of ours; the API answers 400."""


@dataclass(frozen=True)
class AlertFilter:
    """
    Which alerts to return.

    Attributes:
        state: ``pending``, ``firing``, ``recovering``, ``resolved``; ``open`` for the first three; ``all``.
        flow: Name of a flow; None for any.
        tier: Number of a tier; None for any.
        limit: Most alerts, at most 1000.
        cursor: Where the page before ended.
    """

    state: str = "open"
    flow: str | None = None
    tier: int | None = None
    limit: int = 100
    cursor: str = ""


class AlertRead:
    """
    Reads of alerting; safe from any thread.

    Args:
        service: Whose alerts.
    """

    def __init__(self, service: "AlertService") -> None:
        self._service = service

    def open_alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that are firing or recovering: highest tier first, then the oldest."""
        with self._service.lock:
            active = [instance for instance in self._service.board.instances if instance.active]
        active.sort(key=lambda instance: (instance.tier or 99, instance.active_at, instance.id))
        return [alert_as_dict(instance) for instance in active]

    def alerts(self, wanted: AlertFilter | None = None) -> dict[str, Any]:
        """
        Return ``{"items", "next_cursor"}``, the newest first.

        Raises:
            InvalidFilterError: Unknown state or cursor.
        """
        asked = wanted or AlertFilter()
        limit = max(1, min(asked.limit, MAX_LIMIT))
        found = self._service.journal.history(
            states=_states(asked.state),
            flow=asked.flow or None,
            tier=asked.tier,
            limit=limit + 1,
            before=_read_cursor(asked.cursor),
        )
        page = found[:limit]
        live = {instance.id: instance for instance in self._live()}
        more = len(found) > limit
        return {
            "items": [alert_as_dict(live.get(instance.id, instance)) for instance in page],
            "next_cursor": _write_cursor(page[-1]) if more else None,
        }

    def alert(self, alert_id: str) -> dict[str, Any] | None:
        """Return one alert by id or fingerprint; None where there is none."""
        live = next((i for i in self._live() if alert_id in {i.id, i.fingerprint}), None)
        found = live or self._service.journal.find(alert_id)
        return alert_as_dict(found) if found else None

    def silences(self) -> list[dict[str, Any]]:
        """Return every silence, the latest end first."""
        now = self._service.now
        return [silence_as_dict(silence, now) for silence in self._service.silences()]

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules in force."""
        return [
            {
                "name": rule.key,
                "alertname": rule.spec.name,
                "kind": rule.spec.kind,
                "title": rule.spec.title,
                "flows": list(rule.flows),
                "sources": list(rule.sources),
                "interval_s": rule.interval_s,
                "for_s": rule.spec.for_.seconds,
                "keep_firing_for_s": rule.spec.keep_firing_for.seconds,
            }
            for rule in self._service.rules()
        ]

    def _live(self) -> list[Instance]:
        with self._service.lock:
            return self._service.board.instances


def alert_as_dict(instance: Instance) -> dict[str, Any]:
    """Return an alert in JSON's types; times are RFC 3339, absent ones null."""
    labels, texts, reading = instance.labels, instance.annotations, instance.reading
    return {
        "id": instance.id,
        "fingerprint": instance.fingerprint,
        "alertname": labels["alertname"],
        "rule_kind": instance.kind,
        "flow": labels["flow"],
        "tier": instance.tier or None,
        "severity": labels["severity"],
        "owner": labels["owner"],
        "process_owner": texts.get("process_owner") or None,
        "system": labels.get("system") or None,
        "source": labels.get("source") or None,
        "state": instance.state.value,
        "starts_at": rfc3339(instance.fired_at or instance.active_at),
        "ends_at": _time(instance.resolved_at),
        "resolve_reason": instance.resolve_reason.value if instance.resolve_reason else None,
        "summary": texts.get("summary", ""),
        "description": texts.get("description", ""),
        "affected": reading.affected,
        "total": reading.total,
        "value": reading.value,
        "oldest_at": _time(reading.oldest_at),
        "next_breach_at": _time(reading.breach_at),
        "systems": list(reading.systems),
        "runbook_url": texts.get("runbook_url", ""),
        "transactions_url": texts.get("transactions_url", ""),
        "acked_by": instance.acked_by or None,
        "acked_at": _time(instance.acked_at),
        "note": instance.note or None,
        "escalated_at": _time(instance.escalated_at),
        "silenced": instance.silenced,
        "inhibited": instance.inhibited,
        "held": instance.held,
        "frozen": instance.frozen,
        "labels": dict(labels),
    }


def silence_as_dict(silence: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence in JSON's types."""
    return {
        "id": silence.id,
        "kind": silence.kind.value,
        "state": silence.state_at(now),
        "matchers": [
            {"name": matcher.name, "value": matcher.value, "operator": matcher.operator} for matcher in silence.matchers
        ],
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": rfc3339(silence.ends_at),
        "created_at": rfc3339(silence.created_at),
        "created_by": silence.created_by,
        "comment": silence.comment,
    }


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def _states(asked: str) -> tuple[str, ...]:
    if asked == "all":
        return tuple(state.value for state in State)
    if asked in {"", "open"}:
        return tuple(state.value for state in OPEN_STATES)
    if asked not in {state.value for state in State}:
        raise InvalidFilterError(
            f"unknown state {asked!r}", remedy="ask for pending, firing, recovering, resolved, open or all"
        )
    return (asked,)


def _write_cursor(last: Instance) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.active_at.isoformat(), last.id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        at, name = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), str(name)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidFilterError("not a cursor of this list", remedy="leave it out to start again") from error
