"""Which readings of a request are tried after which error of the store."""

from typing import Any, cast

import pytest

from collector.ingest import Ingest
from collector.signals import Signal
from core.clock import SystemClock
from storage.errors import StatementRefusedError, StoreError
from storage.store import Store

THROW_IF = 395


class RefusingStore:
    """Refuses the first statements with an error of the code *code*, and counts them all."""

    def __init__(self, code: int | None, refusals: int) -> None:
        self.statements = 0
        self._code = code
        self._refusals = refusals

    def local_engine(self) -> "RefusingStore":
        return self

    def value(self, _sql: str) -> int:
        return 0

    def execute(self, _sql: str, _params: Any) -> None:
        self.statements += 1
        if self.statements <= self._refusals:
            error = StatementRefusedError("no")
            error.code = self._code
            raise error


def insert_into(store: RefusingStore, times: int = 1) -> None:
    ingest = Ingest(cast(Store, store), SystemClock())
    for _ in range(times):
        ingest.insert(Signal.TRACES, [], ["plain", "flat", "nested"])


def test_a_value_that_is_refused_is_read_in_the_next_way():
    store = RefusingStore(THROW_IF, 2)
    insert_into(store)
    assert store.statements == 3


def test_a_way_that_was_refused_is_passed_over_for_a_while():
    store = RefusingStore(THROW_IF, 1)
    insert_into(store, times=65)
    assert store.statements == 2 + 64
    insert_into(store)
    assert store.statements == 2 + 64 + 1


@pytest.mark.parametrize("code", [None, 1001])
def test_after_any_other_error_nothing_more_is_inserted_since_rows_may_be_stored(code: int | None):
    store = RefusingStore(code, 1)
    with pytest.raises(StoreError):
        insert_into(store)
    assert store.statements == 1
