"""
Statements sent to the embedded engine without a client around them.

The client library copies a result before anyone sees it. For the tens of megabytes that a large tick reads, the copy
takes half as long as the statement, most of it for fresh pages; columns that refer to the result itself need none. And
what it does around a statement takes a quarter as long as the engine takes to find a row by its key. Its binding of
values and its reading of rows are used as they are.
"""

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from clickhouse_connect.driver.binding import bind_query, quote_identifier
from clickhouse_connect.driver.query import QueryContext, QueryResult
from clickhouse_connect.driver.transform import NativeTransform
from clickhouse_connect.driverc.buffer import ResponseBuffer

from storage.errors import StoreError, error_from_message

_CODE = re.compile(r"Code: (\d+)\.")
_NAME = re.compile(r"\(([A-Z0-9_]+)\)\s*(?:\(version|$)")


class _Answer:
    """What the engine answered, as the client library reads it: in one piece, without a message behind it."""

    last_message = None
    exception_tag = None

    def __init__(self, content: bytes) -> None:
        self.gen: Iterator[bytes] = iter((content,))

    def close(self) -> None:
        """Nothing is held open."""


class EngineConnection:
    """
    A connection of its own to the engine in this process; for one thread at a time.

    Args:
        path: Folder of the engine, as every connection of the process names it.
        database: What statements work on.
        settings: In force for all of them.
    """

    def __init__(self, path: Path, database: str, settings: Mapping[str, Any]) -> None:
        # Loaded when it is needed: before that is decided how it keeps memory, and whether the folder is free.
        self._connection = importlib.import_module("chdb").connect(os.path.realpath(path))
        self._run(f"USE {quote_identifier(database)}", {}, "Null")
        for name, value in settings.items():
            self._run(f"SET {name} = '{value}'", {}, "Null")  # names and values are ours

    def rows(self, sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """
        Return the result of *sql* as one dict a row, times as aware ones.

        Raises:
            StoreError: The engine refused the statement.
        """
        answer = self._run(sql, params, "Native").bytes()
        if not answer:
            return []
        context = QueryContext(tz_mode="aware")
        found = NativeTransform.parse_response(ResponseBuffer(_Answer(answer)), context)
        return list(cast(QueryResult, found).named_results())

    def columns(self, sql: str, params: Mapping[str, Any]) -> pa.Table:
        """
        Return the result of *sql*, an Arrow table that keeps the engine's memory as long as it lives.

        Raises:
            StoreError: The engine refused the statement.
        """
        result = self._run(sql, params, "ArrowStream")
        view = result.get_memview()
        address = np.frombuffer(view.view(), np.uint8).ctypes.data
        buffer = pa.foreign_buffer(address, len(view.view()), base=(result, view))
        return pa.ipc.open_stream(buffer).read_all()

    def close(self) -> None:
        """Close the connection; what was read stays."""
        self._connection.close()

    def _run(self, sql: str, params: Mapping[str, Any], form: str) -> Any:
        text, bound = bind_query(sql, dict(params))
        values = {name.removeprefix("param_"): value for name, value in bound.items()}
        try:
            return self._connection.query(text, form, params=values)
        except RuntimeError as error:
            # The engine's text may quote a row, so the original is not chained.
            raise _ours(str(error)) from None


def _ours(text: str) -> StoreError:
    code, name = _CODE.search(text), _NAME.search(text)
    return error_from_message(int(code[1]) if code else None, name[1] if name else "ChdbError", text)
