"""Travel permits and prepaid costs from two systems that share only the permit id, against the known truth."""

from collections import Counter, defaultdict

from tests.integration.eventlogs import travel_permits as travel


def _cases(item: dict) -> set[str]:
    return {found["value"] for found in item["identifiers"] if found["type"] == "correlation"}


def _permits(item: dict) -> set[str]:
    return {found["value"] for found in item["identifiers"] if found["type"] == "permit"}


def _overused(shared_data) -> set[str]:
    """Permits that more cases name than one permit can have: a default value, not a permit."""
    counts = Counter(permit for name in travel.PERMIT_COLUMN for permit in travel.permits(shared_data, name).values())
    return {permit for permit, count in counts.items() if count > travel.MOST_TRANSACTIONS}


def test_prepaid_costs_meet_their_permit_in_999_of_1000_cases(imported, shared_data):
    permit_cases = {permit: case for case, permit in travel.permits(shared_data, "PermitLog").items()}
    holder = {case: item["transaction_id"] for item in imported.transactions(travel.FLOW) for case in _cases(item)}
    truth = {
        case: permit_cases[permit]
        for case, permit in travel.permits(shared_data, "PrepaidTravelCost").items()
        if permit in permit_cases and permit not in _overused(shared_data)
    }
    met = sum(holder[case] == holder[permit_case] for case, permit_case in truth.items())
    print(f"{met} of {len(truth)} prepaid cases met their permit; {len(_overused(shared_data))} values quarantined")
    assert len(truth) > 1_700
    assert met / len(truth) >= 0.999


def test_nothing_is_merged_that_does_not_share_a_permit(imported, shared_data):
    permit_of = defaultdict(set)
    for name in travel.SYSTEMS:
        for row in travel.events(shared_data, name):
            permit_of[row["case_id"]].add(row["permit"])
    for item in imported.transactions(travel.FLOW):
        cases = _cases(item)
        shared = set().union(*(permit_of[case] for case in cases))
        assert len(cases) == 1 or (len(shared) == 1 and shared != {""}), cases


def test_no_domestic_declaration_is_merged_with_anything(imported, shared_data):
    declared = {row["case_id"] for row in travel.events(shared_data, "DomesticDeclarations")}
    found = [_cases(item) for item in imported.transactions(travel.FLOW) if _cases(item) & declared]
    assert len(found) == len(declared) == 10_357
    assert all(len(cases) == 1 for cases in found)
