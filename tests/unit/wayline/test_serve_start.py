"""What a starting server does to the process it runs in."""

import sys

import pytest

from wayline.serve import Wayline


@pytest.fixture
def _long_turns(monkeypatch):
    """Long turns before, and those that were there before afterwards; the memory of the tests stays as it is."""
    before_s = sys.getswitchinterval()
    monkeypatch.setattr("wayline.serve.settle_heap", lambda: None)
    monkeypatch.setattr("wayline.serve.keep_freed_memory", lambda: None)
    sys.setswitchinterval(1.0)
    yield
    sys.setswitchinterval(before_s)


@pytest.mark.usefixtures("_long_turns")
def test_threads_take_short_turns_before_the_first_component_starts():
    turns_s = []

    class Watching:
        def start(self):
            turns_s.append(sys.getswitchinterval())

        def stop(self, timeout_s):
            """Nothing to stop."""

    server = Wayline.__new__(Wayline)
    server.components = [Watching()]
    server.start()
    assert max(turns_s) < 0.005
