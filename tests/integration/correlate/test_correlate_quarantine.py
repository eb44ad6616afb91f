from dataclasses import replace

from hypothesis import given, settings

from analytics.correlate import quarantine, resolve
from runbooks import load_catalog
from tests.integration.correlate.test_correlate_order import LONG, PROFILE, assert_same, deliveries, picture
from tests.integration.evidence import Event, Span

LIMIT = 5
SHARED = "EVERYWHERE"
EXAMPLES = settings(PROFILE, max_examples=30 if LONG else 2)


def with_permit(number, value="P"):
    return Event(f"e{number}", number, correlation=f"c{number}", attributes={"permit": value})


def test_a_value_that_joins_too_many_is_quarantined_and_lets_go(line):
    line.deliver(*(with_permit(n) for n in range(LIMIT)))
    line.tick(100)
    assert line.one()["observation_count"] == LIMIT
    line.deliver(with_permit(LIMIT))
    line.tick(101)
    assert [row["observation_count"] for row in line.rows()] == [1] * (LIMIT + 1)
    assert len(line.holders("permit", "P")) == LIMIT + 1
    assert line.store.value("SELECT count() FROM notices FINAL WHERE kind = 'quarantined_value'") == 1


def test_the_order_does_not_matter_to_the_quarantine(line):
    line.deliver(*(with_permit(n) for n in range(LIMIT + 3)))
    line.tick(100)
    at_once = {row["transaction_id"] for row in line.rows()}
    assert len(at_once) == LIMIT + 3


def test_many_observations_of_one_transaction_are_no_reason(line):
    line.deliver(*(Event(f"e{n}", n, correlation="c", attributes={"permit": "P"}) for n in range(30)))
    line.deliver(*(Event(f"f{n}", n, attributes={"permit": "Q"}) for n in range(30)))
    line.deliver(
        *(Span(f"t{n}", "a", n, attributes={"correlation.id": "d", "permit": "R"}) for n in range(30)),
    )
    line.tick(100)
    assert sorted(row["observation_count"] for row in line.rows()) == [30, 30, 30]


def test_traces_that_share_nothing_but_one_value_are_too_many(line):
    line.deliver(*(Span(f"t{n}", "a", n, attributes={"permit": "P"}) for n in range(LIMIT + 1)))
    line.tick(100)
    assert len(line.rows()) == LIMIT + 1


def test_a_type_that_the_catalog_names_no_more_has_the_default_limit(line, tmp_path, monkeypatch):
    line.deliver(*(with_permit(n) for n in range(LIMIT)))
    line.tick(100)
    assert len(line.rows()) == 1
    (tmp_path / "estate.yaml").write_text("kind: Owner\nname: team\n", encoding="utf-8")
    line.catalog = load_catalog([tmp_path])
    for module in (quarantine, resolve):
        monkeypatch.setattr(module, "DEFAULT_LIMIT", LIMIT - 1)
    line.deliver(Event("more", 9, correlation="c0"))
    line.tick(200)
    assert len(line.rows()) == LIMIT


def with_shared(item):
    """*item* with a value that everything carries, where it carries one of its own already."""
    if "correlation.id" not in item.attributes:
        return item
    return replace(item, attributes=item.attributes | {"permit": SHARED})


def without_shared(row):
    return row | {"identifiers": [kept for kept in row["identifiers"] if kept["value"] != SHARED]}


@EXAMPLES
@given(deliveries())
def test_letting_go_restores_exactly_what_there_would_be_without_the_value(line, case):
    _, parts = case
    plain = [[replace(item, attributes=without_permit(item)) for item in part] for part in parts]
    more = [Event(f"more{n}", n, attributes={"correlation.id": f"more{n}"}) for n in range(LIMIT + 1)]
    found = []
    for carrying in (False, True):
        line.reset()
        for number, part in enumerate([*plain, more]):
            line.deliver(*(with_shared(item) if carrying else item for item in part))
            line.tick(1_000_000 + number)
        found.append([without_shared(row) for row in picture(line)])
    assert line.store.value("SELECT count() FROM quarantined_values FINAL WHERE value = 'EVERYWHERE'") == 1
    assert_same(found[1], found[0])


def without_permit(item):
    return {key: value for key, value in item.attributes.items() if key != "permit"}
