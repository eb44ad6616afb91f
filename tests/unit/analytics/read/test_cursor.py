from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.read.cursor import Position, decode_cursor, encode_cursor, fingerprint
from analytics.read.errors import InvalidQueryError
from analytics.read.filters import TransactionFilter

WANTED = TransactionFilter(flow=("procure_to_pay",))


@given(st.integers(-(2**63), 2**63 - 1), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_cursor_comes_back_as_the_position_it_was(key, transaction_id):
    position = Position(key, transaction_id)
    assert decode_cursor(encode_cursor(position, WANTED), WANTED) == position


@given(st.text(max_size=60))
def test_whatever_is_no_cursor_is_refused_by_name(text):
    with pytest.raises(InvalidQueryError) as refused:
        decode_cursor(text, WANTED)
    assert refused.value.parameter == "cursor"


def test_a_cursor_of_another_list_is_refused():
    cursor = encode_cursor(Position(1, "a"), WANTED)
    for other in (replace(WANTED, flow=()), replace(WANTED, sort="started_at"), replace(WANTED, q="45")):
        with pytest.raises(InvalidQueryError, match="other filters"):
            decode_cursor(cursor, other)


def test_the_page_size_may_change_between_pages():
    assert fingerprint(WANTED) == fingerprint(replace(WANTED, limit=7, cursor="x"))
