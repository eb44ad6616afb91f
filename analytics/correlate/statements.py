"""The one way in which correlation sends its statements: text from ``sql/``, values bound, settings written in."""

from typing import Any

from core.faults import fault_point
from storage.sqlfiles import load_sql
from storage.store import Store

SMALL_TICK_ROWS = 50_000
"""Up to so many new rows a second thread costs more than it brings."""


class Statements:
    """
    Sends named statements.

    Settings stand in the text: given beside it, the embedded engine's client reads and restores them around every
    statement, which costs more than a small statement itself. Compiling expressions and searching for better plans is
    left out for the same reason where the input is the work of a tick.

    Args:
        store: The store.
        threads: Threads of one statement.
    """

    def __init__(self, store: Store, threads: int = 1) -> None:
        self.store = store
        self.threads = threads

    def send(self, name: str, **params: Any) -> None:
        """Send ``sql/<name>.sql`` with *params* bound."""
        self.text(load_sql("analytics.correlate", f"sql/{name}"), params)
        fault_point(f"tick.{name}")

    def work(self, name: str, **params: Any) -> None:
        """Send a statement that reads nothing but ``tick_`` tables."""
        self.text(load_sql("analytics.correlate", f"sql/{name}"), params, plain=True)
        fault_point(f"tick.{name}")

    def text(self, sql: str, params: dict[str, Any], *, plain: bool = False) -> None:
        """Send *sql*, an INSERT of a SELECT."""
        settings = f"max_threads = {self.threads:d}, optimize_on_insert = 0"
        if plain:
            settings += ", query_plan_enable_optimizations = 0"
        self.store.execute(f"{sql.rstrip()}\nSETTINGS {settings}", params)

    def command(self, name: str) -> None:
        """Send ``sql/<name>.sql``, which is no INSERT."""
        self.store.execute(load_sql("analytics.correlate", f"sql/{name}"))

    def change(self, name: str, **params: Any) -> None:
        """Send ``sql/<name>.sql``, which is no INSERT, with *params* bound."""
        self.store.execute(load_sql("analytics.correlate", f"sql/{name}"), params)

    def rows(self, name: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of ``sql/<name>.sql``."""
        return self.store.rows(load_sql("analytics.correlate", f"sql/{name}"), params)

    def count(self, table: str) -> int:
        """Return the number of rows of a ``tick_`` table; Memory tables know it."""
        return int(self.store.value(f"SELECT count() FROM {table}"))

    def sizes(self) -> dict[str, int]:
        """Return the number of rows of every ``tick_`` table, and of stored ones that are empty in most estates."""
        return {row["name"]: row["total_rows"] or 0 for row in self.rows("sizes")}

    def empty(self, *tables: str) -> None:
        """Empty ``tick_`` tables."""
        for table in tables:
            self.store.execute(f"TRUNCATE TABLE {table}")
