"""BPI Challenge 2019 as a process: its variants and the time from invoice to payment, as counted without Wayline."""

import pytest

FLOW = "/api/v1/flows/purchase_order_item"
DAY_MS = 86_400_000
WHOLE = {"since": "2000-01-01T00:00:00Z"}


def test_the_variants_are_those_of_the_log(imported):
    answer = imported.get(f"{FLOW}/variants", WHOLE | {"repeats": "keep", "include_open": "true", "limit": 5})
    assert (answer["transactions"], answer["variants"]) == (15_182, 4_228)
    top = answer["items"][0]
    assert top["count"] == 2_327
    assert [step["step"] for step in top["steps"]] == [
        "Create Purchase Order Item",
        "Vendor creates invoice",
        "Record Goods Receipt",
        "Record Invoice Receipt",
        "Clear Invoice",
    ]
    assert answer["other"]["count"] + sum(item["count"] for item in answer["items"]) == 15_182


def test_repeats_in_a_row_are_one_step_where_that_is_wanted(imported):
    answer = imported.get(f"{FLOW}/variants", WHOLE | {"include_open": "true"})
    assert (answer["variants"], answer["items"][0]["count"]) == (1_631, 2_352)


def test_every_transaction_of_a_variant_is_listed(imported):
    answer = imported.get(f"{FLOW}/variants", WHOLE | {"include_open": "true", "limit": 1_000})
    item = next(item for item in answer["items"] if 20 <= item["count"] <= 60)
    params = {"flow": "purchase_order_item", "variant": item["variant"], "limit": 1_000}
    assert len(imported.get("/api/v1/transactions", params)["items"]) == item["count"]


def test_invoice_to_payment_takes_as_long_as_counted_by_hand(imported):
    ends = {"from": "Record Invoice Receipt", "to": "Clear Invoice"}
    (item,) = imported.get(f"{FLOW}/latency", WHOLE | ends)["items"]
    assert item["out_of_order"] == 7
    assert item["p50_ms"] / DAY_MS == pytest.approx(26, abs=1)
    assert item["p90_ms"] / DAY_MS == pytest.approx(70, abs=1)
    assert item["p99_ms"] / DAY_MS == pytest.approx(91, abs=1)
