"""
Statements that read a granule or two by a key.

The engine plans them longer than it reads. So they name plain columns, what is computed from those is computed by the
caller, and they run on one thread: handing a granule to a second one costs more than it saves.
"""

from typing import Any

from storage.sqlfiles import load_sql
from storage.store import Params, Store

Row = dict[str, Any]
ONE_THREAD: Params = {"max_threads": 1}


def point_rows(store: Store, name: str, params: Params) -> list[Row]:
    """Return the rows of statement *name* of this package, read on one thread."""
    return store.rows(load_sql("analytics.read", f"sql/{name}"), params, ONE_THREAD)


def text_of(value: bytes | str) -> str:
    """Return a column of fixed width as text."""
    return value.decode() if isinstance(value, bytes) else value
