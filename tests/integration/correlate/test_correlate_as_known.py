"""Reports as known at a moment say the same after evidence that came later has made other transactions of it."""

from analytics.sla.verdicts import sla_rows
from tests.integration.evidence import Event, moment


def levels(line, until, knowledge="known"):
    rows = sla_rows(line.store, moment(0), moment(until), knowledge, moment(10_000))
    return [row for row in rows if row["flow"] == "order"]


def test_a_transaction_that_became_part_of_another_stands_in_the_report_of_before(line):
    line.deliver(Event("r", 1, milestone="rejected", flow="order", attributes={"po_number": "P1"}))
    line.tick(50)
    before = levels(line, 60)
    assert (before[0]["failed"], before[0]["open"]) == (1, 0)
    line.deliver(Event("s", 2, milestone="approved", flow="order", correlation="c1", attributes={"po_number": "P1"}))
    line.tick(100)
    assert levels(line, 60) == before
    assert levels(line, 200)[0]["failed"] == 1
    assert levels(line, 200, "corrected")[0]["failed"] == 1


def test_a_transaction_that_was_taken_apart_stands_in_the_report_of_before(line):
    shared = {"po_number": "SHARED"}
    line.deliver(
        *(Event(f"a{n}", n, milestone="paid", flow="order", correlation=f"c{n}", attributes=shared) for n in range(4))
    )
    line.tick(50)
    before = levels(line, 60)
    assert before[0]["good"] == 1
    line.deliver(
        *(
            Event(f"b{n}", 60 + n, milestone="paid", flow="order", correlation=f"d{n}", attributes=shared)
            for n in range(4)
        )
    )
    line.tick(100)
    assert levels(line, 200)[0]["good"] == 8
    assert levels(line, 60) == before
