import pytest

from core.units import Duration
from runbooks import CatalogError, load_catalog
from runbooks.catalogs import GENERIC_RUNBOOK

CONTRACT_EXAMPLE = """
kind: Tier
name: 1
objectives: {success_ratio: 0.995, deadline: 15m}
recovery: {rto: 30m, rpo: 0m}
policy: {severity: page, notify_during: 24x7, group_wait: 0s, repeat_interval: 30m, ack_within: 5m}
---
kind: System
name: mw-transform
category: middleware          # erp | middleware | identity | queue | saas | gateway | database | network
match: {service.name: [mw-transform, "mw-transform-*"]}
owner: integration-platform
---
kind: Calendar
name: us-business
zone: America/Chicago
hours: {mon-fri: 08:00-17:00}
---
kind: Identifier
name: po_number
role: identity                # identity merges; reference is searched only
attributes: [erp.po.number, po_number, messaging.rabbitmq.header.po_number]
placeholders: [UNKNOWN, "0000000000"]
max_transactions: 50          # above it the value is quarantined
---
kind: Flow
name: procure_to_pay
title: Purchase order to payment
domain: Finance and procurement
tier: 1
owner: supply-integration
process_owner: Procurement operations
identifiers: [correlation, po_number]
max_duration: 30d
milestones:
  - {name: approved, match: {business.milestone: po_approved}}
  - {name: sent_to_supplier, within: 5m, after: approved}
  - {name: goods_receipt, within: 3d, calendar: us-business, optional: false, repeat: true}
  - {name: invoice_matched, within: 2d, calendar: us-business}
  - {name: paid, terminal: true}
objectives: {deadline: 10d, success_ratio: 0.99}
runbooks: {failed@middleware: PurchaseOrderTransformFailed, stuck: PurchaseOrderStuck, default: PurchaseOrder}
"""


def test_the_example_of_the_contract_loads(tmp_path):
    (tmp_path / "a.yaml").write_text(CONTRACT_EXAMPLE)
    catalog = load_catalog([tmp_path])
    flow = catalog.flows["procure_to_pay"]
    assert catalog.deadline_of(flow) == Duration(seconds=10 * 86_400)
    assert catalog.success_ratio_of(flow) == 0.99
    assert catalog.calendar_of(flow, "goods_receipt").name == "us-business"
    assert catalog.calendar_of(flow).name == "24x7"
    assert flow.milestone("sent_to_supplier").after == "approved"
    assert catalog.tiers[1].policy.ack_within == Duration(seconds=300)


def test_runbooks_are_read_beside_the_yaml(write_catalog):
    catalog = load_catalog([write_catalog()])
    assert catalog.runbooks["Order"].title == "Orders"
    assert "Meaning" in catalog.runbooks["Order"].headings


def test_defaults_exist_without_being_declared(write_catalog):
    catalog = load_catalog([write_catalog()])
    assert set(catalog.tiers) == {1, 2, 3}
    assert catalog.calendars["24x7"].always_open
    assert "messaging.message.conversation_id" in catalog.identifiers["correlation"].attributes
    assert catalog.identifiers["message_id"].attributes == ("messaging.message.id",)
    assert {rule.kind for rule in catalog.rule_sets["default"].rules} >= {"deadline", "stuck", "failure_ratio"}


def test_a_declaration_replaces_a_default(write_catalog):
    own = "kind: RuleSet\nname: mine\nrules: [{name: R, kind: stuck}]\n---\nkind: Identifier\nname: correlation\n"
    catalog = load_catalog([write_catalog(files={"own.yaml": own + "attributes: [trace.key]\n"})])
    assert set(catalog.rule_sets) == {"mine"}
    assert catalog.identifiers["correlation"].attributes == ("trace.key",)


def test_attribute_names_are_configurable(write_catalog):
    own = "kind: Attributes\nname: names\ncorrelation: [x-request-id]\nflow: [process]\n"
    catalog = load_catalog([write_catalog(files={"own.yaml": own})])
    assert catalog.identifiers["correlation"].attributes == ("x-request-id",)
    assert catalog.attributes.flow == ("process",)
    assert catalog.attributes.milestone[0] == "business.milestone"


def test_a_later_folder_replaces_entries_of_an_earlier_one(write_catalog, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "override.yaml").write_text("kind: Owner\nname: team\nescalation: somebody else\n")
    assert load_catalog([write_catalog(), site]).owners["team"].escalation == "somebody else"


def test_the_version_changes_exactly_with_the_content(write_catalog):
    folder = write_catalog()
    before = load_catalog([folder]).version
    assert load_catalog([folder]).version == before
    (folder / "main.yaml").write_text((folder / "main.yaml").read_text() + "# a comment\n")
    assert load_catalog([folder]).version != before


def test_a_broken_catalog_names_every_finding(write_catalog):
    folder = write_catalog(("tier: 1\n", "tear: 1\n"), ("category: erp", "category: warehouse"))
    with pytest.raises(CatalogError) as caught:
        load_catalog([folder])
    assert {finding.code for finding in caught.value.findings} >= {"unknown-field", "missing-field", "bad-value"}


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(CatalogError, match="does not exist"):
        load_catalog([tmp_path / "nowhere"])


def test_an_unreadable_file_is_an_error_not_a_crash(write_catalog):
    folder = write_catalog()
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00k")
    with pytest.raises(CatalogError, match="cannot be read"):
        load_catalog([folder])


def test_missing_owners_and_runbooks_do_not_stop_the_catalog(write_catalog):
    catalog = load_catalog([write_catalog(("runbooks: {default: Order}", "runbooks: {default: Nowhere}"))])
    assert [runbook.id for runbook in catalog.runbooks_for("order", "failed")] == [GENERIC_RUNBOOK]
    assert catalog.owner_named("nobody").escalation == ""


@pytest.mark.parametrize(
    ("status", "category", "expected"),
    [
        ("failed", "queue", ["AtQueue", "AnyFailure", "Otherwise"]),
        ("failed", "saas", ["AnyFailure", "Otherwise"]),
        ("failed", None, ["AnyFailure", "Otherwise"]),
        ("completed_late", None, ["Late", "Otherwise"]),
        ("late", None, ["Late", "Otherwise"]),
        ("stuck", "queue", ["Otherwise"]),
        ("in_progress", None, ["Otherwise"]),
    ],
)
def test_runbooks_come_most_specific_first(write_catalog, status, category, expected):
    mapping = "{failed@queue: AtQueue, failed: AnyFailure, late: Late, default: Otherwise}"
    files = {
        f"runbooks/{name}.md": f"---\ntitle: {name}\n---\ntext\n"
        for name in ("AtQueue", "AnyFailure", "Late", "Otherwise")
    }
    catalog = load_catalog([write_catalog(("{default: Order}", mapping), files=files)])
    assert [runbook.id for runbook in catalog.runbooks_for("order", status, category)] == expected


def test_an_unclassified_transaction_has_a_runbook_too(write_catalog):
    catalog = load_catalog([write_catalog()])
    assert [runbook.id for runbook in catalog.runbooks_for(None, "failed", "erp")] == [GENERIC_RUNBOOK]


def test_values_are_normalised_by_identifier_type(write_catalog):
    own = "kind: Identifier\nname: po\nattributes: [po]\nnormalize: [trim, upper]\n"
    catalog = load_catalog([write_catalog(files={"own.yaml": own})])
    assert catalog.normalise("po", " ab1 ") == "AB1"
    assert catalog.normalise("undeclared", " ab1 ") == "ab1"
    assert catalog.is_placeholder("po", "000")


def test_sources_owing_a_system_are_found(write_catalog):
    own = "kind: Source\nname: feed\nsystems: [shop]\nexpect_every: 1m\n"
    catalog = load_catalog([write_catalog(files={"own.yaml": own})])
    assert [source.name for source in catalog.sources_owing("shop")] == ["feed"]
    assert catalog.sources_owing("elsewhere") == ()
