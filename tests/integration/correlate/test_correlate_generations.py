"""A parent is as its children are, and so is its own parent: status, end and origin climb over every level."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks import load_catalog
from tests.integration.correlate.conftest import Line
from tests.integration.correlate.test_correlate_order import LONG, PROFILE, assert_same, picture
from tests.integration.evidence import Event, Span

LEVEL = """
kind: Flow
name: {name}
tier: 2
owner: team
identifiers: [correlation]
milestones:
  - {{name: opened}}
  - {{name: finished, terminal: true, system: clerk}}
  - {{name: refused, failing: true}}
objectives: {{deadline: 1h}}
children: {children}
"""
RULES = {"all": "{rule: all}", "any": "{rule: any}", "share": "{rule: ratio, ratio: 0.9}"}
CATALOG = "kind: Owner\nname: team\n" + "".join(
    "---" + LEVEL.format(name=name, children=children) for name, children in RULES.items()
)
EXAMPLES = settings(PROFILE, max_examples=40 if LONG else 2)
MOST_FAILED = {"all": lambda _: 0, "any": lambda total: total - 1, "share": lambda total: total // 10}


@pytest.fixture(scope="module")
def levels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    return load_catalog([folder])


@pytest.fixture
def line(correlate_store, levels):
    line = Line(correlate_store, levels)
    line.reset()
    return line


def part(name, flow, parent="", milestone="finished", at=0.0):
    above = ("correlation", parent) if parent else ("", "")
    return Event(f"{name}-{milestone}", at, correlation=name, flow=flow, milestone=milestone, parent=above)


def row(line, name):
    (found,) = line.holders("correlation", name)
    return line.one(f"transaction_id = '{found}'")


def counts(line, name):
    found = row(line, name)
    return found["status"], found["child_total"], found["child_completed"], found["child_failed"]


def test_what_fails_two_levels_below_fails_the_top(line):
    line.deliver(part("top", "all"), part("middle", "all", "top"))
    line.deliver(*(part(f"leaf{n}", "all", "middle", "refused" if n < 3 else "finished") for n in range(200)))
    line.tick(100)
    assert counts(line, "middle") == ("failed", 200, 197, 3)
    assert counts(line, "top") == ("failed", 1, 0, 1)
    assert row(line, "top")["origin_category"] != ""


def test_a_share_that_may_fail_is_forgiven_at_its_own_level(line):
    line.deliver(part("top", "all"), part("middle", "share", "top"))
    line.deliver(*(part(f"leaf{n}", "all", "middle", "refused" if n < 1 else "finished") for n in range(10)))
    line.tick(100)
    assert counts(line, "middle") == ("completed", 10, 9, 1)
    assert counts(line, "top") == ("completed", 1, 1, 0)
    line.deliver(part("leaf1", "all", "middle", "refused", at=1))
    line.tick(200)
    assert counts(line, "middle") == ("failed", 10, 8, 2)
    assert counts(line, "top") == ("failed", 1, 0, 1)


def test_one_completed_child_is_enough_where_the_rule_says_so(line):
    line.deliver(part("top", "any"), part("left", "any", "top"), part("right", "any", "top"))
    line.deliver(part("l1", "all", "left", "refused"), part("l2", "all", "left", "refused"))
    line.deliver(part("r1", "all", "right", "refused"), part("r2", "all", "right"))
    line.tick(100)
    assert counts(line, "left")[0] == "failed"
    assert counts(line, "right")[0] == "completed"
    assert counts(line, "top") == ("completed", 2, 1, 1)


def test_evidence_that_repairs_a_grandchild_late_amends_every_level_above(line):
    line.deliver(part("top", "all"), part("middle", "all", "top"), part("lower", "all", "middle"))
    line.deliver(part("leaf", "all", "lower", "opened"))
    line.tick(100)
    assert [row(line, name)["status"] for name in ("lower", "middle", "top")] == ["in_progress"] * 3
    assert row(line, "top")["ended_at"] is None
    line.deliver(part("leaf", "all", "lower", "finished", at=50))
    line.tick(200)
    assert [row(line, name)["status"] for name in ("lower", "middle", "top")] == ["completed"] * 3
    assert row(line, "top")["ended_at"] == row(line, "leaf")["ended_at"]


def test_a_failure_below_is_the_origin_though_the_parent_is_late_itself(line):
    line.deliver(part("top", "all", milestone="opened"))
    line.deliver(part("leaf", "all", "top", "opened"))
    line.deliver(Event("bad", 5, correlation="leaf", flow="all", milestone="finished", outcome="error", system="mill"))
    line.tick(4_000)
    assert row(line, "leaf")["status"] == "failed"
    top = row(line, "top")
    assert (top["status"], top["origin_system"]) == ("failed", "mill")


def test_the_parts_of_a_batch_have_parts_of_their_own(line):
    line.deliver(Span("b", "root", 0, name="consume batch", kind=5))
    line.deliver(*(Span("b", f"i{n}", n, parent="root", attributes={"correlation.id": f"c{n}"}) for n in range(3)))
    line.deliver(part("below", "all", "c1", "refused"))
    line.tick(100)
    assert counts(line, "c1") == ("failed", 1, 0, 1)
    assert counts(line, "c2")[0] == "completed"
    batch = line.one("child_total = 3")
    assert (batch["status"], batch["child_completed"], batch["child_failed"]) == ("failed", 2, 1)


def test_evidence_that_makes_two_each_other_s_parents_ends(line):
    line.deliver(part("one", "all", "two"), part("two", "all", "one"), part("leaf", "all", "two", "refused"))
    line.tick(100)
    assert row(line, "two")["status"] == "failed"
    assert row(line, "one")["status"] == "failed"


@st.composite
def trees(draw):
    """Nodes (name, flow, parent, milestone) of trees three levels deep."""
    nodes = []
    for top in range(draw(st.integers(3, 6))):
        name = f"n{top}"
        nodes.append((name, draw(st.sampled_from([*RULES])), "", "finished"))
        for middle in range(draw(st.integers(0, 3))):
            under = f"{name}-{middle}"
            own = draw(st.sampled_from(["finished", "finished", "opened", "refused"]))
            nodes.append((under, draw(st.sampled_from([*RULES])), name, own))
            for leaf in range(draw(st.integers(0, 4))):
                state = draw(st.sampled_from(["finished", "finished", "refused", "opened"]))
                nodes.append((f"{under}-{leaf}", "all", under, state))
    return nodes


def expected(nodes):
    """Return name -> status by the rules alone."""
    below, known = {}, {}
    for node in nodes:
        below.setdefault(node[2], []).append(node)

    def status(node):
        name, flow, _, milestone = node
        own = {"finished": "completed", "opened": "in_progress", "refused": "failed"}[milestone]
        children = [status(child) for child in below.get(name, [])]
        total, failed, done = len(children), children.count("failed"), children.count("completed")
        if total and own != "failed":
            if failed > MOST_FAILED[flow](total):
                own = "failed"
            elif own == "completed" and total - done > MOST_FAILED[flow](total):
                own = "in_progress"
        known[name] = own
        return own

    for node in below.get("", []):
        status(node)
    return known


@EXAMPLES
@given(trees(), st.data())
def test_every_level_is_as_the_rules_say_whatever_came_when(line, nodes, data):
    parts = [[] for _ in range(3)]
    for name, flow, parent, milestone in nodes:
        parts[data.draw(st.integers(0, 2))].append(part(name, flow, parent, milestone))
    line.reset()
    line.deliver(*(item for some in parts for item in some))
    line.tick(300)
    at_once = picture(line)
    line.reset()
    for number, some in enumerate(parts):
        line.deliver(*some)
        line.tick(298 + number)
    assert {name: row(line, name)["status"] for name, *_ in nodes} == expected(nodes)
    assert_same(picture(line), at_once)
