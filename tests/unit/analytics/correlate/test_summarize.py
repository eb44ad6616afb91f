"""What components say of themselves, from observations written one by one."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate.connect import connect
from analytics.correlate.flows import FlowBook
from analytics.correlate.rows import DONE, ERROR, EVENT, LOG, SPAN
from analytics.correlate.summarize import components_of, summarize
from analytics.sla.ladders import ladder_book
from tests.unit.analytics.correlate.observed import Seen, rows_of

NOW_US = 1_000_000
RETRY = 2
STEPS = ["order\tsent", "order\tbooked", "stock\tcounted", "stock\tmoved", "stock\tclosed"]
FLOWS = [SimpleNamespace(name="order"), SimpleNamespace(name="stock")]


def book_of(paused=()):
    return FlowBook(FLOWS, STEPS, [1, 1, 2, 2, 2], [10] * 5, list(paused), ladder_book(()))


def never():
    raise AssertionError("operations are asked only where something failed outside a flow")


def said_by(*seen, operations=None, book=None, unit_ids=None):
    """Rows by the smallest group of each component; operations are those of *seen*, in their order."""
    rows = rows_of(*seen, unit_ids=unit_ids)
    ask = never if operations is None else lambda: np.array(operations, np.uint64)
    table = summarize(rows, connect(rows, np.zeros(0, np.uint64)), book or book_of(), NOW_US, ask)
    return {row["component"]: row for row in table.to_pylist()}


def alone(*seen, **more):
    found = said_by(*seen, **more)
    assert len(found) == 1
    return next(iter(found.values()))


def test_components_are_numbered_by_their_smallest_group():
    rows = rows_of(Seen(group=2**64 - 1), Seen(group=7), Seen(group=9))
    own = components_of(rows, np.array([0, 1, 0]))
    assert [own.count, own.ids.tolist(), own.of_group.tolist(), own.of_row.tolist()] == [
        2,
        [7, 9],
        [0, 1, 0],
        [0, 0, 1],
    ]


def test_nothing_says_nothing():
    assert said_by() == {}
    assert said_by(book=FlowBook([], [], [], [], [], ladder_book(()))) == {}


def test_a_catalog_without_flows_leaves_everything_without_one():
    found = alone(Seen(steps=("order\tsent",)), book=FlowBook([], [], [], [], [], ladder_book(())))
    assert [found["flow_code"], found["done"], found["labels"]] == [0, [], []]


@pytest.mark.parametrize(("kind", "evident"), [(EVENT, True), (SPAN, True), (LOG, False)])
def test_log_records_alone_are_evident_only_under_a_name(kind, evident):
    assert bool(said_by(Seen(kind=kind))) == evident
    assert said_by(Seen(kind=kind, ids=(("po", "7"),)))
    assert bool(said_by(Seen(kind=kind, ids=(("po", "7", "reference"), ("message_id", "m"))))) == evident


def test_a_component_that_is_not_evident_takes_no_other_with_it():
    found = said_by(Seen(group=1, kind=LOG, at=5), Seen(group=2, at=6), Seen(group=3, kind=LOG, at=7))
    assert [list(found), found[2]["started_us"]] == [[2], 6]


def test_absurd_times_count_only_where_there_is_no_other():
    absurd = [Seen(at=0, untimely=True), Seen(at=9 * 10**15, untimely=True), Seen(at=-(10**15), untimely=True)]
    found = alone(*absurd, Seen(at=50, end=60), Seen(at=40, end=45))
    assert [found["started_us"], found["last_us"], found["untimely"]] == [40, 60, 1]
    found = alone(*absurd)
    assert [found["started_us"], found["last_us"], found["untimely"]] == [-(10**15), 9 * 10**15, 1]


def test_one_component_of_absurd_times_leaves_those_of_others_alone():
    found = said_by(Seen(group=1, at=-4, untimely=True), Seen(group=2, at=40), Seen(group=3, at=30, end=31))
    assert [(row["started_us"], row["last_us"], row["untimely"]) for row in found.values()] == [
        (-4, -4, 1),
        (40, 40, 0),
        (30, 31, 0),
    ]


def test_observations_are_counted_and_the_smallest_number_is_found_without_a_sign():
    found = alone(Seen(number=2**64 - 1), Seen(number=2**63 + 5))
    assert [found["observation_count"], found["smallest"]] == [2, 2**63 + 5]


FLOW_EVIDENCE = st.builds(
    Seen,
    group=st.integers(1, 3),
    flow=st.sampled_from(["", "", "order", "stock", "unknown"]),
    steps=st.lists(st.sampled_from([*STEPS, "unknown\tsent"]), max_size=3, unique=True).map(tuple),
)


@given(st.lists(FLOW_EVIDENCE, max_size=10))
def test_a_named_flow_wins_then_the_one_with_most_milestones_then_the_more_important(seen):
    names = ["order", "stock"]
    for group, row in said_by(*seen).items():
        own = [one for one in seen if one.group == group]
        steps = {step for one in own for step in one.steps if step in STEPS}
        passed = {name: sum(step.startswith(name) for step in steps) for name in names}
        named = {one.flow for one in own}
        candidates = [name for name in names if name in named or passed[name]]
        best = min(candidates, key=lambda name: (name not in named, -passed[name], names.index(name)), default=None)
        assert row["flow_code"] == (names.index(best) + 1 if best else 0)
        assert len(row["done"]) == len(row["attempts"]) == {None: 0, "order": 2, "stock": 3}[best]


def test_milestones_stand_in_the_order_of_the_catalog_with_what_became_of_them():
    found = alone(
        Seen(at=400, steps=("stock\tclosed",), state=ERROR, system="wms", flow="stock"),
        Seen(at=200, steps=("stock\tcounted", "order\tsent"), system="erp"),
        Seen(at=300, steps=("stock\tcounted",), system="crm"),
        Seen(at=NOW_US - 3, steps=("stock\tmoved",), state=ERROR, system="crm"),
    )
    names = ["done", "done_last", "broken_at", "waiting_at", "done_systems", "error_systems", "attempts"]
    assert [found[name] for name in names] == [
        [200, 0, 0],
        [300, 0, 0],
        [0, 0, 400],
        [0, NOW_US - 3, 0],
        [b"erp", b"", b""],
        [b"", b"crm", b"wms"],
        [2, 1, 1],
    ]
    assert found["systems"] == [b"crm", b"erp", b"wms"]
    assert found["labels"] == [b"counted", b"counted", b"closed:failed", b"moved:failed"]


def test_milestones_of_components_of_several_flows_do_not_mix():
    found = said_by(
        Seen(group=1, at=5, steps=("stock\tmoved",)),
        Seen(group=2, at=6),
        Seen(group=3, at=7, steps=("order\tbooked",)),
        Seen(group=4, at=8, steps=("stock\tcounted",)),
    )
    assert [row["done"] for row in found.values()] == [[0, 5, 0], [], [0, 7], [8, 0, 0]]


def test_attempts_stay_at_the_most_that_are_counted_and_do_not_begin_again():
    found = alone(*[Seen(steps=("order\tsent",))] * 65_537)
    assert [found["attempts"], found["observation_count"]] == [[65_535, 0], 65_537]


def test_every_passage_of_a_step_that_pauses_is_kept_once_and_only_where_flows_pause():
    seen = [Seen(at=at, steps=("order\tsent", "order\tbooked")) for at in (30, 20, 30)]
    found = alone(*seen, book=book_of(paused=[2]))
    assert [found["seen_codes"], found["seen_passes"]] == [[1, 2], [[], [20, 30]]]
    assert alone(*seen)["seen_codes"] == []


def failed(*seen, operations=None):
    return alone(*seen, operations=operations)["root_failed"]


def span(at, state=DONE, *, root=False, **more):
    return Seen(kind=SPAN, at=at, state=state, root=root, **more)


def test_without_a_flow_it_fails_with_the_root_of_its_trace_and_not_with_a_span_below():
    assert failed(span(5, root=True), span(1, ERROR), operations=[1, 2]) == 0
    assert failed(span(5, ERROR, root=True), span(1), operations=[1, 2]) == 1


def test_without_a_root_the_first_observation_decides_and_of_one_moment_the_smallest_number():
    assert failed(span(1, ERROR), span(2), operations=[1, 2]) == 1
    assert failed(span(1, ERROR, number=9), span(1, number=8), operations=[1, 2]) == 0


def test_an_event_decides_as_a_root_does():
    assert failed(span(1, ERROR), Seen(at=2), operations=[1, 2]) == 0
    assert failed(span(1), Seen(at=2, state=ERROR), operations=[1, 2]) == 1


def test_the_same_operation_repairs_its_error_later_but_not_at_the_same_moment_nor_another_one():
    error, after = span(1, ERROR, root=True), span(2, root=True)
    assert failed(error, after, operations=[2**64 - 1, 2**64 - 1]) == 0
    assert failed(error, after, operations=[2**64 - 1, 2**64 - 2]) == 1
    assert failed(error, span(1, root=True), operations=[3, 3]) == 1
    assert failed(span(-5, ERROR, root=True), span(-9, root=True), operations=[3, 3]) == 1


def test_a_component_with_a_flow_leaves_its_failure_to_its_milestones():
    assert failed(span(1, ERROR, root=True, flow="order")) == 0


def test_traces_and_units_are_told_once_in_order():
    traces = [2**127 + 1, 2**64, 1, 2**64 - 1]
    seen = [Seen(group=group, trace=trace, ids=(("po", "7"),)) for group, trace in enumerate(traces, start=1)]
    found = alone(*seen, Seen(group=9, ids=(("po", "7"),)), seen[0])
    assert [int.from_bytes(trace, "big") for trace in found["traces"]] == sorted(traces)
    assert found["units"] == [1, 2, 3, 4, 9]


def test_the_parts_of_a_batch_trace_all_name_its_unit():
    seen = [Seen(group=group, trace=5) for group in (10, 11, 11)]
    found = said_by(*seen, unit_ids=[3, 3, 3])
    assert {group: (row["units"], len(row["traces"]), row["part"]) for group, row in found.items()} == {
        10: ([3], 1, 10),
        11: ([3], 1, 11),
    }


def test_a_component_is_a_part_of_its_smallest_trace_where_the_shared_context_is_another_s():
    link = (("po", "7"),)
    seen = [Seen(group=3, trace=5), Seen(group=11, trace=5, ids=link), Seen(group=2, trace=9, ids=link)]
    assert {group: row["part"] for group, row in said_by(*seen, unit_ids=[3, 3, 2]).items()} == {3: 0, 2: 11}
    whole = [Seen(group=3, trace=5, ids=link), Seen(group=11, trace=5, ids=link), Seen(group=12, trace=5)]
    assert {group: row["part"] for group, row in said_by(*whole, unit_ids=[3, 3, 3]).items()} == {3: 0, 12: 12}


ANY = st.builds(
    lambda kind, service, **more: Seen(kind=kind, reporter=2**63 + 2 * kind + service, **more),
    service=st.integers(0, 1),
    group=st.integers(1, 4),
    at=st.sampled_from([-5, 0, 1, 10, 20, NOW_US - 3]),
    kind=st.sampled_from([SPAN, LOG, EVENT]),
    root=st.booleans(),
    untimely=st.booleans(),
    state=st.sampled_from([DONE, ERROR, RETRY]),
    system=st.sampled_from(["crm", "erp"]),
    flow=st.sampled_from(["", "order", "stock"]),
    steps=st.lists(st.sampled_from(STEPS), max_size=2, unique=True).map(tuple),
    event_id=st.sampled_from(["", "9", "10"]),
    ids=st.lists(st.tuples(st.sampled_from(["po", "message_id"]), st.sampled_from("ab")), max_size=2).map(tuple),
)


@given(st.lists(ANY, max_size=10), st.randoms(use_true_random=False))
def test_what_is_said_does_not_depend_on_the_order_of_observations(seen, shuffled: random.Random):
    seen = [Seen(**{**vars(one), "number": place}) for place, one in enumerate(seen, start=1)]
    others = shuffled.sample(seen, len(seen))

    def said(own):
        found = said_by(*own, operations=[one.number % 2 for one in own])
        for row in found.values():
            row["messages"].sort()
            row["joins"].sort(key=str)
        return found

    assert said(others) == said(seen)
