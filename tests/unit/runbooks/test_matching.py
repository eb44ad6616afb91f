import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.catalogs import Catalog
from runbooks.matching import glob_matches, matches
from runbooks.models import Flow, System


def catalog_of(*systems: tuple[str, dict[str, list[str]]]) -> Catalog:
    made = [System.model_validate({"name": name, "category": "erp", "match": match}) for name, match in systems]
    return Catalog(systems={system.name: system for system in made})


@pytest.mark.parametrize(
    ("glob", "value", "expected"),
    [
        ("mw-*", "mw-", True),
        ("mw-*", "mw-transform-2", True),
        ("mw-*", "a-mw-", False),
        ("*.link", "a.link", True),
        ("*.link", "aXlink", False),
        ("a*b*c", "a--b\n--c", True),
        ("a+b", "aab", False),
        ("", "", True),
    ],
)
def test_a_star_stands_for_anything_and_nothing_else_is_special(glob, value, expected):
    assert glob_matches(glob, value) is expected


@given(st.text(), st.text())
def test_any_text_matches_itself_and_what_it_begins(text, rest):
    assert glob_matches(text, text)
    assert glob_matches(text.replace("*", "") + "*", text.replace("*", "") + rest)


def test_keys_are_anded_and_values_ored():
    match = {"service.name": ("a", "b"), "deployment.environment": ("prod",)}
    assert matches(match, {"service.name": "b", "deployment.environment": "prod", "more": "x"})
    assert not matches(match, {"service.name": "b", "deployment.environment": "test"})
    assert not matches(match, {"service.name": "b"})
    assert not matches({}, {"service.name": "b"})


def test_the_closest_system_wins():
    catalog = catalog_of(
        ("any", {"service.name": ["erp-*"]}),
        ("finance", {"service.name": ["erp-finance-*"]}),
        ("exact", {"service.name": ["erp-finance-1"]}),
        ("two", {"service.name": ["erp-*"], "site": ["north"]}),
    )
    assert catalog.system_of({"service.name": "erp-x"}).name == "any"
    assert catalog.system_of({"service.name": "erp-finance-2"}).name == "finance"
    assert catalog.system_of({"service.name": "erp-finance-1"}).name == "exact"
    assert catalog.system_of({"service.name": "erp-finance-1", "site": "north"}).name == "two"
    assert catalog.system_of({"service.name": "other"}) is None
    assert catalog.system_of({}) is None


def test_a_system_without_a_match_is_known_by_its_name():
    catalog = Catalog(systems={"crm": System(name="crm", category="saas")})
    assert catalog.system_of({"service.name": "crm"}).name == "crm"
    assert catalog.system_of_service("crm").name == "crm"


def test_a_service_nobody_declared_is_a_system_of_its_own():
    catalog = catalog_of(("erp", {"service.name": ["erp-*"]}))
    assert catalog.system_named("erp-1") == ("erp", "erp")
    assert catalog.system_named("stranger") == ("stranger", "unknown")


def test_a_flow_can_be_recognised_by_attributes():
    flow = Flow.model_validate(
        {"name": "f", "tier": 1, "owner": "o", "milestones": [{"name": "a"}], "match": {"queue": "orders.*"}}
    )
    catalog = Catalog(flows={"f": flow})
    assert catalog.flow_of({"queue": "orders.in"}) is flow
    assert catalog.flow_of({"queue": "other"}) is None
