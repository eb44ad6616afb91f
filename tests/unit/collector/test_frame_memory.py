"""Memory that is kept from one statement to the next must never show what was there before."""

import os
from pathlib import Path

import pytest

from collector.frame_memory import READ_BYTES, FrameMemory
from collector.segment import Entry, OpenSegment, Segment
from collector.signals import Signal

BODIES = (b"first frame " * 3, b"second " * 2, b"third frame " * 9)
ROOM_BYTES = sum(map(len, BODIES))


@pytest.fixture
def seal(tmp_path: Path, key):
    """Make a sealed segment of the given bodies; damaged frames are kept in `damaged`."""
    numbers = iter(range(1, 100))

    def made(*bodies: bytes) -> Segment:
        number = next(numbers)
        segment = OpenSegment(tmp_path, key, Signal.LOGS, segment_id=number, sequence=number, opened_s=0)
        segment.append([Entry(body, 1, 5, bytes(16)) for body in bodies])
        return segment.seal(lambda _segment, place, _data: made.damaged.append(place.index))

    made.damaged = []
    return made


def test_payloads_lie_in_the_memory_as_long_as_there_is_room(seal):
    memory = FrameMemory(ROOM_BYTES - 1)
    payloads = [frame.payload for frame in seal(*BODIES).frames(memory)]
    assert [bytes(payload) for payload in payloads] == list(BODIES)
    assert [isinstance(payload, memoryview) for payload in payloads] == [True, True, False]


def test_a_frame_larger_than_the_buffer_is_read_all_the_same(seal):
    body = b"x" * (READ_BYTES + 1)
    memory = FrameMemory(2 * len(body))
    assert [frame.payload for frame in seal(body, b"small").frames(memory)] == [body, b"small"]


def test_a_damaged_frame_and_a_cut_one_are_set_aside_and_their_neighbours_read(seal):
    segment = seal(*BODIES)
    data = bytearray(segment.path.read_bytes())
    second = data.index(b"WYF1", data.index(b"WYF1") + 1)
    data[second + 70] ^= 1
    segment.path.write_bytes(data[:-5])
    assert [bytes(frame.payload) for frame in segment.frames(FrameMemory(ROOM_BYTES))] == [BODIES[0]]
    assert seal.damaged == [1, 2]


def test_a_file_that_lost_whole_frames_shows_none_of_what_was_read_before(seal):
    memory = FrameMemory(2 * ROOM_BYTES)
    assert len(list(seal(*BODIES).frames(memory))) == len(BODIES)
    short = seal(*BODIES)
    os.truncate(short.path, short.path.stat().st_size - len(BODIES[2]) - 100)
    assert [bytes(frame.payload) for frame in short.frames(memory)] == list(BODIES[:1])


def test_a_reset_hands_out_the_same_room_again_and_a_clear_wipes_it():
    memory = FrameMemory(100)
    first = memory.take(60)
    assert first is not None
    first[:] = b"s" * 60
    assert memory.take(60) is None
    memory.reset()
    assert memory.take(60) == b"s" * 60
    memory.clear()
    assert memory.take(100) == bytes(100)
