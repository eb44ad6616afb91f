"""The spool as receivers and the flusher see it."""

import errno
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.config import SpoolConfig
from collector.keys import load_key
from collector.refusals import OverloadedError, ThrottledError
from collector.signals import SIGNALS, Signal
from collector.spool import Spool
from core.clock import FakeClock
from core.errors import ConfigError, PermanentError


def payloads(spool):
    """All payloads of all sealed segments, by signal."""
    return sorted((segment.signal, frame.payload) for segment in spool.sealed() for frame in segment.frames())


def store(spool, signal, *bodies):
    for one in [spool.append(signal, body, items=1) for body in bodies]:
        one.result(5)


def test_an_acknowledged_payload_comes_back_from_a_sealed_segment(open_spool):
    spool = open_spool()
    assert spool.append(Signal.TRACES, b"payload", items=7, received_ns=123).result(5) is True
    segment = spool.take(5)
    frame = next(segment.frames())
    assert (segment.signal, segment.items, segment.recovered) == (Signal.TRACES, 7, False)
    assert (frame.payload, frame.items, frame.received_ns) == (b"payload", 7, 123)


def test_each_signal_has_segments_of_its_own(open_spool):
    spool = open_spool()
    for signal in SIGNALS:
        store(spool, signal, b"x", b"y")
    spool.seal_open(5)
    assert [segment.signal for segment in spool.sealed()] == list(SIGNALS)
    assert all(segment.frame_count == 2 for segment in spool.sealed())


def test_what_was_acknowledged_is_there_after_a_restart(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, b"one", b"two")
    spool.stop(5)
    again = open_spool()
    assert payloads(again) == [(Signal.LOGS, b"one"), (Signal.LOGS, b"two")]
    assert all(segment.recovered for segment in again.sealed())


def test_a_retired_segment_does_not_come_back(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, b"one")
    spool.retire(spool.take(5))
    spool.stop(5)
    again = open_spool()
    assert again.sealed() == []
    assert [frame.payload for segment in again.retired() for frame in segment.frames()] == [b"one"]


def test_the_pages_of_a_retired_segment_are_given_back_and_an_error_of_that_is_no_error(open_spool, monkeypatch):
    told = []
    spool = open_spool()
    for answer in (None, OSError(errno.EIO, "no")):

        def advise(descriptor, offset, size, advice, answer=answer):
            told.append((str(Path(f"/proc/self/fd/{descriptor}").readlink()), offset, size, advice))
            if answer:
                raise answer

        monkeypatch.setattr(os, "posix_fadvise", advise)
        store(spool, Signal.LOGS, b"one" if answer else b"two")
        spool.retire(spool.take(5))
    assert len(spool.retired()) == 2
    files = [str(segment.path) for segment in spool.retired()]
    assert told == [(file, 0, 0, os.POSIX_FADV_DONTNEED) for file in files]


def test_retired_segments_beyond_the_byte_limit_are_deleted(open_spool, tmp_path):
    spool = open_spool(retired_max_bytes=0)
    store(spool, Signal.LOGS, b"one")
    spool.retire(spool.take(5))
    spool._retired.tidy(every_s=0)
    assert list((tmp_path / "spool" / "retired").iterdir()) == []


def test_a_lent_segment_is_lent_once_until_given_back(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, b"one")
    segment = spool.take(5)
    assert spool.take(0.05) is None
    spool.give_back(segment)
    assert spool.take(5) is segment


def test_segment_ids_grow_even_when_the_clock_does_not(open_spool):
    spool = open_spool(segment_bytes=1)
    store(spool, Signal.LOGS, b"a")
    spool._ids.next(spool._clock.now_ns() + 10**18)
    for body in (b"b", b"c"):
        store(spool, Signal.LOGS, body)
    spool.seal_open(5)
    ids = [segment.id for segment in spool.sealed()]
    assert len(set(ids)) == 3


def test_two_collectors_that_open_a_segment_in_the_same_nanosecond_name_it_differently(tmp_path, key):
    """They may share a store, which counts and repairs rows by segment id."""
    spools = [
        Spool(
            SpoolConfig(path=tmp_path / name, seal_after_s=0.01, seal_busy_after_s=0.01),
            key,
            FakeClock(datetime(2026, 11, 26, tzinfo=UTC)),
        )
        for name in ("a", "b")
    ]
    for spool in spools:
        spool.start()
        store(spool, Signal.LOGS, b"x")
        spool.seal_open(5)
    ids = {segment.id for spool in spools for segment in spool.sealed()}
    for spool in spools:
        spool.stop(5)
    assert len(ids) == 2


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_same_payload_is_stored_once(open_spool, signal):
    spool = open_spool()
    store(spool, signal, b"same")
    assert spool.append(signal, b"same", items=1).result(5) is False
    spool.seal_open(5)
    assert payloads(spool) == [(signal, b"same")]


def test_the_same_payload_of_two_signals_is_stored_twice(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, b"same")
    store(spool, Signal.METRICS, b"same")
    spool.seal_open(5)
    assert len(payloads(spool)) == 2


def test_a_resend_is_recognised_after_a_restart(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, b"same")
    spool.stop(5)
    assert open_spool().append(Signal.LOGS, b"same", items=1).result(5) is False


def test_concurrent_copies_of_one_payload_are_stored_once(open_spool):
    spool = open_spool()
    barrier = threading.Barrier(8)

    def send():
        barrier.wait()
        spool.append(Signal.LOGS, b"same", items=1).result(5)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spool.seal_open(5)
    assert payloads(spool) == [(Signal.LOGS, b"same")]


def test_nothing_readable_reaches_the_disk(open_spool, tmp_path):
    secret = b"MRN 00471182"
    spool = open_spool()
    store(spool, Signal.LOGS, secret)
    segment = spool.take(5)
    spool.quarantine(segment, next(segment.frames()), "undecodable")
    spool.stop(5)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".dead" for path in files)
    assert not [path for path in files if secret in path.read_bytes()]
    assert not [
        path for path in files if path.suffix in (".seg", ".dead") and stat.S_IMODE(path.stat().st_mode) != 0o600
    ]


def test_a_second_process_on_the_folder_is_refused(open_spool):
    open_spool()
    with pytest.raises(ConfigError, match="another process"):
        open_spool()


def test_nothing_is_taken_while_stopping(open_spool):
    spool = open_spool()
    spool.seal_open(5)
    with pytest.raises(OverloadedError):
        spool.append(Signal.LOGS, b"late", items=1)


def test_clients_are_slowed_above_the_soft_mark_and_refused_above_the_hard_one(open_spool):
    spool = open_spool(quota_bytes=10_000, soft_mark_ratio=0.5, hard_mark_ratio=0.9)
    store(spool, Signal.LOGS, bytes(4_000))
    with pytest.raises(ThrottledError) as slowed:
        spool.append(Signal.LOGS, b"1" * 2_000, items=1)
    with pytest.raises(OverloadedError) as refused:
        spool.append(Signal.LOGS, b"2" * 6_000, items=1)
    assert slowed.value.http_status == 429
    assert refused.value.http_status == 503
    assert 1 <= slowed.value.retry_after_s <= 30


def test_room_comes_back_when_a_segment_is_retired(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, bytes(4_000))
    spool.retire(spool.take(5))
    assert spool.room.used_bytes == 0


def test_a_spool_over_its_quota_starts_refuses_and_drains(open_spool):
    spool = open_spool()
    store(spool, Signal.LOGS, bytes(4_000))
    spool.stop(5)
    again = open_spool(quota_bytes=1_000)
    with pytest.raises(OverloadedError):
        again.append(Signal.LOGS, b"more", items=1)
    again.retire(again.take(5))
    store(again, Signal.LOGS, b"more")


@pytest.mark.parametrize("failing", ["fdatasync", "pwritev"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_failed_write_is_not_acknowledged_and_does_not_touch_its_neighbours(open_spool, monkeypatch, failing, number):
    spool = open_spool()
    store(spool, Signal.LOGS, b"before")
    real = getattr(os, failing)

    def refuse(*words):
        if failing == "fdatasync":
            real(*words)
        raise OSError(number, "injected")

    monkeypatch.setattr(os, failing, refuse)
    with pytest.raises(OverloadedError):
        spool.append(Signal.LOGS, b"refused", items=1).result(5)
    monkeypatch.undo()
    assert not spool.health()[0].ok
    store(spool, Signal.LOGS, b"after")
    assert spool.health()[0].ok
    spool.stop(5)
    # Refused means refused: not even a restart stores it, so that a resend cannot double it.
    assert payloads(open_spool()) == [(Signal.LOGS, b"after"), (Signal.LOGS, b"before")]


def test_a_refused_payload_can_be_sent_again(open_spool, monkeypatch):
    spool = open_spool()

    def refuse(_descriptor):
        raise OSError(errno.EIO, "injected")

    monkeypatch.setattr(os, "fdatasync", refuse)
    with pytest.raises(OverloadedError):
        spool.append(Signal.LOGS, b"again", items=1).result(5)
    monkeypatch.undo()
    assert spool.append(Signal.LOGS, b"again", items=1).result(5) is True


def test_a_short_write_is_completed(open_spool, monkeypatch):
    spool = open_spool()
    real = os.pwritev

    def write_some(descriptor, buffers, offset):
        return real(descriptor, [b"".join(buffers)[:20]], offset)

    monkeypatch.setattr(os, "pwritev", write_some)
    store(spool, Signal.LOGS, b"a" * 500, b"b" * 500)
    monkeypatch.undo()
    spool.seal_open(5)
    assert len(payloads(spool)) == 2


def test_a_dead_letter_is_listed_shown_and_driven_again(open_spool):
    spool = open_spool()
    spool.append(Signal.LOGS, b"poison", items=3).result(5)
    segment = spool.take(5)
    spool.quarantine(segment, next(segment.frames()), "undecodable")
    spool.retire(segment)
    letter = spool.dead_letters.list_letters()[0]
    assert (letter.signal, letter.reason, letter.items, letter.is_readable) == (Signal.LOGS, "undecodable", 3, True)
    assert spool.dead_letters.show(letter.id)[1] == b"poison"
    spool.redrive(letter.id)
    assert spool.dead_letters.names() == []
    assert next(spool.take(5).frames()).payload == b"poison"


def test_a_tampered_dead_letter_is_not_shown(open_spool, tmp_path):
    spool = open_spool()
    store(spool, Signal.LOGS, b"poison")
    segment = spool.take(5)
    spool.quarantine(segment, next(segment.frames()), "undecodable")
    path = next((tmp_path / "spool" / "dead").glob("*.dead"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(PermanentError, match="damaged"):
        spool.dead_letters.show(path.stem)


@pytest.mark.parametrize("name", ["../spool.key", "none", "/etc/passwd"])
def test_only_names_of_the_folder_are_dead_letters(open_spool, name):
    with pytest.raises(PermanentError, match="no such"):
        open_spool().dead_letters.show(name)


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path):
    path = tmp_path / "spool.key"
    first = load_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).key_id == first.key_id
    assert [entry.name for entry in tmp_path.iterdir()] == ["spool.key"]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path):
    path = tmp_path / "spool.key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod"):
        load_key(path)


@pytest.mark.parametrize("text", ["short", "AAAA", "not base64 at all !!"])
def test_a_wrong_key_is_refused(tmp_path: Path, text):
    with pytest.raises(ConfigError):
        load_key(tmp_path / "spool.key", text)
