"""Reports as known at a moment say the same after evidence that came later has made other transactions of it."""

from hypothesis import given

from analytics.sla.verdicts import sla_rows
from tests.integration.correlate.test_correlate_order import PROFILE, late_deliveries
from tests.integration.evidence import Event, moment


def levels(line, until, knowledge="known", flow="order"):
    rows = sla_rows(line.store, moment(0), moment(until), knowledge, moment(10_000))
    return [row for row in rows if row["flow"] == flow]


def reports(line, at):
    """What a report over all that began before *at* said at that moment."""
    rows = sla_rows(line.store, moment(-60), moment(at), "known", moment(2_000_000))
    return [row for row in rows if row["flow"]]


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


def counted(rows):
    return {row["flow"]: row["good"] + row["bad"] + row["unknown"] + row["open"] for row in rows}


def step(name, at, correlation, flow, **given):
    return Event(name, at, correlation=correlation, flow=flow, milestone=name.partition("-")[0], **given)


def test_what_came_to_light_later_does_not_stand_in_the_report_of_before(line):
    line.deliver(step("approved-1", 1, "c1", "order"))
    line.tick(50)
    before = reports(line, 60)
    assert before[0]["open"] == 1
    line.deliver(step("approved-2", 2, "c2", "order"), received=moment(90))
    line.tick(100)
    assert reports(line, 60) == before
    assert reports(line, 200)[0]["open"] == 2


def test_what_is_of_no_flow_is_known_from_when_it_was_first_seen(line):
    def unclassified(at):
        return counted(sla_rows(line.store, moment(0), moment(at), "known", moment(10_000)))

    line.deliver(Event("e1", 1, correlation="c1"))
    line.tick(50)
    assert [unclassified(40), unclassified(60)] == [{}, {"": 1}]
    line.deliver(Event("e2", 70, correlation="c1"))
    line.tick(100)
    assert [unclassified(40), unclassified(60)] == [{}, {"": 1}]


def test_an_end_that_came_to_light_later_is_none_before_though_no_deadline_was_met(line):
    line.deliver(step("noticed", 1, "c1", "memo"))
    line.tick(50)
    before = reports(line, 60)
    assert (before[0]["open"], before[0]["good"]) == (1, 0)
    line.deliver(step("filed", 20, "c1", "memo"), received=moment(90))
    line.tick(100)
    assert reports(line, 60) == before
    assert reports(line, 200)[0]["good"] == 1
    assert levels(line, 200, "corrected", "memo")[0]["good"] == 1
    verdicts = line.store.rows("SELECT rule, verdict FROM verdicts")
    assert verdicts == [{"rule": "status", "verdict": "completed"}]


def test_one_that_turned_out_to_be_of_another_flow_or_to_have_begun_before_stands_as_it_did(line):
    line.deliver(step("noticed", 600, "c1", "memo"), step("approved", 700, "c2", "order"))
    line.tick(800)
    before = reports(line, 800)
    assert counted(before) == {"memo": 1, "order": 1}
    line.deliver(
        step("approved-1", 590, "c1", "order"), step("sent-2", 30, "c2", "order", system="mw"), received=moment(900)
    )
    line.tick(1_000)
    assert reports(line, 800) == before
    assert counted(reports(line, 1_100)) == {"order": 2}


def test_a_breach_ran_on_for_as_long_as_no_end_was_known(line):
    line.deliver(step("approved", 0, "c1", "order"))
    line.tick(4_000)
    before = reports(line, 4_100)
    assert (before[0]["breaches"], before[0]["breach_ms"]) == (1, 500_000)
    line.deliver(step("paid", 3_700, "c1", "order"), received=moment(4_200))
    line.tick(4_300)
    assert reports(line, 4_100) == before
    assert reports(line, 5_000)[0]["breach_ms"] == 100_000


@PROFILE
@given(late_deliveries())
def test_a_report_as_known_then_stays_the_same_whatever_comes_later(line, case):
    items, arrivals = case
    assert items is not None
    line.reset()
    drawn = {}
    for at, part in arrivals.items():
        line.deliver(*part, received=moment(at))
        line.tick(at)
        drawn[at] = reports(line, at)
    for at, report in drawn.items():
        assert reports(line, at) == report, f"as known at {at}"
