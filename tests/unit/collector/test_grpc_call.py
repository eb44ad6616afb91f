"""The message of a call, in whatever stretches it comes, and what is held on to meanwhile."""

from collections.abc import Iterator

import pytest

from collector.admission import Admission, Reservation
from collector.grpc_call import PREFIX_BYTES, Call
from collector.http2_headers import CallHead
from collector.message_memory import MessageMemory
from collector.refusals import BadDataError, TooLargeError

LIMIT = 2**20


def new_call(memory: MessageMemory | None = None) -> Call:
    return Call(1, CallHead(), 0, 0, Reservation(Admission(2**30)), memory or MessageMemory())


def framed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


def stretches(data: bytes, size: int) -> Iterator[memoryview]:
    return (memoryview(data[start : start + size]) for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 3, PREFIX_BYTES, 7, 1_000, 40_000, LIMIT])
@pytest.mark.parametrize("length", [0, 1, 4_000, 100_000])
def test_a_message_is_whole_however_it_comes(length: int, size: int):
    message = bytes(range(256)) * (length // 256) + bytes(length % 256)
    call = new_call()
    for chunk in stretches(framed(message), size):
        call.feed(chunk, LIMIT)
    assert call.whole_message() == message


def test_a_message_that_ends_early_is_refused():
    call = new_call()
    call.feed(memoryview(framed(b"whole")[:-1]), LIMIT)
    with pytest.raises(BadDataError):
        call.whole_message()


@pytest.mark.parametrize("size", [1, 100])
def test_more_than_one_message_is_refused(size: int):
    call = new_call()
    *first, last = stretches(framed(b"one") + b"\0", size)
    for chunk in first:
        call.feed(chunk, LIMIT)
    with pytest.raises(BadDataError):
        call.feed(last, LIMIT)


def test_a_message_that_says_it_is_too_large_is_refused_before_it_comes():
    with pytest.raises(TooLargeError):
        new_call().feed(memoryview(framed(bytes(11))[:PREFIX_BYTES]), 10)


def test_bytes_that_were_read_may_be_written_over_at_once():
    call = new_call()
    message = bytes(range(256)) * 1_000
    read = bytearray(40_000)
    for chunk in stretches(framed(message), len(read)):
        read[: len(chunk)] = chunk
        call.feed(memoryview(read)[: len(chunk)], LIMIT)
        read[:] = bytes(len(read))
    assert call.whole_message() == message


@pytest.mark.parametrize("next_length", [70_000, 100_000, 131_000])
def test_a_message_that_was_let_go_of_makes_room_for_the_next_whatever_its_size(next_length: int):
    memory = MessageMemory()
    first = new_call(memory)
    first.feed(memoryview(framed(b"1" * 100_000)), LIMIT)
    room = first.whole_message()
    first.release()
    second = new_call(memory)
    second.feed(memoryview(framed(b"2" * next_length)), LIMIT)
    assert second.whole_message() is room
    assert second.whole_message() == b"2" * next_length


def test_two_messages_never_share_room():
    memory = MessageMemory()
    calls = [new_call(memory) for _ in range(3)]
    for turn in range(2):
        for number, call in enumerate(calls):
            call.feed(memoryview(framed(bytes([turn, number]) * 50_000)), LIMIT)
        assert [bytes(call.whole_message()[:2]) for call in calls] == [bytes([turn, number]) for number in range(3)]
        for call in calls:
            call.release()
            call.release()
        calls = [new_call(memory) for _ in range(3)]


def test_what_is_kept_of_messages_is_limited():
    memory = MessageMemory()
    for message in [memory.take(2**20) for _ in range(40)]:
        memory.give(message)
    memory.give(memory.take(2**26))
    assert memory.kept_bytes <= 2**24
