"""Flows of the packaged catalog as ticks judge them."""

from datetime import UTC, datetime

import pytest

from analytics.correlate.assemble import FlowTable
from analytics.correlate.flows import NONE_US, Plan, flow_book
from analytics.correlate.watermarks import Watermark, Watermarks
from runbooks import load_catalog
from runbooks.catalogs import Catalog

HEARD_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def plans_of(catalog, watermarks=None):
    return FlowTable().plans(catalog, flow_book(catalog), 30, watermarks or Watermarks())


def test_plans_stand_by_the_codes_of_their_flows_and_stages_by_those_of_their_steps(catalog):
    book, plans = flow_book(catalog), plans_of(catalog)
    made = [plans[code] for code in range(len(plans))]
    assert made[0] == Plan()
    assert [plan.name for plan in made[1:]] == [flow.name for flow in book.flows]
    codes = [stage.code for plan in made for stage in plan.stages]
    assert codes == list(range(1, len(book.steps) + 1))
    assert [book.steps[code - 1].partition("\t")[2] for code in codes] == [s.name for p in made for s in p.stages]


def test_limits_are_of_the_catalog(catalog):
    plans = plans_of(catalog)
    purchase = next(plan for plan in (plans[code] for code in range(len(plans))) if plan.name == "procure_to_pay")
    assert [stage.within_us for stage in purchase.stages[:2]] == [NONE_US, 30_000_000]
    assert [stage.anchor for stage in purchase.stages[:3]] == [None, 0, 0]  # both count from the approval
    assert [purchase.deadline_us, purchase.clocks, purchase.delay_us] == [900_000_000, set(), 30_000_000]


def test_a_plan_is_kept_until_a_watermark_moves(catalog):
    source = next(source for source in catalog.sources.values() if source.expect_every and source.systems)
    marks, table, book = Watermarks(), FlowTable(), flow_book(catalog)
    first = table.plans(catalog, book, 30, marks)
    assert table.plans(catalog, book, 30, marks) is first
    marks.known[source.name] = Watermark(HEARD_AT, HEARD_AT)
    moved = table.plans(catalog, book, 30, marks)
    assert moved is not first

    def owed(plans):
        stages = [stage for code in range(len(plans)) for stage in plans[code].stages]
        return {stage.heard_us for stage in stages if stage.owner in source.systems}

    assert owed(moved) != owed(plans_of(catalog))
