"""What every read needs: the store, the catalog as it is now, the time, and threads to ask several things at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from analytics.read.catalog import CatalogProvider
from analytics.read.hops import HopReader
from core.clock import Clock
from storage.store import Store

Answer = TypeVar("Answer")
# Statements of one answer that run at a time; the store lends more clients than that.
_SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class ReadContext:
    """
    What a query function is given.

    Attributes:
        store: The engine, embedded or remote.
        catalogs: Gives the catalog in force.
        clock: Gives the present.
        pseudonyms: Gives what a text is replaced by before it is stored, where that is so.
        hops: Reads ways between systems.
    """

    store: Store
    catalogs: CatalogProvider
    clock: Clock
    pseudonyms: Callable[[str], Sequence[str]] = lambda _: ()
    hops: HopReader = field(init=False)
    _threads: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, _SIDE_BY_SIDE, "read"))

    def __post_init__(self) -> None:
        object.__setattr__(self, "hops", HopReader(self.store))

    def begin(self, question: Callable[[], Answer]) -> Future[Answer]:
        """Ask *question* beside what the caller does next; it must not ask others through this."""
        return self._threads.submit(question)

    def together(self, *questions: Callable[[], Any]) -> list[Any]:
        """
        Ask all *questions* at once and return their answers in order.

        The engine releases the interpreter while it works. A question must not ask others through this.

        Raises:
            storage.errors.StoreError: One could not be answered; the first of those.
        """
        first, *others = questions
        asked = [self._threads.submit(question) for question in others]
        return [first(), *(answer.result() for answer in asked)]
