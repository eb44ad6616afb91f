"""The catalog and the runbooks that are shipped."""

import datetime as dt
import re

import pytest

from runbooks import lint, load_catalog
from runbooks.catalogs import GENERIC_RUNBOOK
from runbooks.contexts import general_context
from runbooks.fields import CATEGORIES
from runbooks.render import render

CATALOG = load_catalog()
WRITTEN = dt.date(2026, 11, 22)
SIX_FLOWS = {
    "procure_to_pay",
    "supplier_onboarding",
    "workforce_sync",
    "inventory_sync",
    "invoice_match",
    "gl_posting",
}


def test_it_lints_clean():
    assert [str(finding) for finding in lint(today=WRITTEN)] == []


def test_it_holds_the_flows_domains_tiers_and_categories_of_a_hospital_group():
    assert set(CATALOG.flows) >= SIX_FLOWS
    assert {flow.domain for flow in CATALOG.flows.values()} == {
        "Finance and procurement",
        "HR and workforce",
        "Supply chain and inventory",
        "Analytics and compliance",
    }
    assert {flow.tier for flow in CATALOG.flows.values()} == {1, 2, 3}
    assert {system.category for system in CATALOG.systems.values()} == set(CATEGORIES)


@pytest.mark.parametrize("flow", sorted(CATALOG.flows))
@pytest.mark.parametrize("status", ["failed", "stuck", "late", "completed"])
def test_each_flow_and_failure_class_has_a_runbook_of_its_own(flow, status):
    found = CATALOG.runbooks_for(flow, status)
    assert found
    assert found[0].id != GENERIC_RUNBOOK


@pytest.mark.parametrize("flow", sorted(CATALOG.flows))
def test_failures_in_the_systems_of_a_flow_have_runbooks(flow):
    for category in CATEGORIES:
        assert CATALOG.runbooks_for(flow, "failed", category)[0].id != GENERIC_RUNBOOK


@pytest.mark.parametrize("runbook", sorted(CATALOG.runbooks))
def test_every_runbook_renders_and_its_links_lead_somewhere(runbook):
    book = CATALOG.runbooks[runbook]
    html = render(book, general_context(book, CATALOG))
    assert "{{" not in html
    for target in re.findall(r'href="([^"]*)"', html):
        if target.startswith("/runbooks/"):
            assert target.removeprefix("/runbooks/") in CATALOG.runbooks
        else:
            assert target.startswith("/transactions")


def test_milestone_values_are_unique_over_all_flows():
    names = [
        value
        for flow in CATALOG.flows.values()
        for milestone in flow.milestones
        for value in {milestone.name, *milestone.match.get("business.milestone", ())}
    ]
    assert len(names) == len(set(names))


def test_every_milestone_names_the_system_that_owes_it():
    assert all(milestone.system for flow in CATALOG.flows.values() for milestone in flow.milestones)


def test_identifiers_do_not_share_attributes():
    names = [name for identifier in CATALOG.identifiers.values() for name in identifier.attributes]
    assert len(names) == len(set(names))


def test_owners_of_tiers_1_and_2_have_an_escalation():
    owners = {flow.owner for flow in CATALOG.flows.values() if flow.tier < 3}
    assert all(CATALOG.owner_named(name).escalation for name in owners)


def test_each_tier_has_deadline_stuck_and_failure_rules():
    kinds: dict[int, set[str]] = {}
    for rules in CATALOG.rule_sets.values():
        for rule in rules.rules:
            for tier in rule.select.tiers:
                kinds.setdefault(tier, set()).add(rule.kind)
    assert all(kinds[tier] >= {"deadline", "stuck", "failure_ratio"} for tier in (1, 2, 3))
    assert any(rule.kind == "source_blind" for rules in CATALOG.rule_sets.values() for rule in rules.rules)


@pytest.mark.parametrize(
    ("service", "system", "category"),
    [
        ("mw-transform-2", "mw-transform", "middleware"),
        ("orders.outbound", "order-queue", "queue"),
        ("stock.movements", "stock-events", "queue"),
        ("supplier-network", "supplier-network", "saas"),
        ("erp-db", "erp-db", "database"),
        ("acme.partner-link", "partner-link", "network"),
    ],
)
def test_services_and_destinations_are_known_systems(service, system, category):
    assert CATALOG.system_named(service) == (system, category)


@pytest.mark.parametrize(
    ("redaction", "text", "found"),
    [
        ("social-security-number", "ssn 078-05-1120 of", True),
        ("social-security-number", "order 4500012345", False),
        ("payment-card", "4111 1111 1111 1111", True),
        ("payment-card", "5555555555554444", True),
        ("payment-card", "378282246310005", True),
        ("payment-card", "PO 4500012345", False),
        ("payment-card", "1732262400000000000", False),
        ("email-address", "to jane.doe+x@mail.example.org now", True),
        ("email-address", "user@host", False),
        ("phone-number", "call (312) 555-0142", True),
        ("phone-number", "call +1 312-555-0142", True),
        ("phone-number", "call 312.555.0142", True),
        ("phone-number", "4500012345", False),
        ("phone-number", "2026-11-22 08:00", False),
        ("medical-record-number-in-text", "MRN: A1234567 seen", True),
        ("medical-record-number-in-text", "mrn pending", False),
        ("date-of-birth-in-text", "DOB: 1980-02-29", True),
        ("date-of-birth-in-text", "born 2/29/1980", True),
        ("date-of-birth-in-text", "due 2026-11-22", False),
    ],
)
def test_redactions_find_what_they_are_for(redaction, text, found):
    assert bool(re.search(CATALOG.redactions[redaction].value_pattern, text)) is found


@pytest.mark.parametrize("key", ["mrn", "patient.mrn", "medical_record_number", "hl7-MRN"])
def test_medical_record_numbers_are_known_by_their_key(key):
    assert re.search(CATALOG.redactions["medical-record-number"].key_pattern, key)
