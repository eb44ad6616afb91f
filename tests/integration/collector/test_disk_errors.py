"""
The disk refuses: nothing is acknowledged that is not safe, nothing that was is lost, and it goes on when the disk does.

Errors come from the kernel's side of the call (`strace`), so what is tested is the process as it is in use.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.integration.collector.kill_points import Life, Oracle, inject

# Calls of the writer thread in the order of one append into a new segment.
APPEND_CALLS = ("pwrite64", "fsync", "pwritev2", "fdatasync")


def send(life: Life, name: str, oracle: Oracle) -> bool:
    oracle.attempted.add(f"{name}/0")
    answer = life.ask(f"append {name}")
    if "acknowledged" in answer:
        oracle.acknowledged.add(f"{name}/0")
    return "acknowledged" in answer


def after_restart(folder: Path) -> dict:
    life = Life(folder, "spool")
    state = life.ask("state")
    life.ask("stop")
    life.end()
    return state


@pytest.mark.slow
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EROFS"])
def test_a_refused_write_is_not_acknowledged_and_costs_no_neighbour(tmp_path: Path, error: str):
    oracle, life = Oracle(), Life(tmp_path, "spool")
    assert send(life, "before", oracle)
    taken = {}
    for call in APPEND_CALLS:
        with life.traced(*inject(call, "1+", f"error={error}")):
            taken[call] = send(life, f"during-{call}", oracle)
            send(life, f"still-{call}", oracle)
        assert send(life, f"after-{call}", oracle), call  # no restart is needed
    # Journal records may fail (pwrite64) without harm; bytes that are not on disk may not.
    assert not taken["pwritev2"]
    assert not taken["fdatasync"]
    assert life.ask("state")["healthy"]
    life.ask("stop")
    life.end()
    there = Counter(after_restart(tmp_path)["waiting"])
    assert oracle.lost(there) == set()
    assert oracle.doubled(there) == set()
    # Refused means refused: a resend of it must not become a second copy.
    assert there.keys() == oracle.acknowledged


@pytest.mark.slow
def test_after_a_failed_sync_that_file_is_never_synced_as_if_it_were_good(tmp_path: Path):
    """The kernel drops the dirty pages and reports the error once: a second fsync of the same file says nothing."""
    oracle, life = Oracle(), Life(tmp_path, "spool")
    assert send(life, "before", oracle)
    trace = tmp_path / "trace"
    calls = ("-y", "-e", "trace=fdatasync,fsync,pwritev2,ftruncate", "-o", str(trace))
    with life.traced(*calls, "-e", "inject=fdatasync:error=EIO:when=1"):
        assert not send(life, "refused", oracle)
        assert send(life, "again", oracle)
    life.ask("stop")
    life.end()
    lines = trace.read_text().splitlines()
    failed = next(number for number, line in enumerate(lines) if "EIO" in line)
    path = re.search(r"<([^>]*\.seg)>", lines[failed])[1]
    later = [line for line in lines[failed + 1 :] if path in line]
    assert all("ftruncate" in line for line in later), later
    there = Counter(after_restart(tmp_path)["waiting"])
    assert there.keys() == oracle.acknowledged


@pytest.mark.slow
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_segment_that_cannot_be_moved_or_buried_waits_and_is_tried_again(tmp_path: Path, error: str):
    oracle, life = Oracle(), Life(tmp_path, "spool")
    assert send(life, "one", oracle)
    life.ask("seal")
    with life.traced(*inject("rename", "1+", f"error={error}")):
        assert "refused" in life.ask("retire")
        assert "refused" in life.ask("bury")
    with life.traced(*inject("fsync", "1+", f"error={error}")):
        assert "refused" in life.ask("bury")
    state = life.ask("state")
    assert (state["waiting"], state["retired"], state["dead"]) == (["one/0"], [], [])
    assert life.ask("bury") == {}
    assert life.ask("retire") == {}
    state = life.ask("state")
    assert (state["waiting"], state["retired"], len(state["dead"])) == ([], ["one/0"], 1)
    life.ask("stop")
    life.end()
    assert after_restart(tmp_path)["dead"] == state["dead"]


@pytest.mark.slow
def test_without_a_file_descriptor_left_nothing_is_taken_until_there_is_one(tmp_path: Path):
    oracle, life = Oracle(), Life(tmp_path, "spool")
    with life.traced(*inject("openat", "1+", "error=EMFILE")):
        assert not send(life, "refused", oracle)
    assert send(life, "after", oracle)
    assert life.ask("state")["healthy"]
    life.ask("stop")
    life.end()
    assert Counter(after_restart(tmp_path)["waiting"]).keys() == oracle.acknowledged


@pytest.mark.slow
def test_trouble_with_tidying_stops_nothing(tmp_path: Path):
    oracle, life = Oracle(), Life(tmp_path, "spool")
    assert send(life, "one", oracle)
    with life.traced(*inject("statfs,unlink,fdatasync", "1+", "error=EIO")):
        life.ask("sleep 1.2")
    assert send(life, "two", oracle)
    assert life.ask("state")["healthy"]
    life.ask("stop")
    life.end()
    assert Counter(after_restart(tmp_path)["waiting"]).keys() == oracle.acknowledged


@pytest.mark.slow
def test_a_store_whose_disk_is_full_is_tried_again_and_stores_each_row_once(tmp_path: Path):
    life = Life(tmp_path, "verified")
    life.ask("append a 8")
    life.ask("seal")
    with life.traced(*inject("rename", "3", "error=ENOSPC")):
        assert life.ask("take") == {}
    life.ask("append b 8")
    life.ask("seal")
    with life.traced(*inject("write", "9", "error=ENOSPC")):
        life.ask("take")
    assert life.ask("take") == {}
    state = life.ask("state")
    assert state["rows"] == {f"{name}/{number}": 1 for name in "ab" for number in range(8)}
    assert state["waiting"] == []
    life.ask("stop")
    life.end()
