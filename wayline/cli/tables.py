"""Answers as tables for people, as JSON, and as CSV that is safe to open in a spreadsheet."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics.export.flat import spreadsheet_safe

_PIPE_WIDTH = 1_000
# Through a pipe nothing is cut: other programs read it.
out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
_STYLES = {
    "failed": "red",
    "stuck": "red",
    "completed_late": "yellow",
    "unknown": "magenta",
    "completed": "green",
    "in_progress": "cyan",
    "missing": "red",
}
_MS_PER_S = 1_000
_MS_PER_MINUTE = 60_000
_MS_PER_HOUR = 3_600_000


def print_json(body: Any) -> None:
    """Print *body* as indented JSON."""
    print(json.dumps(body, indent=2, ensure_ascii=False))


def print_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Print *rows* as RFC 4180 CSV with a header; what is not known is an empty cell."""
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: spreadsheet_safe(row.get(name)) for name in columns})


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table; cells come from telemetry and are shown as they are, never read as markup."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    out.print(table)


def status_cell(status: str) -> Text:
    """Return *status* in its colour."""
    return Text(status, style=_STYLES.get(status, ""))


def duration_cell(value_ms: float | None) -> str:
    """Return a duration in the unit a person would choose; an unknown one is a dash."""
    if value_ms is None:
        return "-"
    if value_ms < _MS_PER_S:
        return f"{value_ms:.0f} ms"
    if value_ms < _MS_PER_MINUTE:
        return f"{value_ms / _MS_PER_S:.1f} s"
    if value_ms < _MS_PER_HOUR:
        return f"{value_ms / _MS_PER_MINUTE:.1f} min"
    return f"{value_ms / _MS_PER_HOUR:.1f} h"


def percent_cell(ratio: float | None) -> str:
    """Return a ratio as a percentage; an unknown one is a dash, neither 0 nor 100 %."""
    return "-" if ratio is None else f"{ratio * 100:.2f} %"


def text_cell(value: Any) -> str:
    """Return *value* as text; None is a dash."""
    return "-" if value is None or value == "" else str(value)
