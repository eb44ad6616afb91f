"""The body of a notification: Alertmanager's webhook payload, version 4. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from alerting.describe import Context
from alerting.groups import Group, Reason
from alerting.instance import Instance
from core.clock import rfc3339

NEVER = "0001-01-01T00:00:00Z"
"""The end of an alert that has none, as Alertmanager writes it."""


def build_payload(
    context: Context,
    group: Group,
    members: Iterable[Instance],
    *,
    reason: Reason,
    max_alerts: int = 0,
) -> dict[str, Any]:
    """
    Return the message about *members* of *group*.

    Args:
        context: Makes the links.
        group: Receiver and common labels.
        members: Alerts to list, firing and resolved.
        reason: Why it is sent; appears as ``notificationReason``.
        max_alerts: Most alerts listed; 0 for all.

    Returns:
        The JSON object that Alertmanager's webhook receiver documents, version 4.

    Source:
        https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    """
    ordered = sorted(members, key=lambda member: (not member.active, member.active_at, member.fingerprint))
    shown = ordered[:max_alerts] if max_alerts else ordered
    alerts = [_alert(context, member, reason) for member in shown]
    return {
        "version": "4",
        "groupKey": "{}:{" + ", ".join(f'{name}="{value}"' for name, value in sorted(group.labels.items())) + "}",
        "truncatedAlerts": len(ordered) - len(shown),
        "status": "firing" if any(member.active for member in ordered) else "resolved",
        "receiver": group.receiver,
        "groupLabels": dict(sorted(group.labels.items())),
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": context.public_url,
        "notificationReason": reason.value,
        "alerts": alerts,
    }


def _alert(context: Context, member: Instance, reason: Reason) -> dict[str, Any]:
    annotations = {name: value for name, value in sorted(member.annotations.items()) if name != "escalation"}
    if member.escalated_at and member.active:
        annotations["escalated_to"] = member.annotations.get("escalation", "")
    if reason is Reason.REPEAT and member.acked_by:
        annotations["acknowledged_by"] = member.acked_by
    return {
        "status": "firing" if member.active else "resolved",
        "labels": dict(sorted(member.labels.items())),
        "annotations": annotations,
        "startsAt": rfc3339(member.fired_at or member.active_at),
        "endsAt": rfc3339(member.resolved_at) if member.resolved_at else NEVER,
        "generatorURL": context.link("/alerts", id=member.id),
        "fingerprint": member.fingerprint,
    }


def _common(maps: list[Mapping[str, str]]) -> dict[str, str]:
    if not maps:
        return {}
    return {
        name: value for name, value in sorted(maps[0].items()) if all(other.get(name) == value for other in maps[1:])
    }
