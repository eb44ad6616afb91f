"""Rows of the relational state to and from what alerting works with; pure."""

from collections.abc import Mapping
from typing import Any

from alerting.groups import Group
from alerting.instance import Instance, ResolveReason, State
from alerting.labels import Matcher
from alerting.mute import Silence, SilenceKind
from alerting.readings import reading_as_dict, reading_from_dict

_SAME = (
    "id",
    "fingerprint",
    "rule",
    "kind",
    "tier",
    "active_at",
    "evaluated_at",
    "fired_at",
    "resolved_at",
    "frozen",
    "held_s",
    "clear_s",
    "quiet_until",
    "acked_at",
    "acked_by",
    "note",
    "escalated_at",
    "silenced",
    "inhibited",
    "held",
)


def row_of_instance(instance: Instance, *, retained: bool) -> dict[str, Any]:
    """Return the row of ``alerts``; *retained* says whether a restart must load it again."""
    return {name: getattr(instance, name) for name in _SAME} | {
        "flow": instance.labels.get("flow", ""),
        "state": instance.state.value,
        "labels": dict(instance.labels),
        "annotations": dict(instance.annotations),
        "reading": reading_as_dict(instance.reading),
        "resolve_reason": instance.resolve_reason.value if instance.resolve_reason else None,
        "retained": retained,
    }


def instance_of_row(row: Mapping[str, Any]) -> Instance:
    """Return the instance that `row_of_instance` wrote."""
    return Instance(
        **{name: row[name] for name in _SAME},
        state=State(row["state"]),
        labels=row["labels"],
        annotations=row["annotations"],
        reading=reading_from_dict(row["reading"]),
        resolve_reason=ResolveReason(row["resolve_reason"]) if row["resolve_reason"] else None,
    )


def row_of_group(group: Group) -> dict[str, Any]:
    """Return the row of ``alert_groups``."""
    return {
        "key": group.key,
        "receiver": group.receiver,
        "labels": group.labels,
        "opened_at": group.opened_at,
        "told_at": group.told_at,
        "told": sorted(group.told),
        "escalated": sorted(group.escalated),
        "message_n": group.message_n,
    }


def group_of_row(row: Mapping[str, Any]) -> Group:
    """Return the group that `row_of_group` wrote."""
    return Group(
        receiver=row["receiver"],
        labels=row["labels"],
        opened_at=row["opened_at"],
        told_at=row["told_at"],
        told=frozenset(row["told"]),
        escalated=frozenset(row["escalated"]),
        message_n=row["message_n"],
    )


def row_of_silence(silence: Silence) -> dict[str, Any]:
    """Return the row of ``alert_silences``."""
    return {
        "id": silence.id,
        "kind": silence.kind.value,
        "matchers": [{"name": m.name, "value": m.value, "operator": m.operator} for m in silence.matchers],
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "created_at": silence.created_at,
        "created_by": silence.created_by,
        "comment": silence.comment,
    }


def silence_of_row(row: Mapping[str, Any]) -> Silence:
    """Return the silence that `row_of_silence` wrote."""
    return Silence(
        id=row["id"],
        kind=SilenceKind(row["kind"]),
        matchers=tuple(Matcher(**matcher) for matcher in row["matchers"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        comment=row["comment"],
    )
