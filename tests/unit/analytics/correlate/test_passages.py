"""What became of steps, and ways through them, against a plain reckoning passage by passage."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.correlate import passages as module
from analytics.correlate.passages import passages, steps_of, ways
from analytics.correlate.rows import DONE, ERROR, EVENT, LOG, SPAN
from tests.unit.analytics.correlate.observed import Seen, rows_of

RETRY = 2
NOW_US = 1_000
STEPS = ["order\tsent", "order\tbooked", "stock\tcounted"]
SETTLES_US = [10, 0, 10]
PASSAGE = st.builds(
    Seen,
    group=st.integers(0, 2),
    at=st.sampled_from([-5, 0, 1, 2, 10, 11, 12, 13, 23, 985, 989, 990, 991, 1_000, 2_000]),
    state=st.sampled_from([DONE, ERROR, RETRY]),
    system=st.sampled_from(["crm", "erp", "wms"]),
    reporter=st.sampled_from([3, 2**63, 2**64 - 1]),
    steps=st.lists(st.sampled_from([*STEPS, "order\tunknown"]), max_size=3, unique=True).map(tuple),
)


def told_of(seen):
    """Passages of *seen*, whose group is the component."""
    rows = rows_of(*seen)
    return passages(rows, np.array([one.group for one in seen], np.int64), rows.coded("system"))


def became_of(seen, paused=(), now_us=NOW_US):
    told, systems = told_of(seen), rows_of(*seen).coded("system")
    codes = np.array([STEPS.index(name) + 1 if name in STEPS else 0 for name in map(bytes.decode, told.steps.names)])
    found = steps_of(told, codes.astype(np.int64), np.array(SETTLES_US), paused, now_us)
    columns = zip(
        found.component.tolist(),
        [STEPS[code - 1] for code in found.code.tolist()],
        found.done_us.tolist(),
        found.done_last_us.tolist(),
        found.error_us.tolist(),
        found.waiting_us.tolist(),
        [name.decode() for name in systems.plain(found.done_system).to_pylist()],
        [name.decode() for name in systems.plain(found.error_system).to_pylist()],
        found.tries.tolist(),
        found.passes.to_pylist(),
        strict=True,
    )
    return {(component, step): tuple(rest) for component, step, *rest in columns}


def oracle(seen, paused):
    told = {}
    for one in seen:
        for step in one.steps:
            if step in STEPS:
                told.setdefault((one.group, step), []).append((max(1, one.at), one.state, one.system, one.reporter))
    return {key: _oracle_of(own, key[1], paused) for key, own in told.items()}


def _oracle_of(own, step, paused):
    settle_us = SETTLES_US[STEPS.index(step)]
    done = sorted((at, system) for at, state, system, _ in own if state == DONE)
    stands, waits = [], []
    for at, state, system, _ in own:
        later = [other for other, *_ in own if at < other <= at + settle_us]
        if state == ERROR and not later and at not in [moment for moment, _ in done]:
            (stands if at + settle_us <= NOW_US else waits).append((at, system))
    reporters = [reporter for *_, reporter in own]
    return (
        done[0][0] if done else 0,
        done[-1][0] if done else 0,
        max(stands)[0] if stands else 0,
        max(waits)[0] if waits else 0,
        done[0][1] if done else "",
        max(stands or waits, default=(0, ""))[1],
        max(map(reporters.count, reporters)),
        sorted({at for at, _ in done}) if STEPS.index(step) + 1 in paused else [],
    )


@given(st.lists(PASSAGE, max_size=14), st.sampled_from([(), (1,), (3, 1)]))
def test_steps_are_what_a_plain_reckoning_makes_of_their_passages(seen, paused):
    found = became_of(seen, paused)
    assert found == oracle(seen, paused)
    assert list(found) == sorted(found, key=lambda key: (key[0], STEPS.index(key[1])))


def sent(at, state=DONE, **more):
    return Seen(group=0, at=at, state=state, steps=("order\tsent",), **more)


def errors_of(*seen, now_us=NOW_US):
    """Last error that stands and last that waits, of the one step that *seen* tell of."""
    return next(iter(became_of(seen, now_us=now_us).values()))[2:4]


def test_an_error_is_repaired_by_the_success_within_settle_and_not_by_one_after_it():
    assert errors_of(sent(100, ERROR), sent(110)) == (0, 0)
    assert errors_of(sent(100, ERROR), sent(111)) == (100, 0)


def test_an_error_that_a_failing_attempt_follows_leaves_only_that_one():
    assert errors_of(sent(108, ERROR), sent(100, ERROR)) == (108, 0)


def test_a_retry_repairs_the_error_before_it_but_none_at_its_own_moment():
    assert errors_of(sent(100, ERROR), sent(105, RETRY)) == (0, 0)
    assert errors_of(sent(100, ERROR), sent(100, RETRY)) == (100, 0)
    assert errors_of(sent(100, ERROR), sent(100)) == (0, 0)


def test_an_error_waits_until_settle_has_passed():
    assert errors_of(sent(100, ERROR), now_us=109) == (0, 100)
    assert errors_of(sent(100, ERROR), now_us=110) == (100, 0)


def test_what_has_no_time_before_1970_still_has_happened():
    assert became_of([sent(-(10**15), system="erp")])[0, "order\tsent"][:2] == (1, 1)
    assert errors_of(sent(0, ERROR)) == (1, 0)


def test_one_attempt_that_two_reporters_tell_of_is_one_attempt():
    repeated = [sent(100, ERROR, reporter=1), sent(101, reporter=1), sent(100, ERROR, reporter=2)]
    assert became_of(repeated)[0, "order\tsent"][6] == 2


def test_nothing_told_makes_no_steps_even_of_an_empty_catalog():
    assert became_of([]) == {}
    assert became_of([Seen(group=0, steps=("order\tunknown",)), Seen(group=0)]) == {}
    found = steps_of(told_of([]), np.zeros(0, np.int64), np.zeros(0, np.int64), [], NOW_US)
    assert [len(found.component), len(found.passes)] == [0, 0]


FLOWS = ["", "order", "stock"]


def ways_of(seen, flows=(1, 1, 2)):
    labels, at_us = ways(told_of(seen), rows_of(*seen), np.array(flows, np.int64), FLOWS)
    texts = [[label.decode() for label in own] for own in labels.to_pylist()]
    return [list(zip(*way, strict=True)) for way in zip(texts, at_us.to_pylist(), strict=True)]


def ways_oracle(seen, flows=(1, 1, 2)):
    found = []
    for component, flow in enumerate(flows):
        told = {}
        for one in seen:
            for step in one.steps:
                if one.group == component and flow and step.startswith(FLOWS[flow] + "\t"):
                    told.setdefault(step, {}).setdefault((one.kind == LOG, one.reporter), []).append(one)
        way = []
        for step, reporters in told.items():
            _, heard = max(reporters.items(), key=lambda item: (len(item[1]), not item[0][0], item[0][1]))
            for one in heard:
                label = step.partition("\t")[2] + ["", ":failed", ":retry"][one.state]
                way.append((max(1, one.at), len(one.event_id), one.event_id, label))
        found.append([(label, at) for at, _, _, label in sorted(way)])
    return found


KIND_AND_REPORTER = st.sampled_from([(EVENT, 2**64 - 1), (SPAN, 2**63), (SPAN, 5), (LOG, 2**64 - 2), (LOG, 7)])
TOLD = st.builds(
    lambda kind_and_reporter, **more: Seen(kind=kind_and_reporter[0], reporter=kind_and_reporter[1], **more),
    kind_and_reporter=KIND_AND_REPORTER,
    group=st.integers(0, 2),
    at=st.sampled_from([-5, 0, 1, 10, 10**15]),
    state=st.sampled_from([DONE, ERROR, RETRY]),
    event_id=st.sampled_from(["", "2", "9", "10", "é"]),
    steps=st.lists(st.sampled_from([*STEPS, "order\tsent:failed", "sent"]), max_size=3, unique=True).map(tuple),
)


@given(st.lists(TOLD, max_size=14), st.sampled_from([(1, 1, 2), (0, 2, 1), (0, 0, 0)]))
def test_ways_are_what_a_plain_reckoning_makes_of_passages(seen, flows):
    # texts sort here by characters and there by bytes, which is the same order; lengths are those of bytes
    plain = [one for one in seen if one.event_id != "é"]
    assert ways_of(plain, flows) == ways_oracle(plain, flows)
    assert [sorted(way) for way in ways_of(seen, flows)] == [sorted(way) for way in ways_oracle(seen, flows)]


def test_at_one_moment_rows_of_an_imported_log_keep_their_order():
    seen = [Seen(group=0, at=5, steps=("order\tbooked",), event_id="row-10"), sent(5, event_id="row-9")]
    assert ways_of(seen, (1,)) == [[("sent", 5), ("booked", 5)]]


def test_of_several_reporters_the_one_that_tells_most_is_heard_and_a_log_record_only_where_it_is_not_matched():
    event, log = sent(5, reporter=1), [sent(6, kind=LOG, reporter=2), sent(7, kind=LOG, reporter=2)]
    assert ways_of([event, log[0]], (1,)) == [[("sent", 5)]]
    assert ways_of([event, *log], (1,)) == [[("sent", 6), ("sent", 7)]]


@pytest.mark.parametrize("seed", range(3))
def test_of_too_many_passages_the_earliest_are_kept_in_whatever_order_they_come(monkeypatch, seed):
    monkeypatch.setattr(module, "_MOST_TOLD", 20)
    seen = [sent(at) for at in range(1, 101)] + [Seen(group=0, at=60, steps=("order\tbooked",))]
    random.Random(seed).shuffle(seen)
    assert ways_of(seen, (1,)) == [[("sent", at) for at in range(1, 21)] + [("booked", 60)]]


def test_a_component_without_passages_has_an_empty_way():
    assert ways_of([], ()) == []
    assert ways_of([sent(5)], (1, 2, 0)) == [[("sent", 5)], [], []]
    assert ways_of([Seen(group=0)], (1,)) == [[]]
