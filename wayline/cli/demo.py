"""``wayline demo``: serve, plus the simulated hospital estate with history, live at once."""

import threading
from typing import Annotated

import typer

from core.access import INGEST, in_address
from core.errors import ConfigError
from wayline.cli.options import (
    MAX_RATE,
    CatalogOption,
    ConfigOption,
    DataOption,
    GrpcPortOption,
    HostOption,
    OtlpHttpPortOption,
    PortOption,
    StoreOption,
    positive,
    settings_from,
)


def demo(
    config: ConfigOption = None,
    data: DataOption = None,
    store: StoreOption = None,
    catalog: CatalogOption = None,
    host: HostOption = None,
    port: PortOption = None,
    grpc_port: GrpcPortOption = None,
    otlp_http_port: OtlpHttpPortOption = None,
    rate: Annotated[
        float, typer.Option(help="Transactions per second of the live estate.", callback=positive, max=MAX_RATE)
    ] = 1.0,
    hours: Annotated[float, typer.Option(help="Hours of history written at the start.", min=0)] = 4.0,
    seed: Annotated[
        int, typer.Option(help="The same seed started in the same minute gives the same estate.", min=0)
    ] = 1,
) -> None:
    """Serve with a simulated hospital group that sends real telemetry, so that every page is full at once."""
    from wayline.demo import run_demo  # noqa: PLC0415  # the engine and the SDK load only when wanted
    from wayline.serve import Wayline, run  # noqa: PLC0415

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

    if settings.server.tls.is_on or settings.collector.tls.is_on:
        raise ConfigError(
            "the demo speaks no TLS", remedy="use wayline serve with TLS, and wayline estate for a simulated group"
        )

    def start_estate(wayline: Wayline, ending: threading.Event) -> None:
        threading.Thread(
            target=run_demo,
            kwargs={
                "catalog": wayline.catalog.current(),
                "endpoint": f"{in_address(settings.collector.host)}:{settings.collector.grpc_port}",
                "events_url": f"http://{in_address(settings.server.host)}:{settings.server.port}",
                "token": wayline.tokens.issue_own("simulated estate", INGEST),
                "rate": rate,
                "history_hours": hours,
                "seed": seed,
                "ending": ending,
            },
            name="estate",
            daemon=True,
        ).start()

    run(settings, when_ready=start_estate)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(demo)
