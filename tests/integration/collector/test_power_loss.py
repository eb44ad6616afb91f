"""The power fails: acknowledged means survives, whatever of the unsynced is gone."""

import re
import time
from pathlib import Path

import pytest

from collector.config import SpoolConfig
from collector.keys import SpoolKey, load_key
from collector.signals import Signal
from collector.spool import Spool
from core.clock import SystemClock
from tests.integration.collector.kill_points import Life
from tests.integration.collector.power import PowerRecorder

KEY = SpoolKey(b"k" * 32)
WAIT_S = 10.0


def open_spool(folder: Path) -> Spool:
    spool = Spool(SpoolConfig(path=folder, resend_entries=100, segment_bytes=400), KEY, SystemClock())
    spool.start()
    return spool


def payloads(spool: Spool) -> list[bytes]:
    return [frame.payload for segment in spool.sealed() for frame in segment.frames()]


def test_what_was_acknowledged_survives_a_power_cut_after_any_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "data"
    root.mkdir()
    recorder = PowerRecorder(root, monkeypatch)
    spool = open_spool(root / "spool")
    acknowledged: list[tuple[int, bytes]] = []
    stored: dict[bytes, int] = {}
    for number in range(12):
        signal = (Signal.TRACES, Signal.LOGS)[number % 2]
        body = f"{number}".encode() * 60
        spool.append(signal, body, items=1).result(WAIT_S)
        acknowledged.append((len(recorder.disks) - 1, body))
        if number in (5, 9):
            segment = spool.take(WAIT_S)
            if number == 5:
                spool.quarantine(segment, next(segment.frames()), "unreadable")
            # From here on its rows are in the store; it may come back, it need not.
            stored |= {frame.payload: len(recorder.disks) - 1 for frame in segment.frames()}
            spool.retire(segment)
    spool.stop(WAIT_S)
    monkeypatch.undo()
    assert len(stored) >= 2
    for cut in range(len(recorder.disks)):
        after = open_spool(recorder.cut(cut, tmp_path / f"cut{cut}") / "spool")
        found = payloads(after)
        must = {body for sync, body in acknowledged if sync <= cut and stored.get(body, cut) >= cut}
        assert must <= set(found), cut
        assert len(found) == len(set(found)), cut
        assert set(found) <= {body for _, body in acknowledged}, cut
        # The newest digests are gone with the unsynced pages, and yet a resend is not stored twice.
        for body in found:
            assert not any(after.append(signal, body, items=1).result(WAIT_S) for signal in signals_of(after, body))
        after.stop(WAIT_S)


def signals_of(spool: Spool, body: bytes) -> list[Signal]:
    segments = spool.sealed()
    return [segment.signal for segment in segments for frame in segment.frames() if frame.payload == body]


def test_a_new_key_survives_before_anything_is_encrypted_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "data"
    root.mkdir()
    recorder = PowerRecorder(root, monkeypatch)
    made = load_key(root / "spool.key")
    monkeypatch.undo()
    after = recorder.cut(len(recorder.disks) - 1, tmp_path / "after")
    assert load_key(after / "spool.key").key_id == made.key_id


def wait_for(life: Life, key: str, expected: object) -> dict:
    deadline_s = time.monotonic() + 30
    while (state := life.ask("state"))[key] != expected and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert state[key] == expected
    return state


@pytest.mark.slow
def test_a_part_that_a_power_cut_emptied_is_noticed_and_its_rows_are_stored_anew(tmp_path: Path):
    life = Life(tmp_path, "flusher")
    life.ask("append a 8")
    expected = {f"a/{number}": 1 for number in range(8)}
    assert wait_for(life, "rows", expected)["notices"] == []
    wait_for(life, "waiting", [])
    life.ask("stop")
    life.end()
    # Parts of spans are named after a day, the ledger's after a month.
    columns = list((tmp_path / "store").glob(f"store/*/*/{'[0-9]' * 8}_*/columns.txt"))
    assert len(columns) >= 4
    columns[0].write_bytes(b"")
    again = Life(tmp_path, "flusher")
    wait_for(again, "rows", expected)
    wait_for(again, "stored_healthy", False)
    assert [notice.partition(" spans ")[0] for notice in again.ask("state")["notices"]] == ["part_broken"]
    again.ask("stop")
    again.end()


@pytest.mark.slow
def test_every_file_of_a_part_is_synced_before_it_gets_its_name_and_the_folder_after(tmp_path: Path):
    life = Life(tmp_path, "verified")
    life.ask("append a 1")
    life.ask("seal")
    trace = tmp_path / "trace"
    calls = "trace=write,pwrite64,fsync,fdatasync,rename,renameat2"
    with life.traced("-y", "-e", calls, "-o", str(trace)):
        life.ask("take")
    life.ask("stop")
    life.end()
    lines = trace.read_text().splitlines()
    renamed = next(number for number, line in enumerate(lines) if re.search(r" rename\(\"\S*tmp_insert_", line))
    before, after = lines[:renamed], lines[renamed + 1 :]
    written = set(re.findall(r"write(?:64)?\(\d+<([^>]*tmp_insert_[^>]*)>", "\n".join(before)))
    synced = set(re.findall(r"sync\(\d+<([^>]*tmp_insert_[^>]*)>", "\n".join(before)))
    assert len(written) > 5
    assert written <= synced
    part, table = re.search(r'rename\("[^"]*", "([^"]*?([^/"]+)/[^/"]+)/"', lines[renamed]).groups()
    folders = re.findall(r"sync\(\d+<([^>]*)>", "\n".join(after))
    assert any(folder.endswith(part.rstrip("/").rpartition("/")[2]) for folder in folders)
    assert any(folder.endswith(table) for folder in folders)
    # Only then the segment leaves the spool.
    retired = next(number for number, line in enumerate(after) if "/retired/" in line)
    assert any("sync" in line and table in line for line in after[:retired])
