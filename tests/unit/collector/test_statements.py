"""What every statement that stores must have."""

import re

import pytest

from collector.decode.statements import decodes_of
from collector.flush_config import FlushConfig
from collector.signals import Signal

FEWEST_BYTES_OF_A_ROW = 2  # tag and length of an empty message
MOST_ROWS = FlushConfig().chunk_bytes // FEWEST_BYTES_OF_A_ROW
MOST_BYTES_OF_A_ROW = 2**20


@pytest.mark.parametrize("signal", list(Signal))
def test_a_chunk_is_one_block_whatever_is_in_it(signal: Signal):
    """Else a value refused late would leave the rows of a block before it, and the next reading double them."""
    for decode in decodes_of(signal, "flat"):
        limits = dict(re.findall(r"min_insert_block_size_(rows|bytes) = (\d+)", decode.insert_sql))
        assert int(limits["rows"]) > MOST_ROWS
        assert int(limits["bytes"]) > MOST_ROWS * MOST_BYTES_OF_A_ROW
