"""
Statements that read a granule or two by a key.

The engine plans them longer than it reads. So they name plain columns, and what is computed from those is computed by
the caller; so are versions, since FINAL is planned longer than the latest of a few is picked. They run on one thread:
handing a granule to a second one costs more than it saves. No index that passes over granules is asked, since the key
leaves one. PREWHERE is written out, on key columns alone where a table has versions: of the wide columns the engine
then reads what is found, not the whole granule. All conditions stand there: the engine is told not to look for a better
plan, and takes the key from nowhere else then.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from storage.sqlfiles import load_sql
from storage.store import Params, Store

Row = dict[str, Any]
OF_A_POINT = {"max_threads": 1, "use_skip_indexes": 0, "query_plan_enable_optimizations": 0}


def point_rows(store: Store, name: str, params: Params) -> list[Row]:
    """Return the rows of statement *name* of this package, read as a point."""
    return store.rows(point_statement(name), params, OF_A_POINT)


@cache
def point_statement(name: str) -> str:
    """Return the text of statement *name* without comments, which the binding of values would go over."""
    lines = load_sql("analytics.read", f"sql/{name}").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def latest(rows: Iterable[Row], *key: str) -> list[Row]:
    """Return of the rows that share *key* the one of the latest version, the last of several, unless it is deleted."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        entry = tuple(row[column] for column in key)
        known = found.setdefault(entry, row)
        if row["version"] >= known["version"]:
            found[entry] = row
    return [row for row in found.values() if not row["deleted"]]


def text_of(value: bytes | str) -> str:
    """Return a column of fixed width as text."""
    return value.decode() if isinstance(value, bytes) else value
