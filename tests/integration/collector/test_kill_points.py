"""
Killed at a chosen system call, not at random: the dangerous moments are too short to be met by chance.

A bounded sample always runs; WAYLINE_TEST_LONG=1 kills at every call until a run survives.
"""

import os
from collections import Counter

import pytest

from tests.integration.collector.kill_points import live_and_die

IS_LONG = bool(os.environ.get("WAYLINE_TEST_LONG"))
SPOOL_SCRIPT = ("append", "append", "seal", "bury", "retire", "append")
SPOOL_CALLS = ("pwrite64", "fsync", "pwritev2", "fdatasync", "rename", "write", "unlink")
SPOOL_SAMPLE = [
    *(("pwrite64", number) for number in (1, 2)),
    *(("fsync", number) for number in (1, 3)),
    *(("pwritev2", number) for number in (1, 2)),
    *(("fdatasync", number) for number in (1, 2)),
    *(("rename", number) for number in (1, 9)),
]
STORE_SCRIPT = ("append", "seal", "take")
STORE_CALLS = ("rename", "write", "fdatasync", "mkdir", "unlink")
# The insert makes four parts, each renamed into place.
STORE_SAMPLE = [("rename", 1), ("rename", 4), ("write", 8)]
MOST_CALLS = 400


def every_call(folder, strategy, script, syscall):
    """Kill at the first, second, … *syscall* until a run survives; return what `live_and_die` does, joined."""
    for first in range(1, MOST_CALLS, 10):
        oracle, state, survived = live_and_die(
            folder / f"{syscall}{first}", strategy, script, [(syscall, first + more) for more in range(10)]
        )
        yield oracle, state
        if survived:
            return
    raise AssertionError(f"{syscall} never ended")


def lives(tmp_path, strategy, script, calls, sample):
    """Yield oracle and state of the sample, or of the whole sweep."""
    if not IS_LONG:
        oracle, state, survived = live_and_die(tmp_path / "sample", strategy, script, sample)
        assert not survived, "the sample holds calls that are never made"
        yield oracle, state
        return
    for syscall in calls:
        yield from every_call(tmp_path, strategy, script, syscall)


def in_spool(state):
    return Counter(state["waiting"]) + Counter(state["retired"])


@pytest.mark.slow
def test_killed_at_any_system_call_the_spool_keeps_what_it_acknowledged_once(tmp_path):
    for oracle, state in lives(tmp_path, "spool", SPOOL_SCRIPT, SPOOL_CALLS, SPOOL_SAMPLE):
        there = in_spool(state)
        assert oracle.acknowledged
        assert oracle.lost(there) == set()
        assert oracle.doubled(there) == set()
        assert oracle.spurious(there) == set()
        assert state["missing"] == []
        assert state["healthy"], state["detail"]


@pytest.mark.slow
def test_killed_at_any_system_call_of_an_insert_every_acknowledged_row_is_stored_once(tmp_path):
    for oracle, state in lives(tmp_path, "verified", STORE_SCRIPT, STORE_CALLS, STORE_SAMPLE):
        there = Counter(state["rows"])
        assert oracle.acknowledged
        assert oracle.lost(there) == set()
        assert oracle.doubled(there) == set()
        assert oracle.spurious(there) == set()
        assert state["waiting"] == []


@pytest.mark.slow
def test_the_same_suite_finds_what_a_deduplication_token_alone_loses(tmp_path):
    found = set()
    for oracle, state in lives(tmp_path, "naive", STORE_SCRIPT, ("rename",), [("rename", 1), ("rename", 3)]):
        there = Counter(state["rows"])
        found |= oracle.lost(there) | oracle.doubled(there)
        assert state["waiting"] == [], "the naive commit believes that everything is stored"
    assert found, "the naive commit lost nothing: this suite would not notice a commit that does"
