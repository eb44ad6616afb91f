"""The message of a call, in whatever stretches it comes, and what is held on to meanwhile."""

from collections.abc import Iterator

import pytest

from collector.admission import Admission, Reservation
from collector.grpc_call import PREFIX_BYTES, Call
from collector.http2_headers import CallHead
from collector.refusals import BadDataError, TooLargeError

LIMIT = 2**20


def new_call() -> Call:
    return Call(1, CallHead(), 0, 0, Reservation(Admission(2**30)))


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
    assert call.take_message() == message


def test_a_message_that_ends_early_is_refused():
    call = new_call()
    call.feed(memoryview(framed(b"whole")[:-1]), LIMIT)
    with pytest.raises(BadDataError):
        call.take_message()


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


def test_a_small_stretch_does_not_hold_on_to_all_that_was_read_with_it():
    call = new_call()
    read = framed(bytes(100_000))[: PREFIX_BYTES + 40_000] + bytes(400_000)
    call.feed(memoryview(read)[: PREFIX_BYTES + 40_000], LIMIT)
    assert all(not isinstance(part, memoryview) for part in call._parts)


def test_tiny_stretches_are_kept_together():
    call = new_call()
    for chunk in stretches(framed(bytes(5_000)), 1):
        call.feed(chunk, LIMIT)
    assert len(call._parts) == 1
