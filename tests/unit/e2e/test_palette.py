import struct
import zlib

import numpy as np
import pytest

from tests.e2e.palette import _chunk, _unfilter, decode, with_palette


def picture(pixels, kind=0):
    """A PNG of RGB pixels whose rows are all filtered by *kind* (0 none, 1 sub, 2 up)."""
    height, width, _ = pixels.shape
    flat = pixels.reshape(height, -1)
    if kind == 1:
        flat = np.diff(pixels.astype(int), axis=1, prepend=0).reshape(height, -1) % 256
    if kind == 2:
        flat = np.diff(pixels.astype(int).reshape(height, -1), axis=0, prepend=0) % 256
    rows = b"".join(bytes([kind]) + row.astype(np.uint8).tobytes() for row in flat)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_filtered_rows_are_read_back(kind):
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    assert (decode(picture(pixels, kind)) == pixels).all()


@pytest.mark.parametrize("kind", [3, 4])
def test_predicting_filters_start_from_nothing(kind):
    row = np.array([10, 20, 30, 1, 1, 1], dtype=np.uint8)
    nothing = np.zeros(6, dtype=np.uint8)
    expected = [10, 20, 30, 6, 11, 16] if kind == 3 else [10, 20, 30, 11, 21, 31]
    assert _unfilter(kind, row, nothing, 3).tolist() == expected


def test_a_picture_of_few_colours_keeps_each_of_them():
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[1:3, 1:3] = (11, 110, 143)
    small = with_palette(picture(pixels))
    assert small[25] == 3
    palette = small[small.index(b"PLTE") + 4 :][:6]
    assert palette == bytes([0, 0, 0, 11, 110, 143])
