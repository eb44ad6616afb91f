import pytest

from tests.integration.evidence import START, Event, Span, moment

FLOW = {"business.flow": "order", "correlation.id": "c1"}


def step(name, at, *, error=False, trace="t1", service="mw-a", outcome=""):
    attributes = FLOW | {"business.milestone": name} | ({"business.outcome": outcome} if outcome else {})
    return Span(trace, f"{name}{at}", at, attributes=attributes, error=error, service=service)


def test_open_and_nothing_overdue_is_in_progress(line, states):
    line.deliver(step("approved", 0))
    line.tick(60)
    row = line.one()
    assert (row["flow"], row["tier"], row["status"]) == ("order", 1, "in_progress")
    assert states(row) == {
        "approved": "done",
        "sent": "pending",
        "confirmed": "pending",
        "noted": "pending",
        "paid": "pending",
        "rejected": "skipped",
    }
    assert (row["current_milestone"], row["next_milestone"]) == ("approved", "sent")
    assert row["next_due_at"] == moment(300.01)


def test_terminal_milestone_completes_and_names_what_was_missed(line, states):
    line.deliver(step("approved", 0), step("sent", 1), step("paid", 2))
    line.tick(10)
    row = line.one()
    assert row["status"] == "completed"
    assert row["ended_at"] == moment(2.01)
    assert states(row)["confirmed"] == "missing"
    assert states(row)["noted"] == "skipped"


def test_completion_after_the_deadline_is_late(line):
    line.deliver(step("approved", 0), step("paid", 3700))
    line.tick(3800)
    row = line.one()
    assert row["status"] == "completed_late"
    assert row["breached"] == 1
    assert row["breached_at"] == moment(3600)
    assert row["late_by_ms"] == 100_010.0


def test_error_repaired_by_a_later_success_is_a_retry(line, states):
    line.deliver(step("approved", 0), step("sent", 1, error=True), step("sent", 5))
    line.tick(60)
    row = line.one()
    assert row["status"] == "in_progress"
    assert states(row)["sent"] == "done"
    assert row["milestones"][1]["attempts"] == 2


def test_error_waits_for_settle_and_then_fails(line, states):
    line.deliver(step("approved", 0), step("sent", 1, error=True))
    line.tick(20)
    assert line.one()["status"] == "in_progress"
    line.tick(40)
    row = line.one()
    assert row["status"] == "failed"
    assert row["ended_at"] is None
    assert row["failed_milestone"] == "sent"
    assert states(row)["sent"] == "failed"
    assert states(row)["paid"] == "pending"


def test_an_attempt_that_will_be_retried_is_no_failure(line):
    line.deliver(step("approved", 0), step("sent", 1, outcome="retry"))
    line.tick(120)
    assert line.one()["status"] == "in_progress"


def test_failing_milestone_ends_the_transaction(line, states):
    line.deliver(step("approved", 0), step("rejected", 9))
    line.tick(10)
    row = line.one()
    assert row["status"] == "failed"
    assert row["ended_at"] == moment(9.01)
    assert states(row)["paid"] == "missing"


def test_stuck_by_the_passing_of_time_alone(line):
    line.deliver(step("approved", 0))
    line.tick(1)
    line.tick(329)
    assert line.one()["status"] == "in_progress"
    line.tick(331)
    row = line.one()
    assert (row["status"], row["missing_milestone"]) == ("stuck", "sent")
    assert row["breached"] == 0
    line.tick(3631)
    row = line.one()
    assert (row["breached"], row["breached_at"], row["judged"]) == (1, moment(3600), 1)


def test_deadline_verdict_is_recorded_while_open_and_amended_by_late_evidence(line):
    line.deliver(step("approved", 0))
    line.tick(3700)
    line.deliver(step("sent", 10), step("paid", 20))
    line.tick(3800)
    assert line.one()["status"] == "completed"
    verdicts = line.store.rows("SELECT rule, verdict FROM verdicts WHERE rule = 'e2e-deadline' ORDER BY decided_at")
    assert [row["verdict"] for row in verdicts] == ["breached", "met"]
    assert line.store.value("SELECT verdict FROM verdicts WHERE rule = 'status' ORDER BY decided_at DESC LIMIT 1") == (
        "withdrawn"
    )


def test_flow_is_recognised_by_its_milestones(line):
    line.deliver(Event("e1", 0, correlation="c9", milestone="by_mail", system="erp"))
    line.tick(1)
    assert line.one()["flow"] == "sync"


def test_one_of_the_alternatives_is_enough(line, states):
    line.deliver(
        Event("e1", 0, correlation="c9", milestone="taken"),
        Event("e2", 1, correlation="c9", milestone="by_wire"),
        Event("e3", 2, correlation="c9", milestone="settled"),
    )
    line.tick(5)
    row = line.one()
    assert row["status"] == "completed"
    assert states(row)["by_mail"] == "skipped"


def test_milestone_matched_by_service_and_value(line):
    line.deliver(step("sent_out", 3, service="mw-z"))
    line.tick(5)
    assert line.one()["current_milestone"] == "sent"


def test_trace_without_a_flow_completes_when_quiet(line):
    line.deliver(Span("t5", "a"))
    line.tick(5)
    assert line.one()["status"] == "in_progress"
    line.tick(40)
    row = line.one()
    assert (row["flow"], row["status"]) == ("", "completed")


def test_trace_without_a_flow_fails_with_its_root(line):
    line.deliver(
        Span("t5", "a", error=True),
        Span("t5", "b", parent="a"),
        Span("t6", "a"),
        Span("t6", "b", parent="a", error=True),
    )
    line.tick(100)
    assert sorted(row["status"] for row in line.rows()) == ["completed", "failed"]


def test_absurd_times_are_flagged_and_not_judged(line):
    line.deliver(step("approved", -2_000_000_000), received=moment(0))
    line.tick(100)
    row = line.one()
    assert (row["untimely"], row["judged"], row["status"]) == (1, 0, "in_progress")


@pytest.mark.parametrize(("lasts_s", "untimely"), [(2 * 86_400, 1), (86_000, 0)])
def test_a_span_that_ends_more_than_a_day_ahead_is_flagged_like_one_that_starts_there(line, lasts_s, untimely):
    line.deliver(Span("t7", "a", lasts=lasts_s), received=moment(0))
    line.tick(100)
    assert line.one()["untimely"] == untimely


def test_a_span_with_an_absurd_time_takes_no_part_of_the_time_of_its_transaction(line):
    never = -START.timestamp()
    line.deliver(
        Event("a", 0, milestone="approved", flow="order", correlation="c1"),
        Span("t", "unset", never, lasts=5 - never, attributes={"correlation.id": "c1"}),
        Span("t", "failed", 6, lasts=1, error=True, attributes={"correlation.id": "c1"}),
        Event("r", 10, milestone="rejected", flow="order", correlation="c1"),
        received=moment(12),
    )
    line.tick(60)
    row = line.one()
    spent = [row[f"{part}_ms"] for part in ("work", "queue", "retry", "unexplained")]
    assert (spent, row["duration_ms"], row["untimely"]) == ([1_000, 0, 0, 9_000], 10_000, 1)
