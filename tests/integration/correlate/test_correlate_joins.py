"""Which values hold a transaction together is told with it, from its own row."""

import pytest

from analytics.read import Reader
from core.clock import FakeClock
from runbooks import CatalogProvider
from tests.integration.correlate.conftest import CATALOG
from tests.integration.evidence import Event, Span, moment


@pytest.fixture
def reader(line, tmp_path) -> Reader:
    (tmp_path / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    clock = FakeClock(moment(100))
    return Reader(line.store, CatalogProvider([tmp_path], clock), clock)


def edges(reader: Reader, value: str) -> list[tuple[str, str, int, int]]:
    shown = reader.transaction(value).body["edges"]
    return [(edge["type"], edge["value"], edge["units"], edge["observations"]) for edge in shown]


def test_what_joins_a_transaction_is_told_in_order_of_type_and_value(line, reader):
    line.deliver(
        Span("t1", "a", attributes={"po_number": "P2", "correlation.id": "c1"}),
        Span("t2", "b", at=1, attributes={"po_number": "P1", "correlation.id": "c1"}),
        Event("e1", 2, correlation="c1", attributes={"po_number": "P1"}),
        Event("alone", 3, correlation="c9"),
    )
    line.tick(5)
    assert edges(reader, "c1") == [("correlation", "c1", 3, 3), ("po_number", "P1", 2, 2)]
    assert edges(reader, "c9") == []
    assert line.store.value("SELECT count() FROM edges") == 0


def test_a_join_that_no_longer_holds_is_not_told(line, reader):
    held = ({"permit": "PLACE", "correlation.id": "c0"}, {"permit": "PLACE", "correlation.id": "c0"})
    line.deliver(*(Span(f"t{n}", "s", n, attributes=carried) for n, carried in enumerate(held)))
    line.tick(5)
    assert ("permit", "PLACE", 2, 2) in edges(reader, "c0")
    others = (Span(f"q{n}", "s", 10 + n, attributes={"permit": "PLACE", "correlation.id": f"q{n}"}) for n in range(7))
    line.deliver(*others)
    line.tick(30)
    assert edges(reader, "c0") == [("correlation", "c0", 2, 2)], "the permit joins too many and is quarantined"


def test_what_was_stored_before_joins_stood_in_the_row_is_told_from_their_own_table(line, reader):
    line.deliver(*(Span(f"t{n}", "s", n, attributes={"correlation.id": "c1"}) for n in range(2)))
    line.tick(5)
    (row,) = line.rows()
    line.store.insert(
        "edges",
        ["transaction_id", "type", "value", "units", "observations", "version"],
        [[row["transaction_id"], "correlation", "c1", 2, 2, 1]],
    )
    line.store.execute("ALTER TABLE transactions UPDATE joins = [] WHERE 1", None, {"mutations_sync": 2})
    assert edges(reader, "c1") == [("correlation", "c1", 2, 2)]
