"""Options that every command takes, declared once, and how they become settings."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wayline.settings import Settings, load_settings

ConfigOption = Annotated[Path | None, typer.Option("--config", help="YAML file of settings.", envvar="WAYLINE_CONFIG")]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of everything Wayline writes.")]
StoreOption = Annotated[str | None, typer.Option("--store", help="clickhouse://… instead of the embedded engine.")]
CatalogOption = Annotated[Path | None, typer.Option("--catalog", help="Folder with *.yaml and runbooks/*.md.")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option("--port", help="Pages and API.")]
GrpcPortOption = Annotated[int | None, typer.Option("--grpc-port", help="OTLP/gRPC.")]
OtlpHttpPortOption = Annotated[int | None, typer.Option("--otlp-http-port", help="OTLP/HTTP.")]
UrlOption = Annotated[str, typer.Option("--url", help="Address of a running Wayline.", envvar="WAYLINE_URL")]
DEFAULT_URL = "http://127.0.0.1:8080"
MAX_RATE = 2_000


def positive(value: float | None) -> float | None:
    """
    Let an option pass that is left out or greater than 0.

    Raises:
        typer.BadParameter: It is neither.
    """
    if value is not None and not value > 0:
        raise typer.BadParameter("it must be greater than 0")
    return value


def settings_from(
    *,
    config: Path | None = None,
    data: Path | None = None,
    store: str | None = None,
    catalog: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    grpc_port: int | None = None,
    otlp_http_port: int | None = None,
) -> Settings:
    """Compose the settings from what the command line said; None means not said."""
    flags: dict[str, Any] = {
        "server.data": data,
        "storage.url": store,
        "catalog.dirs": (catalog,) if catalog else None,
        "server.host": host,
        "server.port": port,
        "collector.grpc_port": grpc_port,
        "collector.http_port": otlp_http_port,
    }
    return load_settings(config=config, flags=flags)
