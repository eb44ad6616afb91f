"""The one way in which correlation sends its statements: text from ``sql/``, values bound, settings written in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from core.faults import fault_point
from storage.sqlfiles import load_sql
from storage.store import Store

_ARROW = (
    "output_format_arrow_low_cardinality_as_dictionary = 1, output_format_arrow_string_as_string = 0, "
    "output_format_arrow_compression_method = 'none'"
)
_TARGET = re.compile(r"^INSERT INTO (tick_\w+)", re.MULTILINE)


class Statements:
    """
    Sends named statements.

    Settings stand in the text: given beside it, the embedded engine's client reads and restores them around every
    statement, which costs more than a small statement itself. Compiling expressions and searching for better plans is
    left out for the same reason where the input is the work of a tick. A ``tick_`` table that nothing was written to
    since it was emptied is not emptied again: most of them stay empty in most ticks.

    Args:
        store: The store.
        threads: Threads of one statement.
    """

    def __init__(self, store: Store, threads: int = 1) -> None:
        self.store = store
        self.threads = threads
        self._known_empty: set[str] = set()

    def forget(self) -> None:
        """Take nothing for empty: a tick was cut short, or another process wrote."""
        self._known_empty.clear()

    def send(self, name: str, parts: Mapping[str, str] | None = None, **params: Any) -> None:
        """Send ``sql/<name>.sql`` with *params* bound, where *parts* says which words stand for which text of ours."""
        self.text(self._load(name, parts), params)
        fault_point(f"tick.{name}")

    def work(self, name: str, parts: Mapping[str, str] | None = None, **params: Any) -> None:
        """Send a statement that reads nothing but ``tick_`` tables."""
        self.text(self._load(name, parts), params, plain=True)
        fault_point(f"tick.{name}")

    def _load(self, name: str, parts: Mapping[str, str] | None) -> str:
        sql = load_sql("analytics.correlate", f"sql/{name}")
        # A comment would be read by the engine each time, and may name a part.
        text = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
        for word, part in (parts or {}).items():
            text = text.replace(word, part)
        return text

    def text(self, sql: str, params: dict[str, Any], *, plain: bool = False) -> None:
        """Send *sql*, an INSERT of a SELECT."""
        settings = f"max_threads = {self.threads:d}, optimize_on_insert = 0"
        if plain:
            settings += ", query_plan_enable_optimizations = 0"
        self._known_empty.difference_update(_TARGET.findall(sql))
        self.store.execute(f"{sql.rstrip()}\nSETTINGS {settings}", params)

    def command(self, name: str) -> None:
        """Send ``sql/<name>.sql``, which is no INSERT."""
        self.store.execute(load_sql("analytics.correlate", f"sql/{name}"))

    def change(self, name: str, **params: Any) -> None:
        """Send ``sql/<name>.sql``, which is no INSERT, with *params* bound."""
        self.store.execute(load_sql("analytics.correlate", f"sql/{name}"), params)

    def rows(self, name: str, parts: Mapping[str, str] | None = None, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of ``sql/<name>.sql``, with *parts* as in `send`."""
        return self.store.rows(self._load(name, parts), params)

    def arrow(self, name: str, parts: Mapping[str, str] | None = None, **params: Any) -> pa.Table:
        """Return the rows of ``sql/<name>.sql`` as columns; texts as bytes, those of few values dictionary-encoded."""
        sql = self._load(name, parts)
        return self.store.arrow(f"{sql}\nSETTINGS max_threads = 1, {_ARROW}", params)

    def put(self, table: str, rows: pa.Table) -> None:
        """Insert *rows* into *table*."""
        self._known_empty.discard(table)
        self.store.insert_arrow(table, rows)
        fault_point(f"tick.{table}")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert *rows*, sequences in the order of *columns*, into *table*."""
        self._known_empty.discard(table)
        self.store.insert(table, columns, rows)

    def count(self, table: str) -> int:
        """Return the number of rows of *table*, which knows it."""
        return int(self.store.value(f"SELECT count() FROM {table}"))

    def empty(self, *tables: str) -> None:
        """Empty ``tick_`` tables."""
        for table in tables:
            if table in self._known_empty:
                continue
            self.store.execute(f"TRUNCATE TABLE {table}")
            if table.startswith("tick_"):  # what others write to is not known
                self._known_empty.add(table)
