"""X12 interchanges: the freight chain is one transaction; a reply to nothing and a request without reply are seen."""

from tests.integration.eventlogs import x12_messages as x12


def _by_key(imported, flow: str) -> dict[str, dict]:
    return {item["identifiers"][0]["value"]: item for item in imported.transactions(flow)}


def _done(item: dict) -> list[str]:
    return [milestone["name"] for milestone in item["milestones"] if milestone["status"] == "done"]


def test_four_message_types_that_share_a_shipment_number_are_one_completed_transaction(imported):
    shipments = _by_key(imported, x12.FREIGHT)
    assert list(shipments) == ["75027674"]
    assert _done(shipments["75027674"]) == list(x12.FREIGHT_CHAIN.values())
    assert shipments["75027674"]["status"] in ("completed", "completed_late")


def test_claims_that_were_answered_are_completed(imported):
    claims = _by_key(imported, x12.CLAIM_STATUS)
    for trace in ("ABCXYZ1", "ABCXYZ2"):
        assert _done(claims[trace]) == ["requested", "answered"]


def test_the_request_without_a_reply_is_stuck_and_the_reply_without_a_request_lacks_it(imported):
    claims = _by_key(imported, x12.CLAIM_STATUS)
    assert sorted(claims) == ["ABCXYC3", "ABCXYZ1", "ABCXYZ2", "ABCXYZ3"]
    assert claims["ABCXYZ3"]["status"] == "stuck"
    assert claims["ABCXYZ3"]["origin"]["category"] == "unknown"
    orphan = {milestone["name"]: milestone["status"] for milestone in claims["ABCXYC3"]["milestones"]}
    assert orphan == {"requested": "missing", "answered": "done"}
