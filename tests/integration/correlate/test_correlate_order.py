"""The transactions are a function of the evidence: order, duplication and partition into ticks change nothing."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.evidence import Event, Log, Span

VALUES = st.sampled_from(["1", "2", "3"])
TIMES = st.sampled_from([0, 5, 90, 400, 100_000, 300_000])
STEPS = st.sampled_from(["", "approved", "sent", "paid", "rejected"])


@st.composite
def keys(draw):
    found = {}
    if draw(st.booleans()):
        found["correlation.id"] = f"c{draw(VALUES)}"
    if draw(st.booleans()):
        found["po_number"] = f"p{draw(VALUES)}"
    if draw(st.booleans()):
        found["permit"] = f"m{draw(VALUES)}"
    return found


@st.composite
def evidence(draw, number):
    attributes, at, step = draw(keys()), draw(TIMES), draw(STEPS)
    kind = draw(st.sampled_from(["span", "log", "event"]))
    if kind == "event":
        return Event(
            f"e{number}", at, milestone=step, outcome=draw(st.sampled_from(["", "error"])), attributes=attributes
        )
    trace = f"t{draw(VALUES)}"
    if kind == "log":
        return Log(f"log {number}", at, trace=draw(st.sampled_from(["", trace])), attributes=attributes)
    return Span(
        trace,
        f"s{number}",
        at,
        parent=draw(st.sampled_from(["", *(f"s{n}" for n in range(number))])),
        kind=draw(st.integers(1, 5)),
        error=draw(st.booleans()),
        attributes=attributes | ({"business.milestone": step} if step else {}),
        links=draw(st.sampled_from([(), (("t1", "s0"),), (("t2", "s1"), ("t3", "s1"))])),
    )


@st.composite
def deliveries(draw):
    items = [draw(evidence(number)) for number in range(draw(st.integers(2, 7)))]
    shuffled = draw(st.permutations(items + draw(st.lists(st.sampled_from(items), max_size=3))))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    parts = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    return items, [part for part in parts if part]


def picture(line):
    hidden = {"revision", "updated_at", "known_ids", "next_judge_at", "origin_evidence"}
    return [{key: value for key, value in row.items() if key not in hidden} for row in line.rows()]


def lookups(line):
    return line.store.rows(
        "SELECT value, type, role, transaction_id FROM identifier_index WHERE type != 'transaction' ORDER BY ALL"
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_any_order_duplication_and_partition_gives_the_same_transactions(line, case):
    items, parts = case
    end = 1_000_000
    line.reset()
    line.deliver(*items)
    line.tick(end)
    expected, expected_lookups = picture(line), lookups(line)
    line.reset()
    for number, part in enumerate(parts):
        line.deliver(*part)
        line.tick(end - 100 + number)
    line.tick(end)
    found = picture(line)
    assert [row["transaction_id"] for row in found] == [row["transaction_id"] for row in expected]
    for after, before in zip(found, expected, strict=True):
        assert {key: after[key] for key in after if after[key] != before[key]} == {
            key: before[key] for key in after if after[key] != before[key]
        }
    assert lookups(line) == expected_lookups
