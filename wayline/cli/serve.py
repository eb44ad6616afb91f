"""``wayline serve``: everything in one process."""

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


def serve(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
    grpc_port: GrpcPortOption = None,
    otlp_http_port: OtlpHttpPortOption = None,
) -> None:
    """Run collector, correlation, alerting, API and pages in one process on the embedded store."""
    from wayline.serve import run  # noqa: PLC0415  # the engine and Dash load only when a server is wanted

    run(
        settings_from(
            config=config,
            data=data,
            store=store,
            catalog=catalog,
            host=host,
            port=port,
            grpc_port=grpc_port,
            otlp_http_port=otlp_http_port,
        )
    )


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(serve)
