"""The mapping file: which column of an event log says what (CONTRACT section 5)."""

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import ConfigError


class ValueOf(BaseModel):
    """
    Where one value comes from.

    Attributes:
        column: Column that holds it.
        map: Column value to wanted value; a value that is missing here becomes null.
        constant: The value itself, for every row.
        timezone: IANA zone of a timestamp without an offset.
        format: ``strptime`` format of a timestamp; ISO 8601 when absent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str | None = None
    map: dict[str, str] | None = None
    constant: str | None = None
    timezone: str = "UTC"
    format: str | None = None

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {name}") from error
        return name

    @model_validator(mode="after")
    def _one_origin(self) -> "ValueOf":
        if (self.column is None) == (self.constant is None):
            raise ValueError("say either column or constant")
        return self

    def read(self, row: dict[str, Any]) -> Any:
        """Return the value in *row*, None when it is absent, empty or not in `map`."""
        if self.constant is not None:
            return self.constant
        value = row.get(self.column or "")
        if value is None or value == "":
            return None
        return self.map.get(str(value)) if self.map is not None else value


def _from_column(said: Any) -> Any:
    return {"column": said} if isinstance(said, str) else said


def _from_literal(said: Any) -> Any:
    return {"constant": said} if isinstance(said, str) else said


class Mapping(BaseModel):
    """
    How the rows of one event log become business events.

    A plain text value names a column, except for *flow* and *source*, where it is the value itself.

    Attributes:
        format: Kind of file.
        flow: Flow of every event.
        source: System that reported the events when *system* does not say so, and the scope of *event_id*.
        time: Event time.
        milestone: Milestone, mostly the activity.
        event_id: Identity of an event within *source*; absent, (file digest, row number) is.
        correlation: Correlation id, mostly the case id.
        identifiers: Identifier type of the catalog to where its value stands.
        parent: Identifier of the parent transaction; its type is that of *identifiers* with the same column,
            else the column's name.
        system: System that did the step.
        outcome: ``ok``, ``error`` or ``retry``; null is ok.
        attributes: Further columns that are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["csv", "xes", "ocel"]
    source: ValueOf
    time: ValueOf
    flow: ValueOf | None = None
    milestone: ValueOf | None = None
    event_id: ValueOf | None = None
    correlation: ValueOf | None = None
    identifiers: dict[str, ValueOf] = Field(default_factory=dict)
    parent: ValueOf | None = None
    system: ValueOf | None = None
    outcome: ValueOf | None = None
    attributes: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        expanded = dict(said)
        for name in ("flow", "source"):
            if name in expanded:
                expanded[name] = _from_literal(expanded[name])
        for name in ("time", "milestone", "event_id", "correlation", "parent", "system", "outcome"):
            if name in expanded:
                expanded[name] = _from_column(expanded[name])
        identifiers = expanded.get("identifiers")
        if isinstance(identifiers, dict):
            expanded["identifiers"] = {kind: _from_column(value) for kind, value in identifiers.items()}
        return expanded

    @property
    def parent_type(self) -> str:
        """Identifier type of the parent reference, empty when there is none."""
        if self.parent is None:
            return ""
        for kind, value in self.identifiers.items():
            if value.column is not None and value.column == self.parent.column:
                return kind
        return self.parent.column or "parent"


def load_mapping(path: Path) -> Mapping:
    """
    Read a mapping file.

    Raises:
        ConfigError: The file cannot be read or is not a mapping; the text names the field.
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read mapping {path}: {error.strerror}", remedy="check --mapping") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"mapping {path} is not YAML: {error}", remedy="mend the file") from error
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"mapping {path}: {field}: {first['msg']}", remedy="see wayline import --help") from error
