"""What is told is deterministic, connected, and shaped like real telemetry."""

from itertools import pairwise

import orjson
import pytest
from opentelemetry.trace import SpanKind

from wayline.estate.faults import FAULTS
from wayline.estate.outcome import judge
from wayline.estate.telemetry import EventItem, SpanItem

REFERENCES = {"supplier_id", "cost_center", "item_number", "contract_number", "ledger_period"}


def spans_of(told):
    return [item for item in told.items if isinstance(item, SpanItem)]


def test_same_seed_tells_the_same_run(tell_run):
    assert tell_run(*FAULTS, seed=11) == tell_run(*FAULTS, seed=11)


def test_different_seeds_share_no_identity(tell_run):
    runs = [
        {
            (kind, value)
            for told in tell_run(seed=seed)
            for part in (told, *told.children)
            for kind, value in part.identifiers.items()
            if kind not in REFERENCES
        }
        for seed in range(4)
    ]
    assert not set.intersection(runs[0], runs[1])
    assert len(set.union(*runs)) == sum(len(run) for run in runs)


def test_business_numbers_are_unique_inside_a_run(tell_run):
    seen = [
        (kind, value)
        for told in tell_run(*FAULTS)
        for part in (told, *told.children)
        for kind, value in part.identifiers.items()
        if kind not in REFERENCES
    ]
    assert len(seen) == len(set(seen))


def test_truth_line_has_the_shape_of_the_contract(tell_run, end_ns):
    for told in tell_run(*FAULTS):
        line = orjson.loads(judge(told, end_ns).as_line())
        assert list(line) == [
            "flow",
            "identifiers",
            "status",
            "origin",
            "fault",
            "started_at",
            "milestones",
            "breached",
            "children",
        ]
        assert line["status"] in {"completed", "completed_late", "failed", "stuck", "unknown", "in_progress"}
        assert set(line["milestones"].values()) <= {"done", "failed"}
        if line["status"] in {"failed", "stuck", "completed_late"}:
            assert set(line["origin"]) == {"category", "system"}
        else:
            assert line["origin"] is None


def test_truth_names_no_identifier_that_no_evidence_carries(tell_run):
    failed_early = [told for told in tell_run("gateway_rejects") if "po_created" in told.milestones and told.origin]
    for told in tell_run(*FAULTS):
        said = {
            value
            for item in told.items
            for value in (item.data if isinstance(item, EventItem) else item.attributes).values()
        }
        assert set(told.identifiers.values()) <= said
    assert any("po_number" not in told.identifiers for told in failed_early)


def test_every_span_stands_inside_a_trace_that_is_told(tell_run):
    for told in tell_run(*FAULTS):
        known = {span.ref for span in spans_of(told)}
        for span in spans_of(told):
            assert span.end_ns >= span.start_ns
            assert span.parent is None or (span.parent in known and span.parent.trace_id == span.ref.trace_id)
            assert set(span.links) <= known


def test_consumers_continue_or_link_to_the_producer_of_their_message(tell_run):
    linked = continued = 0
    for told in tell_run():
        producers = {
            span.attributes["messaging.message.id"]: span.ref
            for span in spans_of(told)
            if span.kind is SpanKind.PRODUCER
        }
        for span in spans_of(told):
            if span.kind is SpanKind.CONSUMER:
                producer = producers[span.attributes["messaging.message.id"]]
                linked += span.links == (producer,)
                continued += span.parent == producer
                assert span.links == (producer,) or span.parent == producer
    assert linked
    assert continued


def test_events_know_business_keys_and_no_trace(tell_run):
    events = [item for told in tell_run() for item in told.items if isinstance(item, EventItem)]
    assert {event.source for event in events} == {
        "/supplier-network",
        "/scheduling-saas",
        "/carrier-saas",
        "/cabinet-gateway",
    }
    assert not any("correlation" in key for event in events for key in (*event.extensions, *event.data))


@pytest.mark.parametrize("seed", [1, 2])
def test_all_evidence_of_a_transaction_hangs_together_by_what_it_carries(tell_run, catalog, seed):
    names = {
        name: kind
        for kind, identifier in catalog.identifiers.items()
        if identifier.role == "identity"
        for name in identifier.attributes
    } | {"correlation.id": "correlation", "messaging.message.conversation_id": "correlation"}
    for told in tell_run(*FAULTS, seed=seed):
        if told.children:
            continue
        groups = [_tokens(item, names) for item in told.items]
        assert len(_merged(groups)) == 1, told.flow.name


def _tokens(item, names):
    if isinstance(item, EventItem):
        return {(names[key], value) for key, value in item.data.items() if key in names}
    found = {(names[key], value) for key, value in item.attributes.items() if key in names}
    ref = item.ref if isinstance(item, SpanItem) else item.span
    return found | {("trace", ref.trace_id)}


def _merged(groups):
    merged = []
    for group in groups:
        touching = [other for other in merged if other & group]
        merged = [other for other in merged if not other & group] + [group.union(*touching)]
    return merged


def test_milestones_are_passed_in_the_order_of_time(tell_run):
    for told in tell_run():
        moments = [passed.at_ns for passed in told.milestones.values()]
        assert all(earlier <= later for earlier, later in pairwise(moments))


def test_late_transactions_really_passed_their_deadline(tell_run, end_ns):
    late = [judge(told, end_ns) for seed in range(4) for told in tell_run("queue_backlog", seed=seed)]
    late = [truth for truth in late if truth.status == "completed_late"]
    assert late
    assert all(truth.breached for truth in late)
