"""``wayline collect``, ``correlate``, ``alert`` and ``dashboard``: one part of the work each, against ``--store``."""

import typer

from wayline.cli.options import (
    CatalogOption,
    ConfigOption,
    DataOption,
    GrpcPortOption,
    HostOption,
    OtlpHttpPortOption,
    PortOption,
    StoreOption,
    settings_from,
)
from wayline.settings import Settings


def collect(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
    grpc_port: GrpcPortOption = None,
    otlp_http_port: OtlpHttpPortOption = None,
) -> None:
    """Only take telemetry and events, and store them; several may run, each with a --data of its own."""
    settings = settings_from(
        config=config,
        data=data,
        store=store,
        catalog=catalog,
        host=host,
        port=port,
        grpc_port=grpc_port,
        otlp_http_port=otlp_http_port,
    )
    _run(settings, "collect")


def correlate(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Only join what is stored into transactions; a second such process on a store stands by."""
    settings = settings_from(config=config, data=data, store=store, catalog=catalog, host=host, port=port)
    _run(settings, "correlate")


def alert(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Only evaluate rules and notify; a second one with the same state stands by."""
    settings = settings_from(config=config, data=data, store=store, catalog=catalog, host=host, port=port)
    _run(settings, "alert")


def dashboard(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Only serve pages and API."""
    settings = settings_from(config=config, data=data, store=store, catalog=catalog, host=host, port=port)
    _run(settings, "dashboard")


def _run(settings: Settings, role: str) -> None:
    from wayline.roles import Role  # noqa: PLC0415  # the engine and Dash load only when a server is wanted
    from wayline.serve import run  # noqa: PLC0415

    run(settings, roles=frozenset({Role(role)}))


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    for command in (collect, correlate, alert, dashboard):
        app.command()(command)
