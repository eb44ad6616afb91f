"""Limits whose clock stands still, of many transactions at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.pauses import NEVER_US, Passes, held, holds_of

COUNT = 3


def passes(moments):
    """Those of each transaction, in order."""
    pairs = sorted({(owner, at) for owner, at in moments})
    return Passes(np.array([at for _, at in pairs], np.int64), np.array([owner for owner, _ in pairs], np.int64))


def one_by_one(start, length, spans):
    """The limit of one transaction, the time of each of its pauses added in order."""
    until = start
    for begin, end in sorted(spans):
        begin = max(begin, until)  # noqa: PLW2901  # what stood still already is not counted twice
        if end > until and begin < start + length:
            if end == NEVER_US:
                return NEVER_US
            length, until = length + end - begin, end
    return length


MOMENTS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(1, 30)), max_size=12)


@given(
    st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=2),
    st.lists(st.integers(0, 30), min_size=COUNT, max_size=COUNT),
    st.integers(0, 20),
)
def test_the_limits_of_many_are_held_as_that_of_each(kinds, starts, length):
    holds = holds_of([(passes(begins), passes(ends)) for begins, ends in kinds], COUNT)
    found = held(np.array(starts), length, holds, lambda moments_us: moments_us)
    for owner, start in enumerate(starts):
        spans = [
            (begin, min((end for of, end in ends if of == owner and end > begin), default=NEVER_US))
            for begins, ends in kinds
            for begin in {at for of, at in begins if of == owner}
        ]
        assert found[owner] == one_by_one(start, length, spans)


def test_only_the_time_of_its_own_clock_is_added():
    holds = holds_of([(passes([(0, 10)]), passes([(0, 40)]))], 1)
    found = held(np.array([0]), 20, holds, lambda moments_us: moments_us // 2)
    assert found.tolist() == [20 + 40 // 2 - 10 // 2]


def test_a_transaction_without_pauses_has_the_limit_as_it_is():
    assert held(np.array([5, 6]), 7, holds_of([(passes([]), passes([]))], 2), lambda moments: moments).tolist() == [
        7,
        7,
    ]
