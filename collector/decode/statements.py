"""The statements that turn the bytes of a signal into rows, and the parameters they are sent with."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from collector.decode import structures
from collector.signals import Signal
from storage.sqlfiles import load_sql

_PACKAGE = "collector.decode"
_INCLUDE = "-- include: values\n"


@dataclass(frozen=True)
class Decode:
    """
    One INSERT that reads a memory file of one signal.

    Attributes:
        table: The table it fills.
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
    body = load_sql(_PACKAGE, name).replace(_INCLUDE, load_sql(_PACKAGE, "values"))
    return f"{body}\n{_settings(message)}"


@cache
def decodes_of(signal: Signal) -> tuple[Decode, ...]:
    """Return the statements that together store every row of *signal*."""
    if signal is Signal.TRACES:
        return (Decode("spans", _statement("traces", "Traces"), structures.TRACES),)
    raise NotImplementedError(signal)
