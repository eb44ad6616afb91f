"""One event loop in a thread of its own carries both OTLP ports."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


class LoopThread:
    """
    An event loop that runs until closed.

    Args:
        name: Name of the thread.
    """

    def __init__(self, name: str) -> None:
        self.loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Run *work* on the loop and wait for its result, *timeout_s* seconds at most."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Stop the loop and wait for its thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether the loop runs."""
        return self._thread.is_alive()


class Bridge:
    """
    Tells an event loop about futures that other threads resolve, with one wake-up for many of them.

    Args:
        loop: The loop to tell.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: deque[Callable[[], object]] = deque()
        self._is_scheduled = False

    def when_done(self, future: "Future[Any]", callback: Callable[[], object]) -> None:
        """Run *callback* on the loop once *future* is resolved."""
        future.add_done_callback(lambda _: self._push(callback))

    async def wait(self, future: "Future[T]") -> T:
        """Return the result of *future*; cancelling the wait leaves the future alone."""
        if not future.done():
            waiter = self._loop.create_future()
            self.when_done(future, lambda: _wake(waiter))
            await waiter
        return future.result()

    def _push(self, callback: Callable[[], object]) -> None:
        self._due.append(callback)
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # First the flag, then the queue: what is pushed from here on schedules a drain of its own.
        self._is_scheduled = False
        while self._due:
            self._due.popleft()()


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():  # a cancelled call no longer waits
        waiter.set_result(None)
