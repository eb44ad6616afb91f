"""Where one transaction's trouble starts, and where its time went."""

from datetime import timedelta

import pytest
from stored_rows import START, at, hex_id
from tick_rows import CLIENT, CONSUMER, PRODUCER, SERVER, Work

from storage.store import Store


@pytest.fixture
def work(origin_store: Store) -> Work:
    return Work(origin_store)


def _origin(work: Work, tx: str = "t") -> tuple[str, str]:
    found = work.locate()[tx]
    return found.category, found.system


def test_the_deepest_failing_span_is_the_origin_not_its_callers(work):
    work.transaction("t", "failed", 10)
    work.span("t", "a", 0, 10, "gw", kind=SERVER, error=True)
    work.span("t", "b", 1, 9, "gw", kind=CLIENT, parent="a", peer="erp", error=True)
    work.span("t", "c", 2, 8, "erp", kind=SERVER, parent="b", error=True)
    work.span("t", "d", 3, 4, "erp", parent="c", error=True, exception_type="PostingError", exception_message="closed")
    found = work.locate()["t"]
    assert (found.category, found.system) == ("erp", "erp")
    assert found.confidence > 0.9
    assert found.evidence[0]["kind"] == "span"
    assert "deepest failing span" in found.evidence[0]["why"]
    assert found.evidence[0]["message"] == "PostingError: closed"


def test_a_failing_client_span_whose_other_side_sent_nothing_stands_for_it(work):
    work.transaction("t", "failed", 5)
    work.span("t", "a", 0, 5, "mw", kind=SERVER, error=True)
    work.span("t", "b", 1, 2, "mw", kind=CLIENT, parent="a", peer="saas", error=True, status_message="503")
    assert _origin(work) == ("saas", "saas")


def test_a_time_out_is_the_callees_even_when_its_answer_was_fine(work):
    work.transaction("t", "failed", 5)
    work.span("t", "a", 0, 3, "mw", kind=CLIENT, peer="idp", error=True, status_message="read timed out after 2 s")
    work.span("t", "b", 1, 2.5, "idp", kind=SERVER, parent="a")
    assert _origin(work) == ("identity", "idp")


def test_an_answer_after_the_caller_gave_up_is_the_callees(work):
    work.transaction("t", "failed", 5)
    work.span("t", "a", 0, 3, "mw", kind=CLIENT, peer="idp", error=True)
    work.span("t", "b", 1, 4, "idp", kind=SERVER, parent="a")
    assert _origin(work) == ("identity", "idp")


def test_a_caller_that_fails_over_a_timely_good_answer_fails_by_itself(work):
    work.transaction("t", "failed", 5)
    work.span("t", "a", 0, 3, "mw", kind=CLIENT, peer="erp", error=True, exception_type="KeyError")
    work.span("t", "b", 1, 2, "erp", kind=SERVER, parent="a")
    assert _origin(work) == ("middleware", "mw")


def test_an_error_that_a_later_attempt_repaired_is_not_the_origin(work):
    work.transaction("t", "failed", 20)
    work.span("t", "try1", 0, 1, "mw", kind=CLIENT, name="POST /token", peer="idp", error=True)
    work.span("t", "try2", 2, 3, "mw", kind=CLIENT, name="POST /token", peer="idp")
    work.span("t", "map", 4, 5, "mw2", error=True)
    assert _origin(work) == ("middleware", "mw2")


def test_a_message_nobody_took_waits_in_the_queue(work):
    work.transaction("t", "stuck", 5, missing_milestone="sent", missing_system="mw")
    work.span("t", "a", 0, 5, "erp", kind=SERVER)
    work.span("t", "b", 1, 2, "erp", kind=PRODUCER, parent="a", peer="q")
    found = work.locate()["t"]
    assert (found.category, found.system) == ("queue", "q")
    assert any(row["kind"] == "milestone" for row in found.evidence)


def test_a_message_taken_over_a_span_link_does_not_wait(work):
    work.transaction("t", "stuck", 9, missing_milestone="sent", missing_system="erp")
    work.span("t", "b", 1, 2, "erp", kind=PRODUCER, peer="q")
    work.span("t", "c", 3, 4, "mw", kind=CONSUMER, trace="other", links=[("t", "b")])
    assert _origin(work)[1] == "erp"


def test_stuck_without_any_error_points_at_the_system_that_owes_the_milestone(work):
    work.transaction("t", "stuck", 5, missing_milestone="paid", missing_system="erp")
    work.span("t", "a", 0, 5, "mw")
    found = work.locate()["t"]
    assert (found.category, found.system) == ("unknown", "erp")  # no catalog was given that names its category
    assert found.confidence <= 0.5


def test_a_failing_event_is_the_origin_where_there_are_no_spans(work):
    work.transaction("t", "failed", 5)
    work.event("t", 0, "erp", "approved")
    work.event("t", 5, "saas", "acknowledged", "error")
    assert _origin(work) == ("saas", "saas")


def test_an_error_log_speaks_where_nothing_else_does(work):
    work.transaction("t", "failed", 5)
    work.event("t", 0, "erp", "approved")
    work.log("t", 4, "db", "ORA-00060: deadlock")
    found = work.locate()["t"]
    assert (found.category, found.system) == ("database", "db")
    assert found.evidence[0]["message"] == "ORA-00060: deadlock"


def test_a_late_transaction_names_the_queue_it_waited_in(work):
    work.transaction("t", "completed_late", 100, breached=1)
    work.span("t", "a", 0, 2, "erp", kind=PRODUCER, peer="q")
    work.span("t", "c", 90, 100, "mw", kind=CONSUMER, parent="a")
    found = work.locate()["t"]
    assert (found.category, found.system) == ("queue", "q")
    assert "88" in found.evidence[0]["why"]


def test_a_late_transaction_names_the_slow_system(work):
    work.transaction("t", "completed_late", 100, breached=1)
    work.span("t", "a", 0, 100, "mw", kind=SERVER)
    work.span("t", "b", 1, 95, "mw", kind=CLIENT, parent="a", peer="erp")
    work.span("t", "c", 2, 94, "erp", kind=SERVER, parent="b")
    assert _origin(work) == ("erp", "erp")


def test_a_transaction_without_trouble_has_no_origin_but_an_account(work):
    work.transaction("t", "completed", 10)
    work.span("t", "a", 0, 4, "erp", error=True)
    found = work.locate()["t"]
    assert (found.category, found.system, found.evidence) == ("", "", [])
    assert (found.work_ms, found.unexplained_ms) == (4_000, 6_000)


def test_an_unknown_transaction_has_no_origin(work):
    work.transaction("t", "unknown", 10, breached=1, missing_system="gw", missing_milestone="confirmed")
    work.span("t", "a", 0, 4, "erp")
    assert _origin(work) == ("", "")


def test_parallel_work_is_counted_once_and_the_parts_sum_to_what_elapsed(work):
    work.transaction("t", "completed", 60.000_001)
    work.span("t", "root", 0, 5, "mw", kind=SERVER)
    work.span("t", "p1", 1, 4, "mw", parent="root")
    work.span("t", "p2", 2, 5, "mw", parent="root")
    work.span("t", "send", 5, 6, "mw", kind=PRODUCER, peer="q")
    work.span("t", "take", 16, 20, "erp", kind=CONSUMER, parent="send")
    work.span("t", "try1", 30, 31, "erp", name="POST /x", kind=CLIENT, peer="saas", error=True)
    work.span("t", "try2", 40, 42, "erp", name="POST /x", kind=CLIENT, peer="saas")
    found = work.locate()["t"]
    assert found.work_ms == pytest.approx(5_000 + 1_000 + 4_000 + 2_000)
    assert found.queue_ms == pytest.approx(10_000)
    assert found.retry_ms == pytest.approx(10_000)
    total = found.work_ms + found.queue_ms + found.retry_ms + found.unexplained_ms
    assert total == pytest.approx(60_000.001, abs=1e-6)


def test_each_transaction_of_a_tick_gets_its_own_origin(work):
    for name, system in (("t1", "erp"), ("t2", "gw")):
        work.transaction(name, "failed", 5)
        work.span(name, f"{name}-a", 0, 5, system, error=True)
    found = work.locate()
    assert (found["t1"].system, found["t2"].system) == ("erp", "gw")


def test_an_error_log_of_a_span_under_a_failing_caller_moves_the_origin_to_that_span(work):
    work.transaction("t", "failed", 10)
    work.span("t", "a", 0, 10, "gw", kind=SERVER, error=True)
    work.span("t", "b", 1, 9, "gw", kind=CLIENT, parent="a", peer="erp", error=True)
    work.span("t", "c", 2, 8, "erp", kind=SERVER, parent="b")
    work.log("t", 3, "erp", "posting period closed", trace_id=hex_id("t"), span_id=hex_id("c", 16))
    assert _origin(work) == ("erp", "erp")


def test_an_error_log_of_a_span_whose_caller_went_on_moves_nothing(work):
    work.transaction("t", "failed", 10)
    work.span("t", "a", 0, 10, "gw", kind=SERVER, error=True, exception_type="KeyError")
    work.span("t", "b", 1, 4, "gw", kind=CLIENT, parent="a", peer="erp")
    work.span("t", "c", 2, 3, "erp", kind=SERVER, parent="b")
    work.log("t", 3, "erp", "cache missed", trace_id=hex_id("t"), span_id=hex_id("c", 16))
    assert _origin(work) == ("gateway", "gw")


NORMAL = """
INSERT INTO step_durations
SELECT 'order', {system:String}, {operation:String}, {kind:String}, {hour:DateTime('UTC')}, count(),
    quantilesTDigestState(0.5, 0.95)({typical_ms:Float64} * (1 + number / 1000)), {hour:DateTime('UTC')}
FROM numbers(100)
"""


@pytest.fixture
def normal(work):
    """Teach how long a step takes; forgotten after the test."""

    def teach(system, operation, typical_ms, kind="work"):
        given = {"system": system, "operation": operation, "kind": kind, "hour": START, "typical_ms": typical_ms}
        work.store.execute(NORMAL, given)

    yield teach
    work.store.execute("TRUNCATE TABLE step_durations")


def test_a_message_that_waited_longer_than_such_messages_do_names_the_queue(work, normal):
    normal("q", "take", 100.0, "queue")
    normal("erp", "post", 60_000.0)
    work.transaction("t", "completed_late", 100, breached=1, flow="order")
    work.span("t", "send", 0, 1, "mw", kind=PRODUCER, peer="q")
    work.span("t", "take", 31, 32, "mw", kind=CONSUMER, parent="send")
    work.span("t", "post", 32, 100, "erp")
    assert _origin(work) == ("queue", "q")
    assert "waited 30 s, normally p95 109 ms over 100 runs in 1 day" in work.locate()["t"].evidence[0]["why"]


def test_without_anything_learned_the_longest_step_is_named(work):
    work.transaction("t", "completed_late", 100, breached=1, flow="order")
    work.span("t", "send", 0, 1, "mw", kind=PRODUCER, peer="q")
    work.span("t", "take", 31, 32, "mw", kind=CONSUMER, parent="send")
    work.span("t", "post", 32, 100, "erp")
    assert _origin(work) == ("erp", "erp")


@pytest.fixture
def broker(work):
    """Reports of the broker "q"; forgotten after the test."""
    points = ["service", "metric", "time", "attributes", "series", "value", "has_value"]
    usual = ["broker", "destination", "hour", "waiting", "learned_at"]

    def say(destination, at_s, value, metric="messaging.queue.depth", series=0):
        row = ["q", metric, at(at_s), {"messaging.destination.name": destination}, series, value, True]
        work.store.insert("metric_points_gauge", points, [row])

    def teach(destination, waiting, hours=range(3)):
        rows = [["q", destination, START - timedelta(hours=n + 1), waiting, START] for n in hours]
        work.store.insert("queue_backlogs", usual, rows)

    say.usually = teach
    yield say
    for table in ("metric_points_gauge", "queue_backlogs", "step_durations"):
        work.store.execute(f"TRUNCATE TABLE {table}")


def _lag(found):
    return [row for row in found.evidence if row["kind"] == "metric"]


def waiting_for_a_consumer(work, status="in_progress"):
    work.transaction("t", status, 5, breached=1, missing_milestone="sent", missing_system="mw")
    work.span("t", "a", 0, 5, "erp", kind=SERVER)
    work.span("t", "b", 1, 2, "erp", kind=PRODUCER, parent="a", peer="q", name="publish po.created")


def test_a_queue_that_its_broker_calls_backed_up_outweighs_the_system_that_owes_a_milestone(work, broker):
    waiting_for_a_consumer(work)
    assert _origin(work) == ("unknown", "mw")
    broker.usually("po.created", 4)
    broker("po.created", 60, 4_812)
    found = work.locate()["t"]
    assert (found.category, found.system) == ("queue", "q")
    (row,) = _lag(found)
    assert row["why"] == "the broker said that up to 4812 messages waited, usually 4"
    assert (row["destination"], row["span_id"]) == ("po.created", hex_id("b", 16))


def test_what_waits_in_a_queue_as_usual_or_in_another_queue_is_no_backlog(work, broker):
    waiting_for_a_consumer(work)
    for destination, usual in (("po.created", 2_000), ("po", 1), ("po.rejected", 1)):
        broker.usually(destination, usual)
        broker(destination, 60, 4_812)
    found = work.locate()["t"]
    assert (_lag(found), found.system) == ([], "mw")


def test_what_was_said_before_a_message_was_sent_or_long_after_is_of_other_messages(work, broker):
    waiting_for_a_consumer(work)
    broker.usually("po.created", 4)
    for at_s in (-700, 3 * 3_600):
        broker("po.created", at_s, 4_812)
    assert _lag(work.locate()["t"]) == []


def test_a_queue_that_nobody_takes_from_is_the_origin_whatever_is_usual(work, broker):
    waiting_for_a_consumer(work)
    broker("po.created", 60, 1)
    broker("po.created", 60, 0, "messaging.queue.consumers")
    found = work.locate()["t"]
    assert found.system == "q"
    assert _lag(found)[0]["why"] == "the broker said that up to 1 message waited, and nobody took from the queue"
    broker("po.created", 60, 2, "messaging.queue.consumers")
    assert _lag(work.locate()["t"]) == []


def test_partitions_and_states_of_a_destination_are_summed(work, broker):
    waiting_for_a_consumer(work)
    broker.usually("po.created", 4)
    for series in range(3):
        broker("po.created", 60, 5, "kafka.consumer_group.lag", series)
    assert "up to 15 messages" in _lag(work.locate()["t"])[0]["why"]


def test_a_backlog_of_a_queue_nothing_is_known_of_is_told_but_names_nothing(work, broker):
    waiting_for_a_consumer(work)
    broker("po.created", 60, 4_812)
    found = work.locate()["t"]
    assert (found.system, _lag(found)[0]["why"]) == ("mw", "the broker said that up to 4812 messages waited")


def test_a_backlog_that_comes_every_night_is_usual_at_night(work, broker):
    waiting_for_a_consumer(work)
    broker.usually("po.created", 2, hours=range(48))
    broker("po.created", 60, 500)
    assert _origin(work) == ("queue", "q")
    broker.usually("po.created", 400, hours=(23, 47))
    assert _lag(work.locate()["t"]) == []


def test_a_late_transaction_names_the_queue_that_was_backed_up_though_a_step_took_longer(work, broker):
    work.transaction("t", "completed_late", 100, breached=1)
    work.span("t", "send", 0, 1, "mw", kind=PRODUCER, peer="q")
    work.span("t", "take", 31, 32, "mw", kind=CONSUMER, parent="send")
    work.span("t", "post", 32, 100, "erp")
    assert _origin(work) == ("erp", "erp")
    broker.usually("orders", 4)
    broker("orders", 20, 900)
    assert _origin(work) == ("queue", "q")


def test_a_message_that_was_taken_at_once_did_not_suffer_from_a_backlog(work, broker):
    work.transaction("t", "completed_late", 100, breached=1)
    work.span("t", "send", 0, 1, "mw", kind=PRODUCER, peer="q")
    work.span("t", "take", 1.1, 2, "mw", kind=CONSUMER, parent="send")
    work.span("t", "post", 32, 100, "erp")
    broker.usually("orders", 4)
    broker("orders", 0.5, 900)
    assert _lag(work.locate()["t"]) == []


def test_a_failure_is_not_blamed_on_a_backlog(work, broker):
    waiting_for_a_consumer(work, "failed")
    work.span("t", "c", 2, 3, "mw", error=True)
    broker.usually("po.created", 4)
    broker("po.created", 60, 4_812)
    found = work.locate()["t"]
    assert (found.system, _lag(found)) == ("mw", [])


def test_of_what_is_stuck_a_backlog_says_more_than_an_error_on_the_way(work, broker):
    waiting_for_a_consumer(work, "stuck")
    work.span("t", "c", 2, 3, "mw", error=True)
    assert _origin(work) == ("middleware", "mw")
    broker.usually("po.created", 4)
    broker("po.created", 60, 4_812)
    assert _origin(work) == ("queue", "q")
