"""When an error is repaired, when it counts, and what a later success makes of it."""

from tests.integration.evidence import Event, moment

ORDER = {"flow": "order", "correlation": "c1"}


def step(name, at, outcome=""):
    return Event(f"{name}{at}", at, milestone=name, outcome=outcome, **ORDER)


def test_a_success_after_settle_does_not_repair(line, states):
    line.deliver(step("approved", 0), step("sent", 10, "error"), step("sent", 45))
    line.tick(50)
    row = line.one()
    assert (row["status"], row["failed_milestone"], states(row)["sent"]) == ("failed", "sent", "failed")
    line.tick(200)
    assert line.one()["status"] == "failed"


def test_evidence_that_comes_after_settle_repairs_by_when_it_happened(line, states):
    line.deliver(step("approved", 0), step("sent", 10, "error"))
    line.tick(50)
    assert line.one()["status"] == "failed"
    line.deliver(step("sent", 39), received=moment(90))
    line.tick(95)
    row = line.one()
    assert (row["status"], states(row)["sent"]) == ("in_progress", "done")
    history = line.store.rows("SELECT verdict FROM verdicts WHERE rule = 'status' ORDER BY decided_at")
    assert [entry["verdict"] for entry in history] == ["failed", "withdrawn"]


def test_a_transaction_that_goes_on_to_its_end_is_completed_after_all(line, states):
    line.deliver(step("approved", 0), step("sent", 10, "error"), step("sent", 45))
    line.tick(50)
    line.deliver(step("paid", 60))
    line.tick(70)
    row = line.one()
    assert (row["status"], states(row)["sent"]) == ("completed", "done")


def test_a_transaction_that_ends_past_an_error_nobody_repaired_keeps_it_in_view(line, states):
    line.deliver(step("approved", 0), step("sent", 10, "error"), step("paid", 12))
    line.tick(20)
    assert (line.one()["status"], states(line.one())["sent"]) == ("completed", "missing")
    line.tick(41)
    assert (line.one()["status"], states(line.one())["sent"]) == ("completed", "failed")


def test_every_attempt_has_its_own_settle(line):
    line.deliver(step("approved", 0), *(step("sent", at, "error") for at in (10, 30, 50)), step("sent", 70))
    line.tick(200)
    assert line.one()["status"] == "in_progress"


def test_without_a_terminal_milestone_a_late_success_completes(line):
    for name, at, outcome in (("taken", 0, ""), ("by_mail", 1, ""), ("settled", 2, "error"), ("settled", 100, "")):
        line.deliver(Event(f"{name}{at}", at, correlation="c9", milestone=name, outcome=outcome))
        line.tick(at + 40)
    assert line.one()["status"] == "completed"


def test_what_is_optional_or_had_its_alternative_is_not_missed(line):
    line.deliver(step("approved", 0), step("sent", 1), step("paid", 900))
    line.tick(1_000)
    rows = line.store.rows("SELECT rule, verdict FROM verdicts WHERE rule LIKE 'within:%' ORDER BY rule")
    assert rows == [
        {"rule": "within:confirmed", "verdict": "breached"},
        {"rule": "within:sent", "verdict": "met"},
    ]
