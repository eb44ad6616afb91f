"""Transactions of several flows, judged side by side."""

import datetime as dt

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.columns import tuples
from analytics.correlate.courses import Clocks
from analytics.correlate.flows import NONE_US, Plan, Stage
from analytics.correlate.transactions import transactions_of
from analytics.sla.business_time import unix_us
from analytics.sla.ladders import ladder_book
from core.units import Duration
from runbooks.calendars import Calendar
from tests.unit.analytics.correlate.one_by_one import stand

NOW_US = 1_000
TODAY = dt.date(2026, 11, 22)
ELAPSED = Clocks(ladder_book(()), TODAY, TODAY)
TIMES = {"component": pa.uint64(), "flow_code": pa.uint32(), "key_epoch": pa.int64(), "smallest": pa.uint64()}
TIMES |= {"part": pa.uint64(), "started_us": pa.int64(), "last_us": pa.int64(), "observation_count": pa.uint32()}
TIMES |= {"untimely": pa.uint8(), "root_failed": pa.uint8()}
LISTS = {"done": pa.int64(), "done_last": pa.int64(), "broken_at": pa.int64(), "waiting_at": pa.int64()}
LISTS |= {"attempts": pa.uint64(), "units": pa.uint64(), "at_us": pa.int64(), "seen_codes": pa.uint32()}
LISTS |= {"traces": pa.binary(16), "messages": pa.binary()}
FEW = ("done_systems", "error_systems", "systems", "labels")
TUPLES = {"identifiers": ("type", "value", "role"), "parents": ("type", "value"), "joins": ("type", "value", "units")}


def seen(code, stages, **more):
    """A component of the flow *code* in whose *stages* nothing was seen, unless said otherwise."""
    none = {"key_epoch": 0, "smallest": 0, "part": 0, "started_us": 1, "last_us": 1, "observation_count": 1}
    none |= {"untimely": 0, "root_failed": 0, "seen_passes": []}
    none |= {name: [] for name in (*LISTS, *FEW)}
    none |= {name: [0] * stages for name in ("done", "broken_at", "waiting_at", "attempts")}
    none |= {name: [b""] * stages for name in ("done_systems", "error_systems")}
    own = none | {"flow_code": code} | more
    return own | {"done_last": more.get("done_last", own["done"])}


def components_of(*own):
    """The table of components *own*, numbered from 0."""
    rows = [one | {"component": number} for number, one in enumerate(own)]
    nothing = np.zeros(len(rows) + 1, np.int32)
    empty = pa.array([], pa.binary())
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in TIMES.items()}
    columns |= {name: pa.array([row[name] for row in rows], pa.list_(kind)) for name, kind in LISTS.items()}
    for name in FEW:
        found = pa.array([row[name] for row in rows], pa.list_(pa.binary()))
        columns[name] = pa.ListArray.from_arrays(found.offsets, found.flatten().dictionary_encode())
    columns["seen_passes"] = pa.array([row["seen_passes"] for row in rows], pa.list_(pa.list_(pa.int64())))
    columns |= {name: pa.array([b""] * len(rows), pa.binary()) for name in ("key_type", "key_value")}
    columns |= {name: tuples(nothing, **dict.fromkeys(fields, empty)) for name, fields in TUPLES.items()}
    return pa.table(columns)


def judged(plans, *own, now_us=NOW_US, clocks=ELAPSED):
    return transactions_of(components_of(*own), plans, clocks, now_us).to_pylist()


def alone(plan, now_us=NOW_US, clocks=ELAPSED, **more):
    return judged([Plan(), plan], seen(1, len(plan.stages), **more), now_us=now_us, clocks=clocks)[0]


MOMENTS = st.integers(1, 2 * NOW_US)
SELDOM = st.one_of(st.just(0), st.just(0), MOMENTS)
LIMITS = st.one_of(st.just(NONE_US), st.integers(0, NOW_US))
HEARD = st.one_of(st.just(-1), st.just(0), MOMENTS)


@st.composite
def plans(draw):
    stages = []
    count = draw(st.integers(1, 4))
    heard = {owner: (draw(HEARD), draw(st.booleans())) for owner in ("crm", "erp")}
    for place in range(count):
        kind = draw(st.sampled_from(["required", "required", "required", "optional", "terminal", "failing"]))
        owner = draw(st.sampled_from(["crm", "erp"]))
        stages.append(
            Stage(
                name=f"m{place}",
                code=place + 1,
                within_us=draw(LIMITS),
                anchor=draw(st.one_of(st.none(), st.integers(0, count - 1))),
                required=kind in {"required", "terminal"},
                terminal=kind == "terminal",
                failing=kind == "failing",
                choice=draw(st.sampled_from([0, 0, 0, 1])),
                owner=owner,
                delay_us=draw(st.sampled_from([0, 10])),
                heard_us=heard[owner][0],
                blind=heard[owner][1] and heard[owner][0] >= 0,
            )
        )
    return Plan("order", 1, 10, draw(LIMITS), 0, 10, 1.0, tuple(stages))


@st.composite
def transactions(draw, code, stages):
    def moments():
        return draw(st.lists(SELDOM, min_size=stages, max_size=stages))

    done = moments()
    later = [one and one + draw(st.sampled_from([0, 5])) for one in done]
    more = {"done": done, "done_last": later, "broken_at": moments(), "waiting_at": moments()}
    more |= {"started_us": draw(MOMENTS), "last_us": draw(MOMENTS), "untimely": draw(st.integers(0, 1))}
    return seen(code, stages, root_failed=draw(st.integers(0, 1)), **more)


@given(st.data(), st.lists(plans(), min_size=1, max_size=3))
def test_transactions_stand_side_by_side_as_each_stands_alone(data, made):
    known = [Plan(), *made]
    codes = data.draw(st.lists(st.integers(0, len(made)), max_size=8))
    own = [data.draw(transactions(code, len(known[code].stages))) for code in codes]
    now_us = data.draw(st.sampled_from([NOW_US, NOW_US + 40_000_000]))
    found = judged(known, *own, now_us=now_us)
    for row, one in zip(found, own, strict=True):
        expected = stand(known[one["flow_code"]], one, now_us)
        assert row["flow"].decode() == known[one["flow_code"]].name
        assert {name: row[name].decode() for name in ("status", "next_milestone")} == {
            name: expected[name] for name in ("status", "next_milestone")
        }
        assert [row["ended_us"], row["deadline_us"]] == [expected["ended_us"], expected["deadline_us"]]
        assert [milestone["status"].decode() for milestone in row["milestones"]] == expected["states"]
        due = [(milestone["due_at"] and unix_us(milestone["due_at"])) or 0 for milestone in row["milestones"]]
        assert due == expected["due"]


def said(row, name="verdicts"):
    fields = {"verdicts": ("rule", "verdict"), "waits": ("system",)}[name]
    last = {"verdicts": lambda one: unix_us(one["event_at"]), "waits": lambda one: one["until_us"]}[name]
    return [(*(one[field].decode() for field in fields), last(one)) for one in row[name]]


SENT_THEN_BOOKED = Plan(
    "order",
    deadline_us=800,
    delay_us=7,
    stages=(Stage("sent", 1, owner="crm"), Stage("booked", 2, within_us=100, anchor=0, owner="erp", delay_us=7)),
)


def test_what_was_late_is_said_of_the_milestone_of_the_whole_and_of_the_status():
    assert said(alone(SENT_THEN_BOOKED, done=[200, 301])) == [
        ("e2e-deadline", "met", 301),
        ("within:booked", "breached", 300),
    ]
    late = alone(SENT_THEN_BOOKED, done=[200, 900])
    assert said(late) == [("e2e-deadline", "breached", 801), ("within:booked", "breached", 300)]
    stuck = alone(SENT_THEN_BOOKED, done=[200, 0])
    assert said(stuck) == [
        ("e2e-deadline", "breached", 801),
        ("status", "stuck", 300),
        ("within:booked", "breached", 300),
    ]
    assert [stuck["missing_milestone"], stuck["missing_system"]] == [b"booked", b"erp"]


def test_the_end_of_what_has_no_deadline_is_said_of_its_status():
    stages = (Stage("sent", 1), Stage("booked", 2))
    assert said(alone(Plan("order", stages=stages), done=[200, 301])) == [("status", "completed", 301)]
    assert said(alone(Plan("order", stages=stages), done=[200, 0])) == []


def test_nothing_is_said_of_absurd_times():
    assert said(alone(SENT_THEN_BOOKED, done=[200, 900], untimely=1)) == []


def test_the_next_judgement_is_the_first_moment_at_which_anything_can_change():
    assert alone(SENT_THEN_BOOKED, done=[950, 0], started_us=940)["next_judge_us"] == 950 + 100 + 7
    assert alone(SENT_THEN_BOOKED, started_us=940)["next_judge_us"] == 940 + 800 + 7
    assert alone(SENT_THEN_BOOKED, done=[950, 960])["next_judge_us"] == 0
    assert judged([Plan()], seen(0, 0, last_us=990))[0]["next_judge_us"] == 990 + 30_000_000


def test_what_a_promising_source_owes_waits_until_it_is_heard():
    plan = Plan("order", stages=(Stage("sent", 1, within_us=100, owner="crm", heard_us=50),))
    waiting = alone(plan)
    assert [waiting["status"], said(waiting, "waits")] == [b"in_progress", [("crm", 101)]]
    heard = Plan("order", stages=(Stage("sent", 1, within_us=100, owner="crm", heard_us=101),))
    assert [alone(heard)["status"], said(alone(heard), "waits")] == [b"stuck", []]


def test_what_is_awaited_past_lost_evidence_is_judged_ever_more_rarely():
    stages = (Stage("sent", 1, owner="crm"), Stage("booked", 2, owner="erp"), Stage("paid", 3, owner="pay", heard_us=5))
    found = alone(Plan("order", stages=stages), done=[0, 20, 0])
    assert [found["next_milestone"], said(found, "waits")] == [b"sent", [("pay", NOW_US + 3_600_000_000)]]


def test_the_system_of_what_failed_is_the_one_that_told_of_it():
    refused = Plan("order", stages=(Stage("sent", 1, owner="crm"), Stage("refused", 2, required=False, failing=True)))
    found = alone(refused, done=[5, 9], done_systems=[b"crm", b"bank"])
    assert [found["status"], found["failed_milestone"], found["failed_system"]] == [b"failed", b"refused", b"bank"]
    broken = alone(SENT_THEN_BOOKED, broken_at=[0, 9], error_systems=[b"", b"sap"])
    assert [broken["status"], broken["failed_milestone"], broken["failed_system"]] == [b"failed", b"booked", b"sap"]
    assert [milestone["system"] for milestone in broken["milestones"]] == [b"crm", b"sap"]


OFFICE = Calendar(name="office", hours={"mon-fri": "08:00-16:00"})


def test_business_time_is_due_years_ahead():
    book = ladder_book([(Duration(business_days=1), OFFICE)])
    code, length = book.code_and_length(Duration(business_days=600), OFFICE)
    plan = Plan("audit", deadline_us=length, deadline_clock=code, stages=(Stage("signed", 1),))
    start = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    clocks = Clocks(book, TODAY, start.date())
    found = alone(plan, unix_us(start), clocks, started_us=unix_us(start))
    assert found["deadline_us"] == unix_us(start + dt.timedelta(weeks=120, days=-3, hours=8))
    assert found["next_judge_us"] == found["deadline_us"]


def test_a_pause_that_nothing_ended_holds_a_limit_for_good():
    pauses = ((2, 3),)
    stages = (
        Stage("paid", 1, within_us=100, pauses=pauses),
        Stage("held", 2, required=False),
        Stage("released", 3, required=False),
    )
    going_on = alone(Plan("order", stages=stages), started_us=10, seen_codes=[2], seen_passes=[[50]])
    assert [going_on["status"], going_on["milestones"][0]["due_at"]] == [b"in_progress", None]
    ended = alone(Plan("order", stages=stages), started_us=10, seen_codes=[2, 3], seen_passes=[[50], [70]])
    assert unix_us(ended["milestones"][0]["due_at"]) == 10 + 100 + 20


def test_nothing_is_nothing():
    assert judged([Plan(), SENT_THEN_BOOKED]) == []
