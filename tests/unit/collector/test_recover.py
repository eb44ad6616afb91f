"""Start-up over damaged files: every byte cut, every byte flipped."""

import time
import zlib
from pathlib import Path

import pytest

from collector.frames import FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, pack_frame
from collector.keys import SpoolKey
from collector.recover import Recovered, recover_segments
from collector.segment import Entry, OpenSegment
from collector.signals import Signal

BODIES = (b"first frame " * 3, b"second frame " * 3, b"third frame " * 3)


@pytest.fixture
def image(tmp_path: Path, key: SpoolKey) -> bytes:
    """The bytes of a segment file with three frames."""
    folder = tmp_path / "made"
    folder.mkdir()
    segment = OpenSegment(folder, key, Signal.LOGS, segment_id=time.time_ns(), sequence=1, opened_s=0)
    segment.append([Entry(body, 1, 5, bytes(16)) for body in BODIES])
    return segment.seal(lambda *_: None).path.read_bytes()


@pytest.fixture
def recover(tmp_path: Path, key: SpoolKey):
    """Recover a folder that holds the given files; return payloads, damaged stretches and what was found."""

    def run(**files: bytes):
        folder = tmp_path / "spool"
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.seg"):
            old.unlink()
        for name, data in files.items():
            (folder / f"{name}.seg").write_bytes(data)
        stretches = []
        found = Recovered()
        recover_segments(
            folder,
            folder / "quarantine",
            key,
            known_ids=set(),
            on_corrupt=lambda *_: None,
            on_stretch=lambda _header, _number, data: stretches.append(data),
            found=found,
        )
        return [frame.payload for segment in found.segments for frame in segment.frames()], stretches, found

    return run


def frame_ends() -> list[int]:
    ends = [SEGMENT_HEADER_BYTES]
    for body in BODIES:
        ends.append(ends[-1] + FRAME_HEADER_BYTES + len(body) + 16)
    return ends


def test_a_tail_torn_at_any_byte_is_cut_and_what_is_whole_stays(image, recover):
    ends = frame_ends()
    assert ends[-1] == len(image)
    for size in range(len(image) + 1):
        payloads, stretches, _ = recover(logs=image[:size])
        whole = sum(end <= size for end in ends[1:])
        assert payloads == list(BODIES[:whole]), size
        assert stretches == [], size


def test_a_flipped_bit_anywhere_costs_its_own_frame_only_and_never_silently(image, recover):
    ends = frame_ends()
    for place in range(SEGMENT_HEADER_BYTES, len(image)):
        data = bytearray(image)
        data[place] ^= 1 << (place % 8)
        payloads, stretches, found = recover(logs=bytes(data))
        hit = next(number for number, end in enumerate(ends[1:]) if place < end)
        assert payloads == [body for number, body in enumerate(BODIES) if number != hit], place
        assert len(stretches) == 1, place
        assert found.corrupt_stretches == 1, place


def test_a_flipped_bit_in_the_segment_header_sets_the_file_aside(image, recover):
    for place in range(SEGMENT_HEADER_BYTES):
        data = bytearray(image)
        data[place] ^= 1
        payloads, _, found = recover(logs=bytes(data))
        assert payloads == [], place
        assert len(found.quarantined_files) == 1, place
        assert found.quarantined_files[0].read_bytes() == data, place


def test_a_tail_of_zeros_is_cut(image, recover):
    payloads, stretches, _ = recover(logs=image + bytes(4_096))
    assert payloads == list(BODIES)
    assert stretches == []


def test_a_length_of_4_gib_is_a_torn_tail(image, recover, key):
    """A header that is intact and promises more than there is: nothing is reserved for it."""
    header, body = pack_frame(key.cipher(b"x", b"y"), b"z", index=3, items=1, received_ns=5, digest=bytes(16))
    lying = header[:12] + (2**32 - 1).to_bytes(4, "little") + header[16:-4]
    payloads, stretches, found = recover(logs=image + lying + zlib.crc32(lying).to_bytes(4, "little") + body)
    assert payloads == list(BODIES)
    assert stretches == []
    assert found.torn_bytes == len(header) + len(body)


def test_the_same_file_twice_is_read_once(image, recover):
    payloads, _, found = recover(logs=image, copy=image)
    assert payloads == list(BODIES)
    assert len(found.quarantined_files) == 1


@pytest.mark.parametrize("name", ["copy", "zzz"])
def test_a_copy_beside_a_rightly_named_file_goes_aside_and_the_file_stays_readable(image, recover, name):
    _, _, found = recover(logs=image)
    right_name = found.segments[0].path.stem
    payloads, _, found = recover(**{right_name: image, name: image})
    assert payloads == list(BODIES)
    assert [path.name for path in found.quarantined_files] == [f"{name}.seg"]


def test_a_renamed_file_is_read_under_its_own_id(image, recover):
    payloads, _, found = recover(whatever=image)
    assert payloads == list(BODIES)
    assert found.segments[0].path.name == f"logs-{found.segments[0].id:020d}.seg"


def test_a_file_of_another_key_is_set_aside(image, recover, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = OpenSegment(folder, SpoolKey(b"k" * 32), Signal.LOGS, segment_id=1, sequence=1, opened_s=0)
    other.append([Entry(b"x", 1, 5, bytes(16))])
    payloads, _, found = recover(logs=image, other=other.path.read_bytes())
    assert payloads == list(BODIES)
    assert len(found.quarantined_files) == 1


def test_garbage_between_files_does_not_stop_the_start(image, recover):
    payloads, _, found = recover(logs=image, empty=b"", garbage=b"\xff" * 10_000)
    assert payloads == list(BODIES)
    assert len(found.quarantined_files) == 1


def test_a_frame_damaged_after_the_start_is_passed_over_and_reported(open_spool, tmp_path):
    spool = open_spool(seal_after_s=0.2)
    for stored in [spool.append(Signal.LOGS, body, items=2) for body in BODIES]:
        stored.result(5)
    segment = spool.take(5)
    assert not segment.is_damaged
    data = bytearray(segment.path.read_bytes())
    data[frame_ends()[1] + FRAME_HEADER_BYTES + 3] ^= 4
    segment.path.write_bytes(data)
    assert [frame.payload for frame in segment.frames()] == [BODIES[0], BODIES[2]]
    assert segment.items == 4
    assert segment.is_damaged
    letter = spool.dead_letters.list_letters()[0]
    assert (letter.reason, letter.is_readable) == ("corrupt", False)
    # Its sender may send it again.
    assert spool.append(Signal.LOGS, BODIES[1], items=2).result(5) is True
    spool.retire(segment)
