import itertools
from dataclasses import replace

import pytest

from tests.integration.evidence import Event, Log, Span, moment, trace_id

DOORS = (
    Span("t1", "a", attributes={"correlation.id": "c1", "erp.po.number": "po-1", "business.flow": "order"}),
    Log("hello", at=1, attributes={"correlation_id": "c1"}),
    Event("e1", at=2, attributes={"po_number": " PO-1"}, milestone="approved"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_doors_in_any_order_are_one_transaction(line, order):
    for number, place in enumerate(order):
        line.deliver(DOORS[place], received=moment(number))
        line.tick(10 + number)
    row = line.one()
    assert [tuple(item.values()) for item in row["identifiers"]] == [
        ("correlation", "c1", "identity"),
        ("po_number", "PO-1", "identity"),
    ]
    assert row["observation_count"] == 3
    assert line.holders("po_number", "PO-1") == [row["transaction_id"]]
    assert line.holders("trace", trace_id("t1").hex()) == [row["transaction_id"]]


def test_ids_a_transaction_had_before_lead_to_it(line):
    line.deliver(Event("e1", attributes={"po_number": "7"}))
    line.tick(1)
    former = line.one()["transaction_id"]
    line.deliver(Event("e2", at=1, correlation="c7", attributes={"po_number": "7"}))
    line.tick(2)
    row = line.one()
    assert row["transaction_id"] != former
    assert row["known_ids"] == [former]
    assert line.holders("transaction", former) == [row["transaction_id"]]
    assert line.holders("po_number", "7") == [row["transaction_id"]]


def test_reference_identifiers_do_not_merge_but_are_found(line):
    line.deliver(
        Event("e1", correlation="c1", attributes={"supplier": "S"}),
        Event("e2", correlation="c2", attributes={"supplier": "S"}),
    )
    line.tick(1)
    assert len(line.rows()) == 2
    assert len(line.holders("supplier", "S")) == 2


@pytest.mark.parametrize("value", ["", "unknown", "NULL", "n/a", "000000", " None "])
def test_placeholders_do_not_merge(line, value):
    line.deliver(*(Event(f"e{n}", correlation=f"c{n}", attributes={"po_number": value}) for n in range(2)))
    line.tick(1)
    assert len(line.rows()) == 2


def test_a_value_reused_after_its_gap_is_another_transaction(line):
    line.deliver(*(Event(f"e{day}", at=day * 86_400, attributes={"po_number": "1"}) for day in (0, 0.5, 40, 40.5)))
    line.tick(50 * 86_400)
    assert [row["observation_count"] for row in line.rows()] == [2, 2]


def test_evidence_that_bridges_the_gap_makes_it_one_again(line):
    line.deliver(*(Event(f"e{day}", at=day * 86_400, attributes={"po_number": "1"}) for day in (0, 1.5)))
    line.tick(50 * 86_400)
    assert len(line.rows()) == 2
    line.deliver(Event("bridge", at=0.8 * 86_400, attributes={"po_number": "1"}), received=moment(51 * 86_400))
    line.tick(51 * 86_400)
    assert line.one()["observation_count"] == 3


def test_the_same_evidence_twice_counts_once(line):
    for _ in range(2):
        line.deliver(*DOORS, received=moment(3))
        line.tick(5)
    line.deliver(*DOORS, *DOORS, received=moment(4))
    line.tick(6)
    row = line.one()
    assert row["observation_count"] == 3
    assert row["revision"] == 1
    assert line.store.value("SELECT count() FROM transaction_observations") == 3


def test_copies_that_differ_the_latest_end_wins_with_the_identifiers_of_both(line):
    early = Span("t1", "a", lasts=1, attributes={"correlation.id": "c1"})
    late = Span("t1", "a", lasts=5, attributes={"po_number": "P"})
    line.deliver(late, early)
    line.tick(10)
    row = line.one()
    assert row["last_at"] == moment(5)
    assert {item["type"] for item in row["identifiers"]} == {"correlation", "po_number"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_single_link_joins_two_traces_from_either_side(line, order):
    spans = (Span("t2", "b", at=1, kind=5, links=(("t1", "a"),)), Span("t1", "a", kind=4))
    for number, place in enumerate(order):
        line.deliver(spans[place])
        line.tick(2 + number)
    assert line.one()["observation_count"] == 2


def test_links_to_several_traces_join_nothing(line):
    line.deliver(Span("t1", "a"), Span("t2", "a"), Span("t3", "b", kind=5, links=(("t1", "a"), ("t2", "a"))))
    line.tick(2)
    assert len(line.rows()) == 3


def test_a_message_id_joins_producer_and_consumer(line):
    message = {"messaging.message.id": "m-1"}
    line.deliver(Span("t1", "a", kind=4, attributes=message), Span("t2", "a", kind=5, attributes=message))
    line.tick(2)
    assert line.one()["observation_count"] == 2
    assert len(line.holders("message_id", "m-1")) == 1


def test_the_conversation_id_is_a_correlation_id(line):
    line.deliver(
        Span("t1", "a", attributes={"messaging.message.conversation_id": "c1"}),
        Event("e1", correlation="c1"),
    )
    line.tick(2)
    assert line.one()["observation_count"] == 2


def test_a_log_without_trace_or_identity_is_no_evidence(line):
    line.deliver(Log("noise", attributes={"supplier": "S"}), Log("noise", trace="t9"))
    line.tick(2)
    assert line.rows() == []


def test_explicit_identifiers_of_imports_are_taken(line):
    line.deliver(
        Event("e1", attributes={"wayline.identifier.permit": "p1"}),
        Event("e2", attributes={"wayline.identifier.permit.0": "p1", "wayline.identifier.permit.1": "p2"}),
        Event("e3", attributes={"wayline.identifier.colour": "red"}, correlation="c1"),
    )
    line.tick(2)
    assert sorted(row["observation_count"] for row in line.rows()) == [1, 2]
    assert len(line.holders("colour", "red")) == 1


def test_copies_that_differ_in_links_alone_both_count_whatever_is_merged_away(line):
    plain = Span("t", "s", attributes={"po_number": "1"})
    line.deliver(Span("u", "s", attributes={"correlation.id": "u"}), replace(plain, links=(("u", "s"),)))
    line.tick(10)
    line.deliver(plain)
    line.tick(20)
    line.store.execute("OPTIMIZE TABLE observations FINAL")
    line.deliver(Span("t", "next", attributes={"po_number": "1"}))
    line.tick(30)
    assert line.one()["observation_count"] == 3


def test_copies_that_differ_in_their_parent_alone_give_one_parent_whatever_came_first(line):
    copies = [Event("e", correlation="c", parent=("po_number", name)) for name in ("P1", "P2")]

    def parents(order):
        line.reset()
        for number, copy in enumerate(order):
            line.deliver(copy)
            line.tick(100 + number)
        return [row["parent_id"] for row in line.rows("observation_count > 0")]

    assert parents(copies) == parents(copies[::-1])


def test_values_of_a_list_are_read_as_single_ones_are(line):
    listed = '["\\u00c41", "B\\"x", 12]'
    line.deliver(Event("e", correlation="c", attributes={"po_number": listed}))
    line.tick(10)
    assert sorted(one["value"] for one in line.one()["identifiers"]) == ["12", 'B"X', "c", "Ä1"]


def test_a_value_that_is_an_identity_to_one_part_and_a_reference_to_another_is_told_once(line):
    both = {"correlation.id": "b", "x-correlation-id": "c"}
    line.deliver(
        Span("t", "root"),
        Span("t", "a", parent="root", attributes={"correlation.id": "a", "po_number": "P"}),
        Span("t", "b", parent="root", attributes={"correlation.id": "b", "po_number": "P"}),
        Span("t", "several", parent="a", attributes=both),
    )
    line.tick(100)
    found = {one["value"]: one["role"] for one in line.one("has(identifiers.value, 'P')")["identifiers"]}
    assert found == {"a": "identity", "b": "identity", "c": "reference", "P": "identity"}
    assert len(line.one("has(identifiers.value, 'P')")["identifiers"]) == len(found)
