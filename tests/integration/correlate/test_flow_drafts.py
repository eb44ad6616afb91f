"""A drafted flow is valid, says what was seen, and recognises the transactions it was drafted from."""

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from analytics.drafts import draft_flows, observe
from runbooks import load_catalog
from runbooks.linting import lint
from tests.integration.correlate.conftest import CATALOG
from tests.integration.evidence import Event, Span, moment

TIER = "kind: Tier\nname: 1\n---\nkind: Tier\nname: 2\n---\n"


def shipment(number):
    """Ordered, picked in a trace, sometimes checked, delivered after one or two minutes."""
    key, begin = f"s{number}", number * 1_000
    yield Event(
        f"o{key}", begin, correlation=key, type="shipment.ordered", source="/shop", attributes={"permit": f"p{key}"}
    )
    yield Span(
        f"t{key}", "pick", begin + 30, kind=2, name="POST /pick", service="mw-store", attributes={"correlation.id": key}
    )
    yield Span(f"t{key}", "db", begin + 30, parent="pick", name="SELECT", service="mw-store")
    if number % 2:
        yield Event(f"c{key}", begin + 40, correlation=key, type="shipment.checked", source="/shop")
    yield Event(f"d{key}", begin + 60 + 5 * number, correlation=key, milestone="delivered", system="erp")


def test_a_draft_passes_the_linter_and_recognises_what_it_was_made_of(line, tmp_path):
    line.deliver(*(item for number in range(10) for item in shipment(number)))
    line.deliver(Event("odd", 5, correlation="odd", type="something.else"))
    line.tick(20_000)
    assert {row["flow"] for row in line.rows()} == {""}
    (draft,) = draft_flows(observe(line.store, moment(-60), moment(20_000)), line.catalog)
    assert draft.transactions == 10
    (tmp_path / "estate.yaml").write_text(TIER + CATALOG, encoding="utf-8")
    (tmp_path / "drafted.yaml").write_text(draft.text, encoding="utf-8")
    assert [finding for finding in lint([tmp_path]) if finding.file.name == "drafted.yaml"] == []
    catalog = load_catalog([tmp_path])
    flow = catalog.flows[draft.name]
    assert [(m.name, m.optional, m.terminal, m.after, m.system) for m in flow.milestones] == [
        ("shipment_ordered", False, False, "", ""),
        ("post_pick", False, False, "shipment_ordered", "mw"),
        ("shipment_checked", True, False, "", ""),
        ("delivered", False, True, "post_pick", "erp"),
    ]
    assert flow.identifiers == ("correlation", "permit")
    within = flow.milestone("delivered").within
    assert 60 + 45 - 30 - 10 <= within.seconds <= 120
    assert catalog.deadline_of(flow).seconds > within.seconds
    items = [item for number in range(10, 13) for item in shipment(number)]
    line.deliver(*items)
    Tick(line.store, CorrelateConfig()).run(catalog, moment(21_000))
    found = line.rows(f"flow = '{draft.name}'")
    assert [row["status"] for row in found] == ["completed"] * 3
