"""The packaged redaction rules hold in every catalog, unless it says by name that they do not."""

from pathlib import Path

import pytest

from collector.redact import Redactor
from runbooks import load_catalog
from runbooks.findings import CatalogError

SHIPPED = set(load_catalog().redactions)


@pytest.fixture
def rules_of(tmp_path: Path):
    def load(*documents: str):
        (tmp_path / "catalog.yaml").write_text("---\n".join(documents) or "kind: Owner\nname: desk\n")
        return load_catalog([tmp_path]).redactions

    return load


def cleaned(rules, key: str, text: str) -> str | None:
    redactor = Redactor(rules.values(), b"k" * 32, "k1")
    return redactor._clean(tuple(range(len(redactor._rules))), key, text)


def test_a_folder_that_says_nothing_of_redaction_keeps_every_packaged_rule(rules_of):
    rules = rules_of()
    assert set(rules) == SHIPPED
    assert cleaned(rules, "note", "SSN 123-45-6789") == "SSN [ssn]"
    assert cleaned(rules, "patient.name", "Erika Schmidt") is None


def test_a_rule_of_ones_own_stands_before_the_packaged_ones_and_ends_none(rules_of):
    rules = rules_of("kind: Redaction\nname: ward\naction: mask\nkeys: [ward.bed]\n")
    assert next(iter(rules)) == "ward"
    assert set(rules) == SHIPPED | {"ward"}


def test_a_packaged_rule_is_replaced_by_its_name(rules_of):
    rules = rules_of('kind: Redaction\nname: email-address\nvalue_pattern: "[a-z]+@example[.]org"\nmask: "[us]"\n')
    assert set(rules) == SHIPPED
    assert cleaned(rules, "note", "a@example.org b@example.com") == "[us] b@example.com"


def test_a_packaged_rule_is_switched_off_by_its_name(rules_of):
    rules = rules_of("kind: Redaction\nname: email-address\nenabled: false\n")
    assert cleaned(rules, "note", "a@example.org 123-45-6789") == "a@example.org [ssn]"


def test_all_packaged_rules_are_switched_off_by_a_star(rules_of):
    rules = rules_of(
        "kind: Redaction\nname: '*'\nenabled: false\n", "kind: Redaction\nname: ward\naction: drop\nkeys: [ward.bed]\n"
    )
    assert set(rules) == {"ward"}


def test_a_star_that_is_not_a_switch_is_refused(rules_of):
    with pytest.raises(CatalogError, match="can only be enabled: false"):
        rules_of("kind: Redaction\nname: '*'\naction: mask\nkeys: [x]\n")


def test_an_attribute_that_a_rule_of_ones_own_settles_is_left_to_it(rules_of):
    rules = rules_of("kind: Redaction\nname: patients\naction: hmac\nkeys: [patient.name]\n")
    assert (cleaned(rules, "patient.name", "Erika Schmidt") or "").startswith("hmac:k1:")
    assert cleaned(rules, "patient.address", "Main Street 1") is None


@pytest.mark.parametrize(
    "narrow",
    [
        "action: mask\nvalue_pattern: Erika",
        "action: truncate",
        "action: mask\nsystems: [erp]",
        "action: mask\nenabled: false",
    ],
)
def test_a_rule_that_leaves_something_in_the_clear_silences_no_packaged_one(rules_of, narrow):
    rules = rules_of(f"kind: Redaction\nname: patients\nkeys: ['*']\n{narrow}\n")
    assert cleaned(rules, "patient.name", "Erika Schmidt") is None


def test_a_rule_needs_no_action_to_mask(rules_of):
    rules = rules_of("kind: Redaction\nname: ward\nkeys: [ward.bed]\n")
    assert cleaned(rules, "ward.bed", "12") == "[redacted]"
