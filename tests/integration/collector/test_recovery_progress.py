"""A start with much in the spool says how far it is, on the log and at /readyz, and opens its doors only then."""

import json
import os
import re
import socket
import time

import httpx

from collector.config import SpoolConfig
from collector.keys import load_key
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock

EVENT = {"specversion": "1.0", "id": "1", "source": "/erp", "type": "t", "correlationid": "c-1"}


def fill(data, segments):
    data.mkdir()
    spool = Spool(SpoolConfig(path=data / "spool", seal_after_s=0), load_key(data / "spool.key"), SystemClock())
    spool.start()
    for _ in range(segments):
        spool.append(Signal.LOGS, os.urandom(40), items=1).result(10)
        spool.take(10)
    spool.stop(10)
    assert len(list((data / "spool").glob("*.seg"))) == segments


def test_readiness_tells_how_far_the_recovery_is(start_wayline, tmp_path):
    data = tmp_path / "data"
    fill(data, 3)
    files = sorted((data / "spool").glob("*.seg"))
    # A pipe in the place of the second file: reading it lasts as long as the test likes.
    pipe = files[1].with_name(files[1].stem + "-pipe.seg")
    os.mkfifo(pipe)
    served = start_wayline(data=data, wait=False)
    held = -1
    try:
        # The pipe is read whenever the recovery looks at it; the look that is meant is the one that is counted.
        while (spool := recovering(served)) is None:
            if held >= 0:
                os.close(held)
                time.sleep(0.2)
            held = until(lambda: opened(pipe))
        assert re.match(r"recovering [013] of 4 segments, 0 of 0 MiB", spool["detail"])
        assert httpx.get(f"{served.url}/healthz").status_code == 200  # alive, and not to be restarted
        taken = httpx.post(
            f"{served.url}/api/v1/events", json=EVENT, headers={"Content-Type": "application/cloudevents+json"}
        )
        assert (taken.status_code, taken.json()["detail"]) == (503, "the collector is starting")
        host, port = served.grpc.split(":")
        with socket.socket() as client:
            assert client.connect_ex((host, int(port))) != 0
        assert "Wayline is ready." not in served.log.read_text()
    finally:
        os.close(held)  # the end of it
    until(lambda: "Wayline is ready." in served.log.read_text())
    told = [json.loads(line) for line in served.log.read_text().splitlines() if '"spool recovery"' in line]
    assert [line["segments"] for line in told] == [4] * len(told)
    assert told[0]["segments_read"] == 0
    assert told[-1]["segments_read"] == 4
    assert told[-1]["bytes_read"] == told[-1]["bytes"] > 100
    assert recovering(served) is None


def recovering(served):
    """Return what /readyz says of the spool while it is being recovered."""
    try:
        answer = httpx.get(f"{served.url}/readyz", timeout=5)
    except httpx.TransportError:
        return None
    states = {state["name"]: state for state in answer.json()["components"]}
    is_recovering = "recovering" in states["spool"]["detail"]
    assert not is_recovering or answer.status_code == 503
    return states["spool"] if is_recovering else None


def opened(pipe):
    """Return a descriptor once somebody reads the pipe, who then waits until it is closed."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def until(ask):
    deadline = time.monotonic() + 60
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer
