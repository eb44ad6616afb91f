"""Parents of which nothing is known but their children follow them, wherever they go."""

import pytest

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from analytics.origin import locate
from runbooks import load_catalog
from tests.integration.evidence import Event, Log, Span


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


def parent_of_two(line, *, children=("paid", "approved")):
    line.deliver(
        Event("own", 5, attributes={"po_number": "P1"}, flow="order", milestone="paid"),
        part(1, ("po_number", "P1"), milestone=children[0]),
        part(2, ("po_number", "P1"), milestone=children[1]),
    )


def test_a_parent_that_only_its_children_hold_open_is_stuck_once_its_deadline_has_passed(line):
    parent_of_two(line)
    line.tick(100)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["judged"], parent["breached"]) == ("in_progress", 0, 0)
    line.tick(3_600 + 60)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["judged"], parent["breached"]) == ("stuck", 1, 1)
    assert parent["breached_at"] == parent["deadline_at"]
    assert verdicts(line, parent["transaction_id"]) == [("e2e-deadline", "breached"), ("status", "stuck")]


def test_a_parent_whose_last_child_ends_after_its_deadline_is_completed_late(line):
    parent_of_two(line)
    line.tick(3_600 + 60)
    line.deliver(part(2, ("po_number", "P1"), attempt=7_000, milestone="paid"))
    line.tick(7_100)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["breached"], parent["child_completed"]) == ("completed_late", 1, 2)
    assert parent["late_by_ms"] == (parent["ended_at"] - parent["deadline_at"]).total_seconds() * 1e3
    assert verdicts(line, parent["transaction_id"])[-1] == ("status", "withdrawn")


def test_a_parent_whose_children_all_end_in_time_met_its_deadline_though_that_is_learned_late(line):
    parent_of_two(line)
    line.tick(3_600 + 60)
    line.deliver(part(2, ("po_number", "P1"), attempt=1_000, milestone="paid"))
    line.tick(3_600 + 90)
    parent = line.one("child_total > 0")
    assert (parent["status"], parent["judged"], parent["breached"]) == ("completed", 1, 0)


ESTATE = """
kind: Owner
name: team
---
kind: System
name: cabinet
category: saas
---
kind: Identifier
name: po_number
attributes: [po_number]
---
kind: Flow
name: order
tier: 1
owner: team
identifiers: [correlation, po_number]
milestones:
  - {name: approved}
  - {name: paid, system: cabinet, terminal: true}
objectives: {deadline: 1h}
"""


def test_a_parent_that_is_stuck_by_its_children_is_so_where_they_are(line, tmp_path):
    (tmp_path / "estate.yaml").write_text(ESTATE, encoding="utf-8")
    line.catalog = load_catalog([tmp_path])
    line.ticker = Tick(line.store, CorrelateConfig(), locate)
    parent_of_two(line)
    line.tick(3_600 + 60)
    parent, child = line.one("child_total > 0"), line.one("status = 'stuck' AND child_total = 0")
    assert (child["origin_category"], child["origin_system"]) == ("saas", "cabinet")
    assert (parent["status"], parent["origin_category"], parent["origin_system"]) == ("stuck", "saas", "cabinet")


DAY_S = 86_400


@pytest.mark.parametrize("turned", [False, True])
def test_a_key_that_is_used_again_has_the_children_of_each_use_apart(line, turned):
    def use(at, milestone):
        return [
            Event(f"parent{at}", at, attributes={"po_number": "P"}, flow="order", milestone="paid"),
            Event(
                f"child{at}", at + 1, correlation=f"c{at}", flow="order", milestone=milestone, parent=("po_number", "P")
            ),
        ]

    (failing, child), (second, good) = use(0, "rejected"), use(90 * DAY_S, "paid")
    for number, item in enumerate([good, child, second, failing] if turned else [failing, child, second, good]):
        line.deliver(item)
        line.tick(91 * DAY_S + number * 100)
    parents = line.rows("has(identifiers.value, 'P')")
    assert [(row["child_total"], row["child_failed"], row["status"]) for row in parents] == [
        (1, 1, "failed"),
        (1, 0, "completed"),
    ]
    children = line.rows("parent_id != ''")
    assert [row["parent_id"] for row in children] == [row["transaction_id"] for row in parents]


HOLDERS = [Event(f"h{n}", n, correlation=f"c{n}", attributes={"permit": "P"}) for n in range(6)]
"""One more than the limit: the value is not followed, so that a tick does not know all that carry it."""
CHILD = Event("child", 3, correlation="kid", parent=("permit", "P"))
OTHERS = [Event("z", 4, correlation="c0"), Event("y", 4, correlation="other", parent=("po_number", "Z"))]
JOINING = [Event(f"x{n}", 5, correlation=f"c{n}", attributes={"po_number": "ALL"}) for n in range(5)]


def lineage(line):
    rows = line.rows()
    return [(row["transaction_id"], row["parent_id"], row["child_total"]) for row in rows], line.holders("permit", "P")


@pytest.mark.parametrize(
    "parts",
    [
        [HOLDERS, [CHILD], OTHERS],
        [[CHILD], HOLDERS, OTHERS],
        [[*HOLDERS[:3], CHILD], HOLDERS[3:], OTHERS],
        [HOLDERS[:3], [CHILD], [*HOLDERS[3:], *OTHERS]],
    ],
)
@pytest.mark.parametrize("joined", [False, True])
def test_a_key_that_is_quarantined_is_held_by_nobody_whatever_came_when(line, parts, joined):
    more = JOINING if joined else []
    line.deliver(*HOLDERS, CHILD, *OTHERS, *more)
    line.tick(100)
    at_once = lineage(line)
    line.reset()
    for number, items in enumerate([*parts, more]):
        line.deliver(*items)
        line.tick(100 + number)
    assert lineage(line) == at_once


def chained(count):
    """Each is part of the next, the last of nobody."""
    for n in range(count):
        above = ("correlation", f"c{n + 1:02}") if n + 1 < count else ("", "")
        yield Event(f"e{n}", n, milestone="paid", flow="order", correlation=f"c{n:02}", parent=above)


def test_a_failure_reaches_whoever_is_above_however_many_levels_there_are(line):
    line.deliver(*chained(40))
    line.tick(100)
    line.deliver(
        Event("bad", 50, milestone="rejected", flow="order", correlation="below", parent=("correlation", "c00"))
    )
    line.tick(200)
    assert {row["status"] for row in line.rows()} == {"failed"}


def test_of_transactions_that_name_each_other_as_parents_one_is_the_uppermost(line):
    line.deliver(
        *(
            Event(
                f"e{n}",
                n,
                milestone="paid",
                flow="order",
                correlation=f"c{n}",
                parent=("correlation", f"c{(n + 1) % 3}"),
            )
            for n in range(3)
        ),
        Event("below", 3, milestone="paid", flow="order", correlation="below", parent=("correlation", "c0")),
    )
    line.tick(100)
    assert sorted(bool(row["parent_id"]) for row in line.rows()) == [False, True, True, True]
    assert all(row["child_total"] <= 2 for row in line.rows())


@pytest.mark.parametrize("spelling", [" p-1", "P-1", "p-1 "])
def test_a_parent_is_named_as_its_type_writes_it(line, spelling):
    line.deliver(
        Event("own", 5, attributes={"po_number": "P-1"}, flow="order", milestone="paid"),
        Event("part", 6, correlation="c1", parent=("po_number", spelling)),
        Span("t", "s", 7, attributes={"correlation.id": "c2", "business.parent_type": "po_number"}
            | {"business.parent_id": spelling}),
        Log("said", 8, attributes={"correlation.id": "c3", "business.parent_type": "po_number"}
            | {"business.parent_id": spelling}),
    )  # fmt: skip
    line.tick(100)
    assert line.one("child_total > 0")["child_total"] == 3
    assert len(line.holders("po_number", "P-1")) == 1


def test_a_placeholder_is_nobody_s_parent(line):
    line.deliver(*(Event(f"e{n}", n, correlation=f"c{n}", parent=("po_number", "Unknown")) for n in range(3)))
    line.tick(100)
    assert [(row["parent_id"], row["child_total"]) for row in line.rows()] == [("", 0)] * 3


def test_a_parent_without_a_type_is_named_by_its_correlation_id(line):
    line.deliver(
        Event("own", 5, correlation="above", flow="order", milestone="paid"),
        Event("part", 6, correlation="c1", parent=("", "above")),
        Span("t", "s", 7, attributes={"correlation.id": "c2", "business.parent_id": "above"}),
    )
    line.tick(100)
    parent = line.one("child_total > 0")
    assert (parent["child_total"], parent["flow"]) == (2, "order")
