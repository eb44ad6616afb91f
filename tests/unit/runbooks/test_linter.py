import datetime as dt
import json

import pytest

from runbooks import json_schema, lint
from runbooks.findings import nearest

TODAY = dt.date(2026, 11, 22)

RULE = "kind: RuleSet\nname: rules\nrules:\n  - {name: Burning, kind: %s}\n"
BURN = "burn_rate, windows: [{long: 1h, short: 5m, burn: %s}], objective: %s"
SHIPPED = "  - {name: shipped, within: 5m, terminal: true}"


def codes(folder) -> set[str]:
    return {finding.code for finding in lint([folder], today=TODAY)}


def test_a_sound_catalog_has_no_findings(write_catalog):
    assert lint([write_catalog()], today=TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "remedy"),
    [
        ("kind: System", "kind: Sistem", "unknown-kind", 6, "did you mean 'System'?"),
        ("category: erp", "category: erq", "bad-value", 8, ""),
        ("category: erp", "categori: erp", "unknown-field", 8, "did you mean 'category'?"),
        ("system: shop}", "sistem: shop}", "unknown-field", 16, "did you mean 'system'?"),
        ("{deadline: 10m}", "{deadlin: 10m}", "unknown-field", 18, "did you mean 'deadline'?"),
        ("tier: 1\n", "\n", "missing-field", 11, "add tier:"),
        ("tier: 1\n", "tier: 7\n", "unknown-tier", 13, "known are 1, 2, 3"),
        ("tier: 1\nowner: team", "tier: 1\nowner: teem", "unknown-owner", 14, "did you mean 'team'?"),
        ("owner: team\n---\nkind: Flow", "owner: x\n---\nkind: Flow", "unknown-owner", 9, "known are team"),
        ("system: shop}", "system: shopp}", "unknown-system", 16, "did you mean 'shop'?"),
        ("default: Order}", "default: Oder}", "unknown-runbook", 19, "did you mean 'Order'?"),
        ("{default: Order}", "{default: Order, faild: Order}", "runbook-key", 19, "did you mean 'failed'?"),
        ("{default: Order}", "{default: Order, failed@queu: Order}", "runbook-key", 19, "did you mean 'queue'?"),
        ("within: 5m", "within: 5m, after: place", "unknown-milestone", 17, "did you mean 'placed'?"),
        ("within: 5m", "within: 5m, calendar: 24x6", "unknown-calendar", 17, "did you mean '24x7'?"),
        ("within: 5m", "within: soon", "bad-value", 17, ""),
        ("within: 5m", "within: 10m", "stuck-after-deadline", 17, "make within shorter"),
        ("owner: team\nmilest", "owner: team\nidentifiers: [corelation]\nmilest", "unknown-identifier", 15, "did you"),
        ("{deadline: 10m}", "{deadline: 10m}\nchildren: {flow: orders}", "unknown-flow", 19, "did you mean 'order'?"),
        ("escalation: on-call", "contacts: [mail]", "unknown-channel", 4, "declare it as kind: Channel"),
        ("name: shop\n", "name: shop\nname: shop\n", "repeated-key", 8, "remove one"),
        ("category: erp", "category: [", "yaml", 10, "check indentation"),
    ],
)
def test_what_is_wrong_is_found_with_its_line_and_its_remedy(write_catalog, old, new, code, line, remedy):
    findings = lint([write_catalog((old, new))], today=TODAY)
    matching = [finding for finding in findings if finding.code == code]
    assert matching, findings
    assert matching[0].file.name == "main.yaml"
    assert matching[0].line == line
    assert remedy in matching[0].remedy


def test_a_milestone_cannot_come_after_a_later_one(write_catalog):
    folder = write_catalog(("{name: placed, system: shop}", "{name: placed, after: shipped}"))
    (finding,) = lint([folder], today=TODAY)
    assert (finding.code, finding.line, finding.blocking) == ("milestone-order", 16, True)


def test_milestones_in_a_circle_are_called_a_circle(write_catalog):
    folder = write_catalog(
        ("{name: placed, system: shop}", "{name: placed, after: shipped}"), ("within: 5m", "within: 5m, after: placed")
    )
    (finding,) = lint([folder], today=TODAY)
    assert finding.code == "milestone-cycle"


def test_a_pause_names_milestones_of_its_flow(write_catalog):
    folder = write_catalog(("within: 5m", "within: 5m, pause: [{start: placed, end: released}]"))
    assert codes(folder) == {"unknown-milestone"}


def test_children_in_a_circle_are_found(write_catalog):
    other = (
        "kind: Flow\nname: item\ntier: 1\nowner: team\nmilestones: [{name: picked}]\n"
        "runbooks: {default: Order}\nchildren: {flow: order}\n"
    )
    folder = write_catalog(("{deadline: 10m}", "{deadline: 10m}\nchildren: {flow: item}"), files={"other.yaml": other})
    assert codes(folder) == {"children-cycle"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kind: Owner\nname: team\n", "duplicate"),
        ("kind: Tier\nname: 1\nclock: office\n", "unknown-calendar"),
        ("kind: Calendar\nname: c\nzone: Mars/Olympus\n", "bad-value"),
        ("kind: Redaction\nname: r\naction: mask\nvalue_pattern: '('\n", "bad-value"),
        ("kind: Redaction\nname: r\naction: mask\nvalue_pattern: x\nsystems: [nowhere]\n", "unknown-system"),
        ("kind: Identifier\nname: i\n", "no-attributes"),
        ("kind: Source\nname: s\nsystems: [nowhere]\n", "unknown-system"),
        ("kind: Source\nname: s\nowner: nobody\n", "unknown-owner"),
        ("kind: Source\nname: s\ntype: webhook\n", "no-mapping"),
        ("kind: Source\nname: s\ntype: webhook\nmapping: {time: 'a['}\n", "bad-mapping"),
        ("kind: Channel\nname: c\ntype: webhook\n", "no-url"),
        ("- just\n- a list\n", "shape"),
        ("name: x\n", "unknown-kind"),
        (RULE % "stuck, runbook: Nowhere", "unknown-runbook"),
        (RULE % "stuck, channels: [mail]", "unknown-channel"),
        (RULE % "stuck, select: {flows: [oder]}", "unknown-flow"),
        (RULE % "stuck, group_by: [patient]", "bad-group"),
        (RULE % "source_blind, group_by: [flow]", "bad-group"),
        (RULE % "backlog", "unsupported"),
        (RULE % "sync_accuracy", "unsupported"),
        (RULE % "absence", "no-threshold"),
        (RULE % "failure_ratio", "no-threshold"),
        (RULE % "failure_ratio, threshold: 1", "never-fires"),
        (RULE % "burn_rate", "no-windows"),
        (RULE % (BURN % (14.4, 0.9)), "never-fires"),
        (RULE % "burn_rate, windows: [{long: 5m, short: 1h, burn: 2}]", "bad-windows"),
        ((RULE % "stuck") + "  - {name: Burning, kind: deadline}\n", "duplicate"),
        (
            (
                "kind: Flow\nname: g\ntier: 3\nowner: team\nmilestones: [{name: a, optional: true}]\n"
                "runbooks: {default: Order}\n"
            ),
            "never-completes",
        ),
        (
            (
                "kind: Flow\nname: g\ntier: 3\nowner: team\nmilestones: [{name: a, any_of: way}]\n"
                "runbooks: {default: Order}\n"
            ),
            "lone-alternative",
        ),
        (
            (
                "kind: Tier\nname: 4\n---\n"
                "kind: Flow\nname: g\ntier: 4\nowner: team\nmilestones: [{name: a}]\nrunbooks: {default: Order}\n"
            ),
            "no-deadline",
        ),
    ],
)
def test_a_file_more_with_something_wrong_gives_that_finding(write_catalog, text, code):
    assert codes(write_catalog(files={"more.yaml": text})) == {code}


def test_a_burn_that_some_flow_can_reach_is_accepted(write_catalog):
    assert codes(write_catalog(files={"more.yaml": RULE % (BURN % (14.4, 0.995))})) == set()


def test_a_burn_is_judged_by_the_objective_of_each_flow(write_catalog):
    folder = write_catalog(
        ("{deadline: 10m}", "{deadline: 10m, success_ratio: 0.9}"),
        files={"more.yaml": RULE % "burn_rate, windows: [{long: 1h, short: 5m, burn: 14.4}]"},
    )
    (finding,) = lint([folder], today=TODAY)
    assert finding.code == "never-fires"
    assert "order" in finding.message
    assert "below 10" in finding.remedy


@pytest.mark.parametrize("field", ["clock: office", "policy: {notify_during: office}"])
def test_tier_1_never_sleeps(write_catalog, field):
    office = f"kind: Calendar\nname: office\nhours: {{mon-fri: 08:00-17:00}}\n---\nkind: Tier\nname: 1\n{field}\n"
    assert codes(write_catalog(files={"more.yaml": office})) == {"tier-1-clock"}


def test_a_tier_1_flow_does_not_count_its_deadline_in_office_hours(write_catalog):
    office = "kind: Calendar\nname: office\nhours: {mon-fri: 08:00-17:00}\n"
    folder = write_catalog(("tier: 1\n", "tier: 1\ncalendar: office\n"), files={"more.yaml": office})
    assert codes(folder) == {"tier-1-clock"}


def test_a_flow_without_runbook_and_an_owner_without_escalation_are_warned_about(write_catalog):
    folder = write_catalog(
        ("runbooks: {default: Order}", ""),
        ("escalation: on-call\n", ""),
        files={"runbooks/Order.md": "---\ntitle: x\n---\n"},
    )
    findings = lint([folder], today=TODAY)
    found = {finding.code: finding.severity for finding in findings if finding.file.name == "main.yaml"}
    assert found == {"no-runbook": "warning", "no-escalation": "warning"}


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("runbook: Order\n", "runbook: Orders\n", "runbook-name", "error"),
        ("owner: team\n", "", "no-owner", "error"),
        ("owner: team\n", "owner: nobody\n", "unknown-owner", "error"),
        ("## Impact\n", "", "no-heading", "error"),
        ("## Impact\n", "```\n## Impact\n```\n", "no-heading", "error"),
        ("## Meaning\n\n## Impact\n", "## Impact\n\n## Meaning\n", "heading-order", "error"),
        ("last_reviewed: 2026-11-01\n", "", "no-review", "error"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2026-08-01", "stale", "warning"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2026-05-01", "stale", "error"),
        ("last_reviewed: 2026-11-01", "last_reviewed: 2027-05-01", "bad-review", "warning"),
        ("last_reviewed: 2026-11-01", "last_reviewed: lately", "bad-value", "error"),
        ("title: Orders", "title: Orders\nsystems: [nowhere]", "unknown-system", "error"),
        ("title: Orders", "titel: Orders", "unknown-field", "error"),
        ("title: Orders", "title: a: b", "yaml", "error"),
        ("---\nrunbook", "runbook", "front-matter", "error"),
        ("## Impact\n", "## Impact\n{{ tx.colour }}\n", "unknown-template", "error"),
        ("## Impact\n", "## Impact\n{{ id.po_nr }}\n", "unknown-template", "error"),
        ("## Impact\n", "## Impact\n{{ patient.name }}\n", "unknown-template", "error"),
    ],
)
def test_runbooks_are_examined_too(write_catalog, old, new, code, severity):
    folder = write_catalog()
    path = folder / "runbooks" / "Order.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = [finding for finding in lint([folder], today=TODAY) if finding.code == code]
    assert found
    assert {finding.severity for finding in found} == {severity}
    assert {finding.file.name for finding in found} == {"Order.md"}


def test_an_unknown_template_is_found_on_its_line(write_catalog):
    folder = write_catalog()
    path = folder / "runbooks" / "Order.md"
    path.write_text(path.read_text().replace("## Impact\n", "## Impact\n{{ tx.colour }}\n"))
    (finding,) = lint([folder], today=TODAY)
    assert path.read_text().splitlines()[finding.line - 1] == "{{ tx.colour }}"


def test_a_runbook_nobody_uses_is_warned_about(write_catalog):
    folder = write_catalog()
    text = (folder / "runbooks" / "Order.md").read_text()
    (folder / "runbooks" / "Spare.md").write_text(text.replace("runbook: Order", "runbook: Spare"))
    (finding,) = lint([folder], today=TODAY)
    assert (finding.code, finding.severity) == ("unused-runbook", "warning")


def test_an_entry_that_is_wrong_itself_is_not_also_called_unknown(write_catalog):
    folder = write_catalog(("escalation: on-call", "escalasion: on-call"))
    assert codes(folder) == {"unknown-field"}


def test_a_folder_that_does_not_exist_is_a_finding(tmp_path):
    (finding,) = lint([tmp_path / "nowhere"], today=TODAY)
    assert finding.code == "no-folder"


def test_a_finding_reads_like_that_of_a_compiler(write_catalog):
    folder = write_catalog(("system: shop}", "system: shopp}"))
    (finding,) = lint([folder], today=TODAY)
    assert str(finding).startswith(
        f"{folder / 'main.yaml'}:16: error: Flow order: unknown system 'shopp'; did you mean"
    )
    assert json.loads(json.dumps(finding.as_dict()))["line"] == 16


def test_the_nearest_name_is_offered_else_what_there_is():
    assert nearest("po_numbr", ["po_number", "supplier"]) == "did you mean 'po_number'?"
    assert nearest("zzz", ["a", "b"]) == "known are a, b"
    assert nearest("zzz", []) == ""


def test_the_schema_names_every_kind_and_refuses_unknown_fields():
    schema = json_schema()
    kinds = {
        schema["$defs"][choice["$ref"].rpartition("/")[2]]["properties"]["kind"]["const"] for choice in schema["oneOf"]
    }
    assert kinds == {
        "Tier",
        "Owner",
        "System",
        "Identifier",
        "Flow",
        "Calendar",
        "Source",
        "RuleSet",
        "Channel",
        "Redaction",
        "Attributes",
    }
    assert schema["$defs"]["Flow"]["additionalProperties"] is False
    assert {"kind", "name", "milestones", "tier", "owner"} <= set(schema["$defs"]["Flow"]["required"])
    assert "for" in schema["$defs"]["Rule"]["properties"]
    json.dumps(schema)
