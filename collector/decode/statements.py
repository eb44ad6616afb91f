"""The statements that turn the bytes of a signal into rows, and the parameters they are sent with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from collector.decode import structures
from collector.decode.redaction import RedactionSql
from collector.decode.structures import Depth
from collector.signals import Signal
from storage.sqlfiles import load_sql

_PACKAGE = "collector.decode"
TABLES = {
    Signal.TRACES: ("spans",),
    Signal.LOGS: ("logs",),
    Signal.METRICS: tuple(f"metric_points_{kind}" for kind in structures.METRIC_KINDS),
    Signal.EVENTS: ("events",),
}
_INCLUDE = re.compile(r"-- include: (\w+)\n")
_CACHED_STATEMENTS = 64
NEVER_REACHED = str(10**15)
# Plain spans have no events and no links.
_PLAIN_PARTS = {"span_parts_names": "", "span_parts": "span_parts_none"}


@dataclass(frozen=True)
class Decode:
    """
    How the rows of one table are read from a memory file.

    Every statement binds ``path`` and ``structure``.

    Attributes:
        table: The table.
        columns: Its columns that are filled.
        insert_sql: Fills it.
        select_sql: Returns the same rows, to be sent to a store that cannot see the memory file.
        count_sql: Reads every column of the same rows, stores nothing, and returns how many there are.
        structure: Columns under which the engine reads the messages.
        is_limited: Whether ``services`` and ``limits`` are bound, too: which rules hold for which service.
    """

    table: str
    columns: tuple[str, ...]
    insert_sql: str
    select_sql: str
    count_sql: str
    structure: str
    is_limited: bool

    def params(self, path: str) -> dict[str, str]:
        """Return the parameters for the memory file at *path*."""
        return {"path": path, "structure": self.structure}


@dataclass(frozen=True)
class Question:
    """A statement over a memory file that returns one row; fields as in `Decode`."""

    sql: str
    structure: str

    def params(self, path: str) -> dict[str, str]:
        """Return the parameters for the memory file at *path*."""
        return {"path": path, "structure": self.structure}


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _settings(message: str) -> str:
    proto = files(_PACKAGE).joinpath("otlp.proto").read_text(encoding="utf-8")
    settings = {
        "format_schema_source": "'string'",
        "format_schema": _quoted(proto),
        "format_schema_message_name": _quoted(message),
        "input_format_protobuf_oneof_presence": "1",
        "output_format_json_escape_forward_slashes": "0",
        # One thread reads, so that a block keeps the order of the requests and the cost stays on one core.
        "max_threads": "1",
        # The whole memory file becomes one block, hence one part: the insert is seen whole or not at all.
        "min_insert_block_size_rows": NEVER_REACHED,
        "min_insert_block_size_bytes": NEVER_REACHED,
        # Tokens would let a retry succeed without a row (a crash between token and part); rows are counted instead.
        "async_insert": "0",
        "insert_deduplicate": "0",
        # Planning costs more than it saves: every column that is read is needed.
        "query_plan_enable_optimizations": "0",
    }
    return "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items())


def _text(name: str, depth: Depth, redaction: RedactionSql | None) -> str:
    """Return ``<name>.sql`` with what it includes."""
    parts = {"values_of_depth": f"values_{depth}"}
    if depth == "plain":
        parts |= _PLAIN_PARTS
    if redaction:
        parts["clean_nothing"] = "clean_probed"

    def included(found: re.Match[str]) -> str:
        part = parts.get(found[1], found[1])
        return load_sql(_PACKAGE, part) if part else ""

    text = load_sql(_PACKAGE, name)
    while _INCLUDE.search(text):
        text = _INCLUDE.sub(included, text)
    if redaction:
        names = "|".join(redaction.expressions)
        text = re.sub(rf"\b({names})\b", lambda found: redaction.expressions[found[1]], text)
    return text


def _decode(
    name: str, table: str, structure: str, depth: Depth, redaction: RedactionSql | None, kind: str = ""
) -> Decode:
    """Read ``<name>.sql``: an INSERT with its column list, closed by a line of its own, then the SELECT."""
    text = _text(name, depth, redaction).replace("by_metric.KIND", f"by_metric.{kind}")
    head, _, select = text.partition("\n)\n")
    columns = tuple(column.strip() for column in head.partition("(")[2].split(","))
    settings = _settings(name.partition("_")[0].capitalize())
    count = load_sql(_PACKAGE, "count").replace("-- select\n", select)
    return Decode(
        table=table,
        columns=columns,
        insert_sql=f"{text}\n{settings}",
        select_sql=f"{select}\n{settings}",
        count_sql=f"{count}\n{settings}",
        structure=structures.at_depth(structure, depth),
        is_limited=depth == "redacted" and redaction is not None and redaction.is_limited,
    )


@lru_cache(_CACHED_STATEMENTS)
def decodes_of(signal: Signal, depth: Depth, redaction: RedactionSql | None = None) -> Sequence[Decode]:
    """
    Return how the rows of *signal* are read, one entry a table.

    Args:
        signal: Kind of telemetry.
        depth: What is read and what refused, see `Depth`.
        redaction: What is taken out; not with ``nested``. Business events come redacted.
    """
    match signal:
        case Signal.TRACES:
            return (_decode("traces", "spans", structures.TRACES, depth, redaction),)
        case Signal.LOGS:
            return (_decode("logs", "logs", structures.LOGS, depth, redaction),)
        case Signal.METRICS:
            return tuple(
                _decode(
                    f"metrics_{kind}",
                    f"metric_points_{kind}",
                    structures.metrics_structure(kind),
                    depth,
                    redaction,
                    kind,
                )
                for kind in structures.METRIC_KINDS
            )
        case Signal.EVENTS:
            return (_decode("events", "events", structures.EVENTS, depth, None),)


@cache
def metric_kinds_question() -> Question:
    """Return the question how many points of each kind a memory file of metrics holds."""
    return Question(f"{load_sql(_PACKAGE, 'metrics_count')}\n{_settings('Metrics')}", structures.METRIC_COUNTS)


@cache
def nested_question(signal: Signal) -> Question:
    """Return the question, answered with a row a request in order, which requests hold arrays or key-value lists."""
    places = structures.value_places(signal)
    arms = ", ".join(f"arrayFlatten(`{name}`)" for name, _ in places)
    text = load_sql(_PACKAGE, "nested_requests").replace("ARMS", arms)
    structure = ", ".join(f"`{name}` {kind}" for name, kind in places)
    return Question(f"{text}\n{_settings(signal.value.capitalize())}", structure)


@cache
def services_question(signal: Signal) -> Question:
    """Return the question which services the resources of a memory file name."""
    resources = structures.RESOURCES[signal]
    text = load_sql(_PACKAGE, "services").replace("RESOURCES", resources)
    return Question(f"{text}\n{_settings(signal.value.capitalize())}", structures.services_structure(resources))
