"""Versions of rows picked by the reader, as the engine's FINAL picks them."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.read.points import latest

KEYS = st.sampled_from("abc")
ROWS = st.lists(st.tuples(KEYS, KEYS, st.booleans()), max_size=12)


def row(unit: str, transaction: str, version: int, deleted: bool) -> dict:
    return {"unit": unit, "transaction": transaction, "version": version, "deleted": deleted}


@given(ROWS, st.randoms())
def test_the_latest_version_of_each_key_counts_whatever_order_they_come_in(written, random):
    rows = [row(unit, transaction, version, deleted) for version, (unit, transaction, deleted) in enumerate(written)]
    last = {(one["unit"], one["transaction"]): one for one in rows}
    random.shuffle(rows)
    found = latest(rows, "unit", "transaction")
    assert {(one["unit"], one["transaction"]): one for one in found} == {
        key: one for key, one in last.items() if not one["deleted"]
    }
    assert len(found) == len({(one["unit"], one["transaction"]) for one in found})


def test_of_equal_versions_the_one_read_last_counts():
    rows = [row("a", "t", 1, deleted=True), row("a", "t", 1, deleted=False)]
    assert latest(rows, "unit", "transaction") == rows[1:]
    assert latest(reversed(rows), "unit", "transaction") == []
