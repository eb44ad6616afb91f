"""kill -9 at every step between a breach and its notification: twice at most, never not at all, never out of order."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

STORY = Path(__file__).with_name("story.py")
STEPS = ("alert.outbox", "alert.commit", "alert.committed", "alert.claimed", "alert.delivered", "alert.finished")


@pytest.fixture(scope="module")
def stage():
    """Plays acts, each in a process of its own."""
    with subprocess.Popen([sys.executable, str(STORY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:

        def play(state: Path, url: str, act: str, fault: str = "") -> int:
            it.stdin.write(f"{state} {url} {act} {fault}\n")
            it.stdin.flush()
            return int(it.stdout.readline())

        yield play
        it.stdin.close()


@pytest.mark.parametrize("fault", STEPS)
def test_killed_while_telling_a_breach(fault, stage, tmp_path, receiver):
    assert stage(tmp_path, receiver.url, "breach", fault) == -signal.SIGKILL
    assert stage(tmp_path, receiver.url, "breach") == 0
    fired = [body["status"] for body in receiver.bodies]
    assert fired in (["firing"], ["firing", "firing"])
    assert len({alert["fingerprint"] for body in receiver.bodies for alert in body["alerts"]}) == 1
    assert stage(tmp_path, receiver.url, "clear") == 0
    assert [body["status"] for body in receiver.bodies] == [*fired, "resolved"]


@pytest.mark.parametrize("fault", STEPS)
def test_killed_while_telling_its_end(fault, stage, tmp_path, receiver):
    assert stage(tmp_path, receiver.url, "breach") == 0
    assert stage(tmp_path, receiver.url, "clear", fault) == -signal.SIGKILL
    assert stage(tmp_path, receiver.url, "clear") == 0
    statuses = [body["status"] for body in receiver.bodies]
    assert statuses in (["firing", "resolved"], ["firing", "resolved", "resolved"])


def test_over_before_the_restart_after_a_trigger_that_may_have_arrived_is_told_as_over(stage, tmp_path, receiver):
    assert stage(tmp_path, receiver.url, "breach", "alert.delivered") == -signal.SIGKILL
    assert stage(tmp_path, receiver.url, "clear") == 0
    assert receiver.bodies[-1]["status"] == "resolved"
    assert [body["status"] for body in receiver.bodies].count("resolved") == 1
