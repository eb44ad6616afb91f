"""A row of an event log becomes a CloudEvent; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from collector.eventlog.mapping import Mapping, ValueOf

CloudEvent = dict[str, Any]
_MAX_EXAMPLES = 5


@dataclass
class Refusals:
    """
    Rows that could not become events.

    Attributes:
        count: How many.
        examples: The first few, as row number and reason without the row's values.
    """

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, row_number: int, reason: str) -> None:
        """Count one row."""
        self.count += 1
        if len(self.examples) < _MAX_EXAMPLES:
            self.examples.append(f"row {row_number}: {reason}")


class RowError(ValueError):
    """One row cannot become an event."""


def map_rows(rows: Iterator[dict[str, Any]], mapping: Mapping, digest: str, refusals: Refusals) -> Iterator[CloudEvent]:
    """
    Yield one CloudEvent a row.

    Args:
        rows: In file order; the first is number 1.
        mapping: Which column says what.
        digest: Of the file; with the row number it is the identity of rows without an event id.
        refusals: Takes the rows that are left out.
    """
    for number, row in enumerate(rows, start=1):
        try:
            yield to_event(row, mapping, digest, number)
        except RowError as error:
            refusals.add(number, str(error))


def to_event(row: dict[str, Any], mapping: Mapping, digest: str, number: int) -> CloudEvent:
    """
    Return the CloudEvent (1.0, JSON form) of one *row*.

    Raises:
        RowError: There is no time, or it cannot be read.
    """
    source = str(mapping.source.read(row) or "import")
    event_id = mapping.event_id.read(row) if mapping.event_id else None
    event: CloudEvent = {
        "specversion": "1.0",
        "type": "wayline.import",
        "source": source if event_id is not None else f"urn:wayline:import:{digest}",
        "id": str(event_id) if event_id is not None else str(number),
        "time": _read_time(mapping.time, row).isoformat(),
        "system": str((mapping.system.read(row) if mapping.system else None) or source),
        "outcome": str((mapping.outcome.read(row) if mapping.outcome else None) or "ok"),
    }
    for name, value_of in (
        ("flow", mapping.flow),
        ("milestone", mapping.milestone),
        ("correlationid", mapping.correlation),
    ):
        value = value_of.read(row) if value_of else None
        if value is not None:
            event[name] = str(value)
    parent = mapping.parent.read(row) if mapping.parent else None
    if parent is not None:
        event |= {"parenttype": mapping.parent_type, "parentid": str(parent)}
    event["data"] = _data_of(row, mapping)
    return event


def _data_of(row: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    identifiers = {
        kind: value for kind, value_of in mapping.identifiers.items() if (value := value_of.read(row)) is not None
    }
    data: dict[str, Any] = {name: row[name] for name in mapping.attributes if row.get(name) not in (None, "")}
    if identifiers:
        data["wayline.identifier"] = identifiers
    return data


def _read_time(value_of: ValueOf, row: dict[str, Any]) -> datetime:
    text = value_of.read(row)
    if text is None:
        raise RowError("it has no time")
    try:
        moment = datetime.strptime(str(text), value_of.format) if value_of.format else datetime.fromisoformat(str(text))  # noqa: DTZ007  # the zone is added below
    except ValueError as error:
        raise RowError("its time cannot be read; give time.format in the mapping") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(value_of.timezone))
    return moment.astimezone(UTC)
