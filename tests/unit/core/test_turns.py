"""Threads that compute must not keep the doors waiting for the interpreter."""

import sys

import pytest

from core.turns import take_short_turns


@pytest.fixture
def turn_s():
    """Give the interpreter its turns back."""
    before_s = sys.getswitchinterval()
    yield before_s
    sys.setswitchinterval(before_s)


def test_turns_are_a_tenth_as_long(turn_s):
    sys.setswitchinterval(0.005)
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(0.0005)
