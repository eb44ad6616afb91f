"""
The transactions are a function of the evidence and the moment: order, duplication, partition into ticks and delay
change nothing. Set ``WAYLINE_TEST_LONG`` for hundreds of examples.
"""

import os
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.evidence import Event, Log, Span, moment

KEYS = ("correlation.id", "po_number", "permit")
VALUES = st.sampled_from(["1", "2", "3"])
TIMES = st.sampled_from([0, 5, 90, 400, 100_000, 300_000])
STEPS = st.sampled_from(["", "approved", "sent", "confirmed", "paid", "rejected", "by_mail", "settled"])
OUTCOMES = st.sampled_from(["", "", "error", "retry"])
PARENTS = st.sampled_from([("", ""), ("", ""), ("po_number", "P1"), ("document", "D")])
LONG = bool(os.environ.get("WAYLINE_TEST_LONG"))
PROFILE = settings(
    max_examples=60 if LONG else 2,
    deadline=None,
    phases=[phase for phase in Phase if LONG or phase is not Phase.shrink],  # shrinking takes many ticks
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.too_slow],
)
UNIVERSES = 16
"""Cases that share nothing live in the same tables at once: a tick costs the same for one as for many."""
MOMENTS = (15, 45, 95, 330, 420, 660, 3_700, 100_050, 310_000, 1_000_000)
"""When ticks happen: around settle, the due times of milestones, blindness, deadlines and the gap of reuse."""
DELAYS = st.sampled_from([0, 0, 25, 300, 4_000, 90_000, 400_000])


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
            f"e{number}",
            at,
            milestone=step,
            outcome=draw(OUTCOMES),
            system=draw(st.sampled_from(["", "supplier"])),
            attributes=attributes,
            parent=draw(PARENTS),
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


def placed(item, universe):
    """*item* in a universe of its own: nothing it carries is found in another."""
    own = replace(
        item, attributes={key: f"{universe}{value}" if key in KEYS else value for key, value in item.attributes.items()}
    )
    if isinstance(own, Event):
        return replace(
            own, id=f"{universe}{own.id}", parent=(own.parent[0], own.parent[1] and universe + own.parent[1])
        )
    trace = own.trace and universe + own.trace
    if isinstance(own, Log):
        return replace(own, body=f"{universe}{own.body}", trace=trace)
    return replace(own, trace=trace, links=tuple((universe + other, span) for other, span in own.links))


@st.composite
def universes(draw):
    return [
        [placed(draw(evidence(place)), f"u{number}-") for place in range(draw(st.integers(2, 7)))]
        for number in range(draw(st.integers(8, UNIVERSES)))
    ]


@st.composite
def deliveries(draw):
    items, parts = [], [[] for _ in range(4)]
    for universe in draw(universes()):
        items += universe
        for item in universe + draw(st.lists(st.sampled_from(universe), max_size=3)):
            parts[draw(st.integers(0, len(parts) - 1))].append(item)
    return items, [draw(st.permutations(part)) for part in parts if part]


@st.composite
def late_deliveries(draw):
    """What is delivered at which of MOMENTS, the last of which is when the tables are compared."""
    last = draw(st.sampled_from(MOMENTS[3:]))
    items = [item for universe in draw(universes()) for item in universe if item.at < last]
    arrivals = {at: [] for at in (*MOMENTS[: MOMENTS.index(last)], last)}
    for item in items:
        for delay in draw(st.lists(DELAYS, min_size=1, max_size=2)):
            at = next((at for at in arrivals if at >= item.at + delay), last)
            arrivals[at].append(item)
    return items, arrivals


def picture(line):
    hidden = {"revision", "updated_at", "known_ids", "origin_evidence", "next_judge_at"}
    rows = line.store.rows(
        "SELECT toString(transaction_id) AS id, arraySort(verdicts) AS verdicts FROM transactions FINAL"
    )
    verdicts = {row["id"]: row["verdicts"] for row in rows}
    return [
        {key: value for key, value in row.items() if key not in hidden} | {"verdicts": verdicts[row["transaction_id"]]}
        for row in line.rows()
    ]


def lookups(line):
    return line.store.rows(
        "SELECT value, type, role, transaction_id FROM identifier_index WHERE type != 'transaction' ORDER BY ALL"
    )


def assert_same(found, expected):
    assert [row["transaction_id"] for row in found] == [row["transaction_id"] for row in expected]
    for after, before in zip(found, expected, strict=True):
        differing = [key for key in after if after[key] != before[key]]
        assert {key: after[key] for key in differing} == {key: before[key] for key in differing}


@PROFILE
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
    assert_same(picture(line), expected)
    assert lookups(line) == expected_lookups


@PROFILE
@given(late_deliveries())
def test_evidence_that_comes_late_gives_the_transactions_it_would_have_given_in_time(line, case):
    items, arrivals = case
    end = max(arrivals)
    line.reset()
    line.deliver(*items, received=moment(end))
    line.tick(end)
    expected, expected_lookups = picture(line), lookups(line)
    line.reset()
    for at, part in arrivals.items():
        line.deliver(*part, received=moment(at))
        line.tick(at)
    assert_same(picture(line), expected)
    assert lookups(line) == expected_lookups
