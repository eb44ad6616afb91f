"""Purchase order items of BPI Challenge 2019, imported whole: the counts that the data's readers know."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

from tests.integration.eventlogs import purchase_orders as orders


@pytest.fixture(scope="module")
def items(imported) -> list[dict]:
    return [item for item in imported.transactions(orders.FLOW) if _case(item)]


def _case(item: dict) -> str | None:
    return next((found["value"] for found in item["identifiers"] if found["type"] == "correlation"), None)


def _reached(item: dict) -> set[str]:
    return {milestone["name"] for milestone in item["milestones"] if milestone["status"] in ("done", "failed")}


def test_every_item_is_one_transaction(items, shared_data):
    cases = {row["case_id"] for row in orders.events(shared_data)}
    assert len(cases) == 15_182
    assert Counter(_case(item) for item in items) == Counter(cases)


@pytest.mark.parametrize(
    ("reached", "never", "count"),
    [
        ({orders.CLEARED}, set(), 9_676),
        ({orders.DELETED}, set(), 329),
        ({orders.RECEIVED}, {orders.INVOICED}, 3_411),
        ({orders.INVOICED}, {orders.CLEARED}, 1_454),
        (set(), {orders.RECEIVED}, 643),
        ({orders.TRANSFER_FAILED}, set(), 45),
        ({"Remove Payment Block"}, set(), 2_230),
    ],
)
def test_items_are_counted_by_what_they_reached(items, reached, never, count):
    found = [item for item in items if reached <= _reached(item) and not never & _reached(item)]
    assert len(found) == count


def test_cleared_items_are_completed_and_a_failed_transfer_is_no_success(items):
    for item in items:
        if orders.CLEARED in _reached(item):
            assert item["status"] in ("completed", "completed_late", "failed")
        else:
            assert item["status"] not in ("completed", "completed_late")


def _first_times(shared_data) -> dict[str, dict[str, datetime]]:
    """Return when each item passed each activity first."""
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in orders.events(shared_data):
        at, passed = datetime.fromisoformat(row["timestamp"]), found[row["case_id"]]
        passed[row["activity"]] = min(at, passed.get(row["activity"], at))
    return found


@pytest.mark.parametrize("name", orders.LIMITS)
def test_from_receipt_to_invoice_to_clearing_as_many_are_late_as_counted_by_hand(items, shared_data, name):
    after, days = orders.LIMITS[name]
    taken = [
        times[name] - times[after] for times in _first_times(shared_data).values() if {name, after} <= times.keys()
    ]
    by_hand = len(taken), sum(each > timedelta(days=days) for each in taken)
    reached = [one for item in items for one in item["milestones"] if (one["name"], one["status"]) == (name, "done")]
    due = [
        (datetime.fromisoformat(one["at"]), datetime.fromisoformat(one["due_at"])) for one in reached if "due_at" in one
    ]
    print(f"{name}: {by_hand[1]} of {by_hand[0]} more than {days} days after {after}")
    assert 0 < by_hand[1] < by_hand[0]
    assert (len(due), sum(at > until for at, until in due)) == by_hand


def test_items_are_the_children_of_their_purchasing_document(imported, items):
    documents = Counter(orders.document_of(_case(item) or "") for item in items)
    assert len(documents) == 9_456
    for document, count in documents.most_common(3):
        parent = imported.get(f"/api/v1/transactions/{document}", {"type": "purchasing_document"})
        assert parent["children"]["total"] == count
    whole = imported.get(f"/api/v1/transactions/{documents.most_common(1)[0][0]}", {})
    assert whole["children"]["total"] == documents.most_common(1)[0][1]
