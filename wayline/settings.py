"""
Every setting of every component, composed: flag, then environment, then file, then default.

A component's configuration model stands beside it; this module adds nothing but the composition, the precedence
and the refusal of settings nobody knows.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from alerting.config import AlertingConfig
from analytics.correlate.config import CorrelateConfig
from collector.config import CollectorConfig
from core.errors import ConfigError
from core.tls import TlsConfig
from dashboards.config import DashboardsConfig
from storage.config import StorageConfig
from wayline.access.config import AccessConfig
from wayline.selftraces.config import SelfTracesConfig

ENVIRONMENT_PREFIX = "WAYLINE_"
DEFAULT_DATA = Path("wayline-data")


class ServerConfig(BaseModel):
    """
    The process itself.

    Attributes:
        host: Address every port listens on.
        port: Pages and API.
        tls: Certificates of that port, and of the OTLP ports where `collector.tls` says nothing.
        data: Folder of everything Wayline writes.
        public_url: Address under which people reach the pages, for links in notifications; empty means the
            listening address.
        shutdown_timeout_s: Seconds that SIGTERM leaves for what is under way.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        state_url: SQLAlchemy URL of the small relational state; empty means SQLite in *data*.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    tls: TlsConfig = TlsConfig()
    data: Path = DEFAULT_DATA
    public_url: str = ""
    shutdown_timeout_s: float = Field(default=20.0, gt=0)
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    state_url: str = ""


class CatalogConfig(BaseModel):
    """
    Where the catalog of flows and runbooks is.

    Attributes:
        dirs: Folders read in order; empty means the catalog that Wayline ships.
        reload_interval_s: Seconds between looks for a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dirs: tuple[Path, ...] = ()
    reload_interval_s: float = Field(default=2.0, gt=0)


class Settings(BaseSettings):
    """All sections; each is the model of one component."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    server: ServerConfig = ServerConfig()
    access: AccessConfig = AccessConfig()
    storage: StorageConfig = StorageConfig()
    collector: CollectorConfig = CollectorConfig()
    correlate: CorrelateConfig = CorrelateConfig()
    alerting: AlertingConfig = AlertingConfig()
    dashboards: DashboardsConfig = DashboardsConfig()
    catalog: CatalogConfig = CatalogConfig()
    self_traces: SelfTracesConfig = SelfTracesConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read only what `load_settings` merged and the environment; no dotenv files by surprise."""
        return env_settings, init_settings


def known_settings() -> list[str]:
    """Return every setting as ``section.name``, sorted."""
    return sorted(f"{section}.{name}" for section, model in _models_in(Settings) for name in model.model_fields)


def known_parts() -> list[str]:
    """Return every setting and every field of those that have parts, such as ``collector.spool.quota_bytes``."""
    return sorted(_names_below(Settings, ""))


def _names_below(model: type[BaseModel], path: str) -> Iterator[str]:
    parts = dict(_models_in(model))
    for name in model.model_fields:
        if path:
            yield f"{path}{name}"
        if name in parts:
            yield from _names_below(parts[name], f"{path}{name}.")


def _models_in(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    return [
        (name, field.annotation)
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]


def load_settings(
    *,
    config: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """
    Compose the settings.

    Args:
        config: YAML file of ``section: {name: value}``; None for none.
        flags: What the command line said, as ``section.name`` to value; None values count as not said.
        environment: Variables to look through for unknown names; default `os.environ`.

    Raises:
        ConfigError: A setting is unknown or its value is wrong; the text names the nearest known setting.
    """
    said = {name: value for name, value in (flags or {}).items() if value is not None}
    _refuse_unknown(_names_in_environment(os.environ if environment is None else environment), "in the environment")
    in_file = _read_file(config) if config else {}
    try:
        below_flags = Settings(**in_file)
        merged = below_flags.model_dump()
        for name, value in said.items():
            section, _, key = name.partition(".")
            merged[section][key] = value
        return Settings.model_construct(
            **{
                section: type(getattr(below_flags, section)).model_validate(values)
                for section, values in _derive(merged).items()
            }
        )
    except ValidationError as error:
        raise _explain(error) from error


def _explain(error: ValidationError) -> ConfigError:
    """Say what is wrong with the first setting, and never what it was: it may be a key or a password."""
    first = error.errors(include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _unknown(where, "")
    return ConfigError(f"setting {where}: {first['msg']}")


def _derive(merged: dict[str, Any]) -> dict[str, Any]:
    """Put the engine under the data folder and every port on the server's address, unless said; make paths absolute."""
    merged["server"]["data"] = Path(merged["server"]["data"]).absolute()
    merged["catalog"]["dirs"] = tuple(Path(folder).absolute() for folder in merged["catalog"]["dirs"])
    if merged["storage"]["path"] == StorageConfig().path:
        # Beside a remote store the local engine only decodes: it must not open what an embedded store left here.
        merged["storage"]["path"] = merged["server"]["data"] / ("decode" if merged["storage"]["url"] else "store")
    merged["storage"]["path"] = Path(merged["storage"]["path"]).absolute()
    if merged["collector"]["host"] == CollectorConfig().host:
        merged["collector"]["host"] = merged["server"]["host"]
    if not any(merged["collector"]["tls"].values()):
        merged["collector"]["tls"] = dict(merged["server"]["tls"])
    if merged["storage"]["ca_file"]:
        merged["storage"]["ca_file"] = Path(merged["storage"]["ca_file"]).absolute()
    for section in ("server", "collector"):
        # The server works inside its data folder, where a relative path would mean another file.
        files = merged[section]["tls"]
        merged[section]["tls"] = {name: Path(path).absolute() if path else None for name, path in files.items()}
    return merged


def _read_file(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", remedy="check --config") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}", remedy="mend the file") from error
    if not isinstance(loaded, dict) or not all(isinstance(values, dict) for values in loaded.values()):
        raise ConfigError(f"{path} must hold sections of settings", remedy="write it like server: {port: 8080}")
    _refuse_unknown({f"{section}.{name}" for section, values in loaded.items() for name in values}, f"in {path}")
    return loaded


def _names_in_environment(environment: Mapping[str, str]) -> set[str]:
    found = set()
    for variable in environment:
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        if name != variable and "__" in name:
            section, _, key = name.lower().partition("__")
            found.add(f"{section}.{key.partition('__')[0]}")
    return found


def _refuse_unknown(names: set[str], where: str) -> None:
    known = known_settings()
    for name in sorted(names - set(known)):
        raise _unknown(name, where)


def _unknown(name: str, where: str) -> ConfigError:
    nearest = difflib.get_close_matches(name, known_parts(), n=1, cutoff=0.0)[0]
    return ConfigError(f"unknown setting {name} {where}".rstrip(), remedy=f"the nearest known one is {nearest}")
