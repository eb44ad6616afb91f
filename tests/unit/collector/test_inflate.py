"""Decompression within limits."""

import gzip
import random

import pytest
import zstandard

from collector.config import LimitsConfig
from collector.inflate import inflate
from collector.refusals import BadDataError, TooLargeError, UnsupportedMediaError

LIMITS = LimitsConfig()
PACK = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}
BODY = random.Random(7).randbytes(100_000) + bytes(100_000)
encodings = pytest.mark.parametrize("encoding", PACK)


@encodings
def test_a_body_inflates_to_what_it_was(encoding):
    assert inflate(PACK[encoding](BODY), encoding, LIMITS) == BODY


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_identity_is_passed_on_without_a_copy(encoding):
    assert inflate(BODY, encoding, LIMITS) is BODY


@encodings
def test_several_members_are_one_body(encoding):
    pack = PACK[encoding]
    assert inflate(pack(b"one ") + pack(b"two"), encoding, LIMITS) == b"one two"


@encodings
@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-5], lambda b: b + b"trailing garbage", lambda _: b"", lambda _: b"plain"]
)
def test_what_is_not_of_its_encoding_is_bad_data(encoding, spoil):
    with pytest.raises(BadDataError):
        inflate(spoil(PACK[encoding](BODY)), encoding, LIMITS)


@encodings
def test_a_ratio_bomb_is_refused(encoding):
    with pytest.raises(TooLargeError):
        inflate(PACK[encoding](bytes(2**26)), encoding, LIMITS)


@encodings
def test_a_bomb_of_many_members_is_refused(encoding):
    with pytest.raises(TooLargeError):
        inflate(PACK[encoding](bytes(2**20)) * 100, encoding, LIMITS)


@encodings
def test_a_body_beyond_the_size_limit_is_refused(encoding):
    small = LimitsConfig(max_request_bytes=len(BODY) - 1)
    with pytest.raises(TooLargeError):
        inflate(PACK[encoding](BODY), encoding, small)
    assert inflate(PACK[encoding](BODY), encoding, LimitsConfig(max_request_bytes=len(BODY))) == BODY


def test_a_zstd_window_beyond_8_mib_is_refused():
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compressobj(size=-1)
    with pytest.raises(BadDataError):
        inflate(packed.compress(BODY * 100) + packed.flush(), "zstd", LIMITS)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate"])
def test_other_encodings_are_not_spoken(encoding):
    with pytest.raises(UnsupportedMediaError):
        inflate(BODY, encoding, LIMITS)
