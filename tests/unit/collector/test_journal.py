"""A segment that vanishes is noticed, and numbers are never used twice."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from collector.config import SpoolConfig
from collector.frames import SegmentHeader
from collector.journal import Journal
from collector.keys import SpoolKey
from collector.signals import Signal
from collector.spool import Spool
from core.clock import FakeClock, SystemClock
from core.selfmetrics import REGISTRY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def fill(spool: Spool, *bodies: bytes, signal: Signal = Signal.LOGS) -> None:
    for body in bodies:
        spool.append(signal, body, items=1).result(5)


def segment_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.seg"))


def missing_metric() -> float | None:
    return REGISTRY.get_sample_value("wayline_spool_missing_segments")


def test_a_segment_that_vanished_before_it_was_stored_alarms_until_it_is_back(open_spool, folder, tmp_path):
    spool = open_spool()
    for signal in (Signal.TRACES, Signal.LOGS):
        fill(spool, b"x", signal=signal)
    spool.stop(5)
    lost = segment_files(folder)[0]
    away = tmp_path / lost.name
    shutil.move(lost, away)
    for _ in range(2):  # the second start must not forget it
        again = open_spool()
        health = again.health()[0]
        assert again.missing_segments() == [lost.name]
        assert not health.ok
        assert "1 segments are missing" in health.detail
        assert missing_metric() == 1
        again.stop(5)
    shutil.move(away, lost)
    back = open_spool()
    assert back.missing_segments() == []
    assert back.health()[0].ok
    assert missing_metric() == 0
    assert len(back.sealed()) == 2


def test_a_person_may_give_a_missing_segment_up(open_spool, folder):
    spool = open_spool()
    fill(spool, b"x")
    spool.stop(5)
    segment_files(folder)[0].unlink()
    again = open_spool()
    for entry in (folder / "missing").iterdir():
        entry.unlink()
    assert again.health()[0].ok
    again.stop(5)
    assert open_spool().missing_segments() == []


def test_what_was_stored_refused_or_set_aside_is_not_missing(open_spool, folder, monkeypatch):
    spool = open_spool(retired_max_bytes=0)
    fill(spool, b"stored")
    spool.retire(spool.take(5))
    spool._retired.tidy(every_s=0)
    monkeypatch.setattr(os, "fdatasync", lambda _descriptor: (_ for _ in ()).throw(OSError(5, "injected")))
    with pytest.raises(Exception, match="cannot write"):
        spool.append(Signal.LOGS, b"refused", items=1).result(5)
    monkeypatch.undo()
    fill(spool, b"damaged")
    spool.stop(5)
    damaged = segment_files(folder)[0]
    damaged.write_bytes(b"\xff" + damaged.read_bytes()[1:])
    again = open_spool()
    assert again.missing_segments() == []
    assert len(again.recovered.quarantined_files) == 1


def test_a_journal_torn_at_any_byte_raises_no_false_alarm_and_loses_nothing(open_spool, folder):
    spool = open_spool(segment_bytes=1)
    fill(spool, b"1", b"2", b"3")
    spool.stop(5)
    journal = folder / "segments.journal"
    whole = journal.read_bytes()
    for size in range(0, len(whole), 5):
        journal.write_bytes(whole[:size])
        again = open_spool()
        assert again.missing_segments() == []
        assert len(again.sealed()) == 3
        again.stop(5)


def test_the_journal_stays_small_however_many_segments_pass(open_spool, folder, monkeypatch):
    monkeypatch.setattr("collector.journal._COMPACT_BYTES", 200)
    spool = open_spool(segment_bytes=1, retired_max_bytes=0)
    for number in range(40):
        fill(spool, str(number).encode())
        spool.retire(spool.take(5))
        spool._journal.sync(every_s=0)
    assert (folder / "segments.journal").stat().st_size < 300
    spool.stop(5)
    assert open_spool().missing_segments() == []


def test_segment_ids_and_sequences_grow_after_every_file_is_gone_and_the_clock_went_back(
    folder: Path, key: SpoolKey, clock: FakeClock
):
    ids, sequences = [], []
    for _ in range(4):
        config = SpoolConfig(path=folder, resend_entries=100, seal_after_s=0.01, retired_max_bytes=0)
        spool = Spool(config, key, clock)
        spool.start()
        fill(spool, str(len(ids)).encode())
        segment = spool.take(5)
        ids.append(segment.id)
        sequences.append(segment.header.sequence)
        spool.retire(segment)
        spool._retired.tidy(every_s=0)
        spool.stop(5)
        clock.advance(-2 * 86_400)
    assert ids == sorted(set(ids))
    assert sequences == [1, 2, 3, 4]


def test_a_segment_begun_between_two_kills_is_not_missing(open_spool, folder, key):
    spool = open_spool()
    spool._journal.begun(
        spool._open_segment(Signal.LOGS).header
    )  # killed before its first request: an empty file stays
    copy = folder.with_name("killed")
    shutil.copytree(folder, copy)
    again = Spool(SpoolConfig(path=copy, resend_entries=100), key, SystemClock())
    again.start()
    assert again.missing_segments() == []
    assert again.sealed() == []
    again.stop(5)


def refuse(_descriptor: int) -> None:
    raise OSError(errno.EIO, "injected")


def test_a_journal_whose_sync_failed_is_written_anew(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.compare(set(), [])
    journal.begun(SegmentHeader(Signal.LOGS, 7, 1, bytes(8), bytes(16)))
    before = (tmp_path / "segments.journal").stat().st_ino
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="injected"):
            journal.sync(every_s=0)
    journal.sync(every_s=0)
    assert (tmp_path / "segments.journal").stat().st_ino != before
    journal.close()
    again = Journal(tmp_path)
    again.compare(set(), [])
    assert again.missing() == ["logs-00000000000000000007.seg"]
    again.close()


def test_a_journal_that_cannot_be_written_keeps_no_old_segment_from_being_deleted(open_spool, folder, monkeypatch):
    monkeypatch.setattr("collector.spool._TIDY_EVERY_S", 0.0)
    spool = open_spool(retired_max_bytes=0)
    monkeypatch.setattr(spool._journal, "sync", lambda **_words: refuse(0))
    fill(spool, b"x")
    spool.retire(spool.take(5))
    fill(spool, b"y")  # the writer tidies after each group
    spool.seal_open(5)
    assert list((folder / "retired").glob("*.seg")) == []
    monkeypatch.undo()
