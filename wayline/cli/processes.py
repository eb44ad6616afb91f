"""``wayline latency``, ``variants``, ``rework``, ``queues`` and ``exceptions``: how flows run, asked of a Wayline."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from wayline.cli.ask import ask, quoted
from wayline.cli.options import DEFAULT_URL, UrlOption
from wayline.cli.queries import CsvOption, JsonOption, SinceOption, UntilOption, moment_of
from wayline.cli.tables import duration_cell, percent_cell, print_csv, print_json, print_table, text_cell

FlowArgument = Annotated[str, typer.Argument(help="Name of the flow.")]
WindowOption = Annotated[str, typer.Option(help="How far back, where --since is not given.")]
_QUANTILES = ("p50_ms", "p90_ms", "p95_ms", "p99_ms")
_LATENCY_COLUMNS = ("from", "to", "clock", "count", "out_of_order", *_QUANTILES)
_VARIANT_COLUMNS = ("variant", "way", "count", "share", "p50_ms", "p95_ms", "achieved", "failed", "breaches", "open")
_REWORK_COLUMNS = ("milestone", "expected", "transactions", "share", "repeats", "loops", "p50_ms", "p95_ms", "total_ms")
_QUEUE_COLUMNS = (
    "queue", "waiting", "oldest_at", "oldest_age_ms", "depth", "consumer_lag", "consumers", "produced", "consumed",
    "wait_p50_ms", "wait_p95_ms", "last_at",
)  # fmt: skip
_EXCEPTION_COLUMNS = ("id", "transactions", "flow", "milestone", "system", "first_at", "last_at", "sample_message")


def latency(
    flow: FlowArgument,
    window: WindowOption = "24h",
    since: SinceOption = None,
    until: UntilOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show how long a flow takes from milestone to milestone."""
    body = _asked(url, f"/flows/{quoted(flow)}/latency", window, since, until)
    if _printed(body, _LATENCY_COLUMNS, as_json=as_json, as_csv=as_csv):
        return
    print_table(
        ("from", "to", "clock", "transactions", "p50", "p90", "p95", "p99"),
        (
            (
                item["from"] or "(start)",
                item["to"] or "(end)",
                item["clock"],
                str(item["count"]),
                *(duration_cell(item[name]) for name in _QUANTILES),
            )
            for item in body["items"]
        ),
    )


def variants(
    flow: FlowArgument,
    limit: Annotated[int, typer.Option(help="Most ways.", min=1, max=1_000)] = 20,
    keep_repeats: Annotated[bool, typer.Option("--keep-repeats", help="Three deliveries are not two.")] = False,
    include_open: Annotated[bool, typer.Option("--open", help="Also transactions under way.")] = False,
    window: WindowOption = "24h",
    since: SinceOption = None,
    until: UntilOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show the ways transactions take through a flow, the commonest first."""
    wanted = {
        "limit": limit,
        "repeats": "keep" if keep_repeats else "collapse",
        "include_open": str(include_open).lower(),
    }
    body = _asked(url, f"/flows/{quoted(flow)}/variants", window, since, until, **wanted)
    flat = [item | {"way": _way(item["steps"])} for item in body["items"]]
    if body["other"]:
        flat.append(body["other"] | {"variant": None, "way": f"({body['other']['variants']} other ways)"})
    if _printed(body, _VARIANT_COLUMNS, as_json=as_json, as_csv=as_csv, flat=flat):
        return
    print_table(
        ("transactions", "share", "p50", "p95", "achieved", "failed", "way"),
        (
            (
                str(item["count"]),
                percent_cell(item["share"]),
                duration_cell(item["p50_ms"]),
                duration_cell(item["p95_ms"]),
                percent_cell(item["achieved"]),
                str(item["failed"]),
                item["way"],
            )
            for item in flat
        ),
    )


def rework(
    flow: FlowArgument,
    window: WindowOption = "24h",
    since: SinceOption = None,
    until: UntilOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show which milestones of a flow are passed more than once, and what it costs."""
    body = _asked(url, f"/flows/{quoted(flow)}/rework", window, since, until)
    if _printed(body, _REWORK_COLUMNS, as_json=as_json, as_csv=as_csv):
        return
    print_table(
        ("milestone", "transactions", "share", "repeats", "after another", "p50 cost", "p95 cost", "all of it"),
        (
            (
                item["milestone"] + (" (expected)" if item["expected"] else ""),
                str(item["transactions"]),
                percent_cell(item["share"]),
                str(item["repeats"]),
                str(item["loops"]),
                *(duration_cell(item[name]) for name in ("p50_ms", "p95_ms", "total_ms")),
            )
            for item in body["items"]
        ),
    )


def queues(
    window: WindowOption = "24h",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List the queues with what waits in them; a dash is unknown, not zero."""
    body = _asked(url, "/queues", window, None, None)
    if _printed(body, _QUEUE_COLUMNS, as_json=as_json, as_csv=as_csv):
        return
    counts = ("waiting", "depth", "consumer_lag", "produced", "consumed")
    print_table(
        ("queue", *(name.replace("_", " ") for name in counts), "oldest", "wait p50", "wait p95"),
        (
            (
                item["queue"],
                *(_number(item[name]) for name in counts),
                *(duration_cell(item[name]) for name in ("oldest_age_ms", "wait_p50_ms", "wait_p95_ms")),
            )
            for item in body["items"]
        ),
    )


def exceptions(
    flow: Annotated[str, typer.Option(help="Only this flow.")] = "",
    window: WindowOption = "24h",
    since: SinceOption = None,
    until: UntilOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """List failures that look alike as groups, the largest first."""
    body = _asked(url, "/exceptions", window, since, until, flow=flow)
    flat = [item | {"system": item["origin"]["system"]} for item in body["items"]]
    if _printed(body, _EXCEPTION_COLUMNS, as_json=as_json, as_csv=as_csv, flat=flat):
        return
    print_table(
        ("transactions", "flow", "milestone", "system", "last", "message"),
        (
            (
                str(item["transactions"]),
                item["flow"] or "unclassified",
                text_cell(item["milestone"]),
                text_cell(item["system"]),
                item["last_at"][:19].replace("T", " "),
                item["sample_message"],
            )
            for item in flat
        ),
    )


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    for command in (latency, variants, rework, queues, exceptions):
        app.command()(command)


def _asked(url: str, path: str, window: str, since: str | None, until: str | None, **wanted: Any) -> dict[str, Any]:
    _, body = ask(url, path, wanted | {"window": window, "since": moment_of(since), "until": moment_of(until)})
    return dict(body)


def _printed(
    body: dict[str, Any],
    columns: Sequence[str],
    *,
    as_json: bool,
    as_csv: bool,
    flat: Sequence[dict[str, Any]] | None = None,
) -> bool:
    """Print for programs, where that is wanted."""
    if as_json:
        print_json(body)
    elif as_csv:
        print_csv(columns, body["items"] if flat is None else flat)
    return as_json or as_csv


def _way(steps: Sequence[dict[str, Any]]) -> str:
    return " > ".join(f"{step['step']} x{step['times']}" if step["times"] > 1 else step["step"] for step in steps)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
