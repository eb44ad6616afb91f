"""What joins across queues, and values in every spelling: stored and typed."""

import pytest

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from analytics.read import Reader
from analytics.read.filters import TransactionFilter
from core.clock import FakeClock
from runbooks import CatalogProvider
from tests.integration.evidence import START, Event, Log, Span, moment

SPELLINGS = """
kind: Identifier
name: order_no
attributes: [order.no]
normalize: [trim, upper, {regex: "[^A-Z0-9]", replace: ""}, strip_zeros]
---
kind: Identifier
name: ticket
role: reference
attributes: [ticket]
normalize: [trim, lower]
"""


@pytest.fixture
def provider(tmp_path):
    (tmp_path / "estate.yaml").write_text(SPELLINGS, encoding="utf-8")
    return CatalogProvider([tmp_path], FakeClock(START))


def test_baggage_joins_like_the_attribute_it_carries(line):
    line.deliver(
        Span("t1", "a", attributes={"baggage.correlation.id": "c1"}),
        Log("late", at=1, attributes={"baggage.po_number": "po-9"}),
        Event("e1", at=2, correlation="c1", attributes={"po_number": "PO-9"}),
    )
    line.tick(5)
    assert line.one()["observation_count"] == 3


@pytest.mark.parametrize("traces", [("t2", "t2"), ("t2", "t3")])
def test_two_deliveries_of_one_message_are_one_step_with_two_attempts(line, traces):
    message = {"messaging.message.id": "m-1"}
    taken = message | {"business.flow": "order", "business.milestone": "approved"}
    line.deliver(
        Span("t1", "send", kind=4, attributes=message | {"correlation.id": "c1"}),
        *(Span(trace, f"take{n}", 1 + n, kind=5, attributes=taken, service="mw") for n, trace in enumerate(traces)),
    )
    line.tick(5)
    row = line.one()
    assert [(m["name"], m["status"], m["attempts"]) for m in row["milestones"] if m["status"] == "done"] == [
        ("approved", "done", 2)
    ]
    assert row["milestones"][0]["at"] == moment(1.01)


def test_a_job_whose_every_run_links_to_the_one_before_is_one_transaction_and_stops_nobody(line):
    runs = [Span(f"run{n}", "a", n, links=((f"run{n - 1}", "a"),) if n else ()) for n in range(1_200)]
    line.deliver(*runs[:-1])
    line.tick(1_300)
    line.deliver(runs[-1], Event("other", at=1_250, correlation="c-other"))
    line.tick(1_301)
    assert sorted(row["observation_count"] for row in line.rows()) == [1, 1_200]


def test_a_link_from_the_producer_to_its_consumer_joins_them_too(line):
    line.deliver(Span("t1", "a", kind=4, links=(("t2", "b"),)), Span("t2", "b", at=1, kind=5))
    line.tick(2)
    assert line.one()["observation_count"] == 2


def test_every_spelling_is_one_value_and_is_found_as_it_is_typed(line, provider):
    spellings = (" 00ab-12 ", "AB12", "ab.12", "0AB 12")
    line.deliver(*(Event(f"e{n}", n, attributes={"order.no": text}) for n, text in enumerate(spellings)))
    line.deliver(Event("t", 9, attributes={"order.no": "ab12", "ticket": " INC-7 "}))
    Tick(line.store, CorrelateConfig()).run(provider.current(), moment(20))
    row = line.one()
    assert [(i["type"], i["value"]) for i in row["identifiers"]] == [("order_no", "AB12"), ("ticket", "inc-7")]
    reader = Reader(line.store, provider, FakeClock(moment(30)))
    for typed in (*spellings, "inc-7", "INC-7"):
        found = reader.transaction(typed)
        assert (found.kind, found.body["transaction_id"]) == ("one", row["transaction_id"]), typed
    for typed in ("AB1", "inc-", " 00ab-12 "):
        page = reader.transactions(TransactionFilter(q=typed))
        assert [item["transaction_id"] for item in page["items"]] == [row["transaction_id"]], typed
