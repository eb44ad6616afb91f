"""Parents of which nothing is known but their children follow them, wherever they go."""

from tests.integration.evidence import Event


def part(number, parent, *, attempt=0, milestone=""):
    return Event(
        f"e{number}{attempt}{parent[0]}",
        number + attempt,
        correlation=f"item{number}",
        milestone=milestone,
        flow="order" if milestone else "",
        parent=parent,
    )


def test_a_parent_whose_last_child_turns_out_to_be_another_s_is_gone(line):
    line.deliver(part(1, ("po_number", "P")))
    line.tick(100)
    assert len(line.holders("po_number", "P")) == 1
    line.deliver(part(1, ("document", "D"), attempt=1))
    line.tick(200)
    (document,) = line.holders("document", "D")
    assert line.one("child_total > 0")["transaction_id"] == document
    assert line.holders("po_number", "P") == []


def test_a_parent_that_keeps_other_children_counts_them(line):
    line.deliver(part(1, ("po_number", "P")), part(2, ("po_number", "P"), milestone="rejected"))
    line.tick(100)
    assert (line.one("child_total > 0")["child_total"], line.one("child_total > 0")["status"]) == (2, "failed")
    line.deliver(part(2, ("document", "D"), attempt=1))
    line.tick(200)
    (kept,) = line.holders("po_number", "P")
    row = line.one(f"transaction_id = '{kept}'")
    assert (row["child_total"], row["status"]) == (1, "completed")


def verdicts(line, transaction_id):
    rows = line.store.rows(
        "SELECT rule, verdict FROM verdicts WHERE transaction_id = {id:String} ORDER BY decided_at, rule",
        {"id": transaction_id},
    )
    return [(row["rule"], row["verdict"]) for row in rows]


def test_what_is_said_of_a_parent_is_what_its_children_make_of_it(line):
    line.deliver(
        Event("own", 5, attributes={"po_number": "P1"}, flow="order", milestone="paid"),
        part(1, ("po_number", "P1")),
        part(2, ("po_number", "P1"), milestone="rejected"),
    )
    line.tick(100)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["child_failed"]) == ("failed", 1)
    assert verdicts(line, parent["transaction_id"]) == [("status", "failed")]
    line.deliver(part(2, ("", ""), attempt=1, milestone="paid"))
    line.tick(200)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["child_failed"]) == ("completed", 0)
    assert verdicts(line, parent["transaction_id"]) == [
        ("status", "failed"),
        ("e2e-deadline", "met"),
        ("status", "withdrawn"),
    ]
