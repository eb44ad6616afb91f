"""Tables of alerting in the relational state: alerts, groups, outbox, silences."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Dialect, Float, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as naive UTC so that SQLite and PostgreSQL order it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return what is stored."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return what was stored, aware again."""
        return None if value is None else value.replace(tzinfo=UTC)


ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("fingerprint", String(32), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("tier", Integer, nullable=False),
    Column("flow", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("annotations", JSON, nullable=False),
    Column("reading", JSON, nullable=False),
    Column("active_at", UtcDateTime, nullable=False),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("fired_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("resolve_reason", String(20)),
    Column("frozen", Boolean, nullable=False),
    Column("held_s", Float, nullable=False),
    Column("clear_s", Float, nullable=False),
    Column("quiet_until", UtcDateTime),
    Column("acked_at", UtcDateTime),
    Column("acked_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("escalated_at", UtcDateTime),
    Column("silenced", Boolean, nullable=False),
    Column("inhibited", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("retained", Boolean, nullable=False),
    Index("alerts_by_state", "state", "active_at"),
    Index("alerts_by_fingerprint", "fingerprint"),
)
"""One row an episode; *retained* rows are loaded again after a restart."""

GROUPS = Table(
    "alert_groups",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("receiver", String(200), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("told", JSON, nullable=False),
    Column("escalated", JSON, nullable=False),
    Column("message_n", Integer, nullable=False),
)
"""What each receiver has been told."""

OUTBOX = Table(
    "alert_outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("group_key", String(64), nullable=False),
    Column("incarnation", String(64), nullable=False),
    Column("receiver", String(200), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("resolves", Boolean, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("error", Text, nullable=False),
    Index("alert_outbox_by_state", "state", "next_attempt_at"),
    Index("alert_outbox_by_group", "group_key", "number"),
)
"""Messages to deliver, in order of *number* within a group."""

SILENCES = Table(
    "alert_silences",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("matchers", JSON, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("comment", Text, nullable=False),
)
