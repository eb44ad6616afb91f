"""The statements that turn the bytes of a signal into rows, and the parameters they are sent with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from collector.decode import structures
from collector.signals import Signal
from storage.sqlfiles import load_sql

_PACKAGE = "collector.decode"
_INCLUDE = re.compile(r"-- include: (\w+)\n")


@dataclass(frozen=True)
class Decode:
    """
    One statement over a memory file of one signal.

    Attributes:
        table: The table it fills; empty for a question.
        sql: The statement; binds ``path`` and ``structure``.
        structure: Columns under which the engine reads the messages.
    """

    table: str
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
        "min_insert_block_size_rows": "4000000",
        "min_insert_block_size_bytes": "2000000000",
        # Tokens would let a retry succeed without a row (a crash between token and part); rows are counted instead.
        "async_insert": "0",
        "insert_deduplicate": "0",
        # Planning costs more than it saves: every column that is read is needed.
        "query_plan_enable_optimizations": "0",
    }
    return "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items())


def _statement(name: str, message: str) -> str:
    body = _INCLUDE.sub(lambda found: load_sql(_PACKAGE, found[1]), load_sql(_PACKAGE, name))
    return f"{body}\n{_settings(message)}"


def _metrics_decode(kind: str) -> Decode:
    sql = _statement(f"metrics_{kind}", "Metrics").replace("by_metric.KIND", f"by_metric.{kind}")
    return Decode(f"metric_points_{kind}", sql, structures.metrics_structure(kind))


@cache
def decodes_of(signal: Signal) -> Sequence[Decode]:
    """Return the statements that together store every row of *signal*, one a table."""
    match signal:
        case Signal.TRACES:
            return (Decode("spans", _statement("traces", "Traces"), structures.TRACES),)
        case Signal.LOGS:
            return (Decode("logs", _statement("logs", "Logs"), structures.LOGS),)
        case Signal.METRICS:
            return tuple(_metrics_decode(kind) for kind in structures.METRIC_KINDS)
        case Signal.EVENTS:
            return (Decode("events", _statement("events", "Events"), structures.EVENTS),)


@cache
def metric_kinds_question() -> Decode:
    """Return the question how many points of each kind a memory file of metrics holds."""
    return Decode("", _statement("metrics_count", "Metrics"), structures.METRIC_COUNTS)
