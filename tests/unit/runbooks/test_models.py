import datetime as dt

import pytest
from pydantic import ValidationError

from core.units import Duration
from runbooks.models import KINDS, Calendar, Flow, Identifier, Redaction, Rule, Source, Tier
from runbooks.normalisation import is_placeholder, normalise


def flow(*milestones: dict[str, object], **fields: object) -> Flow:
    return Flow.model_validate({"name": "f", "tier": 1, "owner": "o", "milestones": list(milestones), **fields})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", Duration(seconds=90)),
        ("15m", Duration(seconds=900)),
        ("3d", Duration(seconds=259_200)),
        ("2 business days", Duration(business_days=2)),
        (45, Duration(seconds=45)),
    ],
)
def test_durations_are_written_as_people_write_them(text, expected):
    assert flow({"name": "a", "within": text}).milestones[0].within == expected


@pytest.mark.parametrize("text", ["soon", "-5m", "", True, [1]])
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(ValidationError, match="duration"):
        flow({"name": "a", "within": text})


def test_business_days_are_refused_where_only_elapsed_time_has_meaning():
    with pytest.raises(ValidationError, match="elapsed"):
        flow({"name": "a"}, settle="1 business day")


def test_defaults_of_a_flow_are_those_of_the_contract():
    made = flow({"name": "a"})
    assert made.max_duration == Duration(seconds=30 * 86_400)
    assert made.settle == Duration(seconds=30)
    assert Identifier(name="x").max_transactions == 200
    assert Source(name="s").ingest_delay == Duration(seconds=30)
    assert Source(name="s").expect_every is None


def test_a_source_of_one_system_may_say_so_in_the_singular():
    assert Source.model_validate({"name": "s", "system": "erp"}).systems == ("erp",)
    assert Source.model_validate({"name": "s", "systems": ["erp", "hr"]}).systems == ("erp", "hr")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_takes_a_field_it_does_not_know(kind):
    with pytest.raises(ValidationError, match="extra_forbidden"):
        KINDS[kind].model_validate({"name": 1 if kind == "Tier" else "x", "wrong_field": 1})


def test_entries_cannot_be_changed():
    tier = Tier(name=1)
    with pytest.raises(ValidationError, match="frozen"):
        tier.name = 2


def test_milestone_names_are_distinct_within_a_flow():
    with pytest.raises(ValidationError, match="declared twice"):
        flow({"name": "a"}, {"name": "a"})


def test_within_counts_from_the_nearest_required_milestone_before():
    made = flow(
        {"name": "a"},
        {"name": "maybe", "optional": True},
        {"name": "bad", "failing": True},
        {"name": "b", "within": "1m"},
        {"name": "left", "any_of": "way"},
        {"name": "right", "any_of": "way"},
        {"name": "c", "after": "a"},
    )
    anchors = {milestone.name: made.anchor_of(milestone) for milestone in made.milestones}
    assert anchors == {"a": "", "maybe": "a", "bad": "a", "b": "a", "left": "b", "right": "b", "c": "a"}


def test_children_rule_and_matches_accept_single_values():
    made = flow({"name": "a", "match": {"http.status": 200}}, children={"rule": "ratio", "ratio": 0.9})
    assert made.milestones[0].match == {"http.status": ("200",)}
    assert made.children is not None
    assert made.children.ratio == 0.9


def test_a_calendar_reads_hours_days_and_exceptions():
    calendar = Calendar.model_validate(
        {
            "name": "c",
            "zone": "America/Chicago",
            "hours": {"mon-fri": ["08:00-12:00", "13:00-17:00"], "sat": "07:00-12:00"},
            "dates_closed": ["2026-11-26"],
            "dates_open": {"2026-11-29": "10:00-11:00"},
        }
    )
    assert calendar.spans_on(dt.date(2026, 11, 25)) == ((480, 720), (780, 1020))
    assert calendar.spans_on(dt.date(2026, 11, 26)) == ()
    assert calendar.spans_on(dt.date(2026, 11, 28)) == ((420, 720),)
    assert calendar.spans_on(dt.date(2026, 11, 29)) == ((600, 660),)
    assert not calendar.always_open


def test_a_calendar_that_never_closes_says_so():
    assert Calendar.model_validate({"name": "c", "hours": {"mon-sun": "00:00-24:00"}}).always_open


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"zone": "Mars/Olympus"}, "unknown time zone"),
        ({"hours": {"mon": "17:00-08:00"}}, "within one day"),
        ({"hours": {"mon": ["08:00-12:00", "11:00-13:00"]}}, "overlap"),
        ({"hours": {"monday": "08:00-12:00"}}, "unknown day"),
        ({"hours": {"mon-fri": "08:00-12:00", "tue": "08:00-12:00"}}, "twice"),
        ({"hours": {"mon": "eight to five"}}, "opening hours"),
    ],
)
def test_a_calendar_refuses_what_it_cannot_mean(fields, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Calendar.model_validate({"name": "c", **fields})


@pytest.mark.parametrize("pattern", ["(", "(?<=x)y", "(?!a)b", r"(a)\1"])
def test_patterns_the_engine_cannot_match_are_refused(pattern):
    with pytest.raises(ValidationError, match=r"regular expression|RE2"):
        Redaction.model_validate({"name": "r", "action": "mask", "value_pattern": pattern})


def test_patterns_may_use_groups_and_flags_the_engine_knows():
    pattern = r"(?i)(?P<mrn>\bMRN)(?:\s*)\d+\\1"
    assert Redaction.model_validate({"name": "r", "action": "mask", "value_pattern": pattern}).value_pattern == pattern


def test_a_redaction_must_find_something():
    with pytest.raises(ValidationError, match="needs keys"):
        Redaction(name="r", action="drop")


def test_for_is_a_field_of_rules_and_blind_sources_are_grouped_by_source():
    rule = Rule.model_validate({"name": "R", "kind": "source_blind", "for": "2m"})
    assert rule.for_ == Duration(seconds=120)
    assert rule.group_by == ("source",)
    assert Rule(name="R", kind="stuck").group_by == ("flow",)


def test_normalisation_runs_its_steps_in_order():
    identifier = Identifier.model_validate(
        {"name": "x", "normalize": ["trim", "upper", {"regex": "[ -]", "replace": ""}, "strip_zeros"]}
    )
    assert normalise(identifier, "  00-ab 12 ") == "AB12"


@pytest.mark.parametrize("value", ["", "unknown", "NULL", "none", "n/a", "0", "0000000000"])
def test_placeholders_mean_that_there_is_no_value(value):
    assert is_placeholder(Identifier(name="x"), value)


@pytest.mark.parametrize("value", ["NA", "100", "O"])
def test_real_values_are_no_placeholders(value):
    assert not is_placeholder(Identifier(name="x"), value)
