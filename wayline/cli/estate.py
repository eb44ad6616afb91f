"""``wayline estate``: the simulated hospital estate against any server, with ground truth."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console

from core.errors import ConfigError, TransientError
from core.units import parse_duration
from wayline.cli.connection import TokenFileOption, token
from wayline.cli.options import MAX_RATE, CatalogOption, ConfigOption, positive, settings_from

_PATIENCE_S = 5.0
"""A server that was started just before may not listen yet."""


def estate(
    config: ConfigOption = None,
    catalog: CatalogOption = None,
    endpoint: Annotated[str, typer.Option(help="host:port of OTLP/gRPC.")] = "127.0.0.1:4317",
    events_url: Annotated[str, typer.Option(help="Base URL that takes CloudEvents.")] = "http://127.0.0.1:8080",
    rate: Annotated[
        float, typer.Option(help="Transactions started per second.", callback=positive, max=MAX_RATE)
    ] = 2.0,
    duration: Annotated[str, typer.Option(help="Length of the run, e.g. 60s or 5m.")] = "60s",
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same estate; default: a new one.", min=0)
    ] = None,
    faults: Annotated[str, typer.Option(help="all, none, or names separated by commas.")] = "all",
    truth: Annotated[Path | None, typer.Option(help="Write one JSON line a transaction: what it really was.")] = None,
    history: Annotated[str, typer.Option(help="Past written at the start, e.g. 4h.")] = "0s",
    pace: Annotated[
        float | None, typer.Option(help="Factor on waits between steps; 1.0 is natural.", callback=positive)
    ] = None,
    token_file: TokenFileOption = None,
) -> None:
    """Simulate the hospital group: real OTLP through the real SDK, and CloudEvents."""
    from core.clock import SystemClock  # noqa: PLC0415  # the SDK and gRPC load only when the estate runs
    from runbooks.catalog_loader import load_catalog  # noqa: PLC0415
    from wayline.estate.config import EstateConfig  # noqa: PLC0415
    from wayline.estate.faults import parse_faults  # noqa: PLC0415
    from wayline.estate.reach import wait_for_doors  # noqa: PLC0415
    from wayline.estate.run import Estate  # noqa: PLC0415

    duration_s = parse_duration(duration).seconds
    if not duration_s:
        raise ConfigError(f"not the length of a run: {duration!r}", remedy="give --duration like 60s or 5m")
    run = Estate(
        load_catalog(settings_from(config=config, catalog=catalog).catalog.dirs or None),
        EstateConfig(
            endpoint=endpoint,
            events_url=events_url.rstrip("/"),
            token=SecretStr(token()),
            rate_per_s=rate,
            duration_s=duration_s,
            seed=seed,
            faults=parse_faults(faults),
            truth=truth,
            history_s=parse_duration(history).seconds,
            pace=pace,
        ),
        SystemClock(),
    )
    if truth:
        truth.open("a").close()  # refused before anything is waited for
    wait_for_doors(endpoint, events_url, _PATIENCE_S)
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"estate seed {run.seed}, {rate:g} transactions/s for {duration}, faults {faults}")
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    summary = run.run(ending)
    counted = ", ".join(f"{status} {count}" for status, count in sorted(summary.statuses.items()))
    console.print(f"{summary.transactions} transactions, {summary.items} pieces of evidence: {counted}")
    if summary.lost:
        raise TransientError(
            f"{summary.lost} pieces of evidence were never acknowledged",
            remedy=f"check that a server listens on {endpoint} and {events_url}",
        )


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(estate)
