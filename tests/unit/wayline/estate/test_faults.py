"""Each fault does to transactions what its ground truth says, and nothing to the others."""

from collections import Counter

import pytest

from core.errors import ConfigError
from wayline.estate.faults import FAULTS, parse_faults
from wayline.estate.outcome import judge, next_due_ns
from wayline.estate.telemetry import NS_PER_S, EventItem, SpanItem

STRIKES = {
    "erp_errors": ("erp", {"failed"}),
    "transform_schema": ("middleware", {"failed"}),
    "identity_timeouts": ("identity", {"failed"}),
    "queue_backlog": ("queue", {"stuck", "completed_late"}),
    "saas_down": ("saas", {"failed"}),
    "gateway_rejects": ("gateway", {"failed"}),
    "database_deadlock": ("database", {"failed"}),
    "network_partition": ("network", {"failed"}),
}


def flat(run):
    return [part for told in run for part in (told, *told.children)]


def test_without_faults_every_transaction_completes_in_time(tell_run, end_ns):
    truths = [judge(told, end_ns) for told in flat(tell_run())]
    assert {truth.status for truth in truths} == {"completed"}
    assert not any(truth.breached or truth.origin or truth.fault for truth in truths)
    assert {truth.flow for truth in truths} >= {"procure_to_pay", "inventory_sync", "gl_posting", "gl_journal"}


@pytest.mark.parametrize("fault", sorted(STRIKES))
def test_fault_ends_transactions_as_its_truth_says(fault, tell_run, end_ns):
    category, statuses = STRIKES[fault]
    truths = [judge(told, end_ns) for told in tell_run(fault)]
    struck = [truth for truth in truths if truth.origin]
    assert struck
    assert {truth.status for truth in struck} <= statuses
    assert {truth.origin.category for truth in struck} == {category}
    assert {truth.fault for truth in truths} == {fault, None}
    assert {truth.status for truth in truths if truth.fault is None} == {"completed"}


def test_repaired_strikes_complete_without_an_origin(tell_run, end_ns):
    truths = [judge(told, end_ns) for told in tell_run("database_deadlock")]
    repaired = [truth for truth in truths if truth.fault and truth.status == "completed"]
    assert repaired
    assert not any(truth.origin for truth in repaired)


def test_transform_schema_strikes_one_supplier_only(tell_run):
    run = tell_run("transform_schema")
    struck = {told.identifiers["supplier_id"] for told in run if told.fault == "transform_schema"}
    episode = [told for told in run if told.flow.name == "procure_to_pay" and told.fault is None]
    assert struck == {"SUP-1000"}
    assert episode


def test_backlog_leaves_a_message_that_nobody_takes(tell_run, end_ns):
    stuck = [told for told in tell_run("queue_backlog") if judge(told, end_ns).status == "stuck"]
    for told in stuck:
        sent = Counter(item.kind.name for item in told.items if isinstance(item, SpanItem))
        assert sent["PRODUCER"] > sent["CONSUMER"]


def test_what_is_stuck_has_been_overdue_for_longer_than_evidence_is_late(tell_run):
    stalled = [told for told in tell_run("queue_backlog") if told.ending == "stalled"]
    assert stalled
    for told in stalled:
        due_ns = next_due_ns(told.flow, told.milestones, told.started_ns)
        assert due_ns + 45 * NS_PER_S <= told.items[0].send_at_ns


def test_silent_source_is_heard_once_long_before_and_never_in_the_run(tell_run, start_ns, end_ns):
    run = tell_run("silent_source")
    heard = [
        item.at_ns for told in run for item in told.items if isinstance(item, EventItem) and "cabinet" in item.source
    ]
    assert len(heard) == 1
    assert heard[0] < start_ns - 5 * 3_600 * NS_PER_S
    unknown = [told for told in run if judge(told, end_ns).status == "unknown"]
    assert unknown
    for told in unknown:
        assert start_ns <= next_due_ns(told.flow, told.milestones, told.started_ns) <= end_ns
    assert {judge(told, end_ns).status for told in run} == {"unknown", "completed"}


def test_duplicate_delivery_sends_the_same_message_and_the_same_telemetry_twice(tell_run, end_ns):
    doubled = [told for told in tell_run("duplicate_delivery") if told.fault]
    assert doubled
    for told in doubled:
        spans = Counter(item.ref for item in told.items if isinstance(item, SpanItem))
        assert set(spans.values()) == {2}
        assert judge(told, end_ns).status == "completed"
    redelivered = [
        item
        for told in doubled
        for item in told.items
        if isinstance(item, SpanItem) and "messaging.rabbitmq.message.redelivered" in item.attributes
    ]
    assert redelivered


def test_late_events_are_sent_seconds_after_they_happened(tell_run):
    late = [told for told in tell_run("late_events") if told.fault]
    assert late
    for told in late:
        assert any(item.send_at_ns - _event_time(item) > 4 * NS_PER_S for item in told.items)


def test_batch_partial_is_a_batch_of_200_of_which_3_fail(tell_run, end_ns):
    batches = [told for told in tell_run("batch_partial") if told.fault == "batch_partial"]
    assert len(batches) == 1
    children = Counter(judge(child, end_ns).status for child in batches[0].children)
    assert children == {"completed": 197, "failed": 3}
    parent = judge(batches[0], end_ns)
    assert (parent.status, parent.children) == ("failed", 200)


def test_faults_are_parsed_by_name_all_and_none():
    assert parse_faults("all") == tuple(FAULTS)
    assert parse_faults("none") == ()
    assert parse_faults("erp_errors, saas_down") == ("erp_errors", "saas_down")
    with pytest.raises(ConfigError, match="unknown fault 'gremlins'"):
        parse_faults("gremlins")


def _event_time(item):
    return item.end_ns if isinstance(item, SpanItem) else item.at_ns
