import json
from dataclasses import replace

import pytest
from dash._utils import to_json
from dash.development.base_component import Component

from core.errors import TransientError
from dashboards.app import Artist
from dashboards.config import DashboardsConfig
from dashboards.router import DrawingFailed, draw
from tests.unit.dashboards.conftest import hrefs_of, parts_of, text_of
from tests.unit.dashboards.fakes import (
    TX_BATCH,
    TX_FAILED,
    BusyReader,
    EmptyReader,
    FakeAlerts,
    QuietReader,
    alert,
    busy_alerts,
    failed_summary,
    shipped_catalogs,
)

ADDRESSES = (
    "/",
    "/flows/procure_to_pay",
    "/flows/gl_posting?range=7d",
    "/transactions",
    "/transactions?status=failed,stuck&tier=1&q=4500&sort=-duration_ms",
    f"/transactions/{TX_FAILED}",
    "/transactions/4500012345?at=0af7651916cd43dd8448eb211c80319c:00f067aa0ba90203",
    "/transactions/4500012345?at=portal%23e-2",
    "/transactions/4500012399",
    f"/transactions/{TX_BATCH}",
    "/transactions/SUP-00931",
    "/transactions/nobody%2Fknows",
    "/alerts",
    "/alerts?flow=procure_to_pay",
    "/runbooks",
    "/runbooks/PurchaseOrder?tx=4500012345",
    "/systems",
    "/sla",
    "/sla?as=known",
    "/queues",
    "/exceptions",
    "/exceptions?flow=procure_to_pay",
    "/transactions?at_risk=true",
    "/transactions?flow=procure_to_pay&variant=0000000000000001",
    "/flows/procure_to_pay?view=latency",
    "/flows/procure_to_pay?view=variants",
    "/flows/procure_to_pay?view=rework",
    "/flows/procure_to_pay?view=risk",
    "/flows/procure_to_pay?view=nonsense",
    "/nowhere/at/all",
)


@pytest.mark.parametrize("reader", [BusyReader, QuietReader, EmptyReader])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_draws_with_data_and_without(address, reader, page_context):
    page = draw(page_context(address, reader(), FakeAlerts() if reader is not BusyReader else None))
    assert page.title
    assert json.loads(to_json(page.body))
    headings = [part for part in parts_of(page.body) if getattr(part, "id", None) == "page-title"]
    assert len(headings) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_two_parts_of_a_page_have_one_id(address, page_context):
    ids = [
        json.dumps(part.id, sort_keys=True)
        for part in parts_of(draw(page_context(address)).body)
        if isinstance(part, Component) and getattr(part, "id", None)
    ]
    assert len(ids) == len(set(ids))


def test_overview_leads_with_what_is_wrong_and_links_there(page_context):
    page = draw(page_context("/?range=6h"))
    assert "Purchase order to payment (tier 1 flow) is failing: 4.3 % of transactions fail" in text_of(page.body)
    assert "/transactions?range=6h&flow=procure_to_pay&status=failed" in hrefs_of(page.body)


def test_a_flow_that_sent_nothing_is_not_shown_as_good(page_context):
    text = text_of(draw(page_context("/", QuietReader(), FakeAlerts())).body)
    assert "No data" in text
    assert "In order" not in text


def test_an_empty_store_says_where_to_send(page_context):
    text = text_of(draw(page_context("/", EmptyReader(), FakeAlerts())).body)
    assert "Nothing is stored yet." in text


class ReceivedReader(QuietReader):
    def stats(self):
        return {"ledger": {"segments": 12}, "correlation": {"behind_ms": 66_000.0}}


def test_telemetry_that_is_not_correlated_yet_is_said_to_be_on_its_way(page_context):
    text = text_of(draw(page_context("/", ReceivedReader(), FakeAlerts())).body)
    assert "transactions are on their way" in text
    assert "correlation is 1 m 6 s behind what is stored" in text
    assert "Nothing is stored yet." not in text


def test_transaction_page_names_origin_owner_deadline_and_runbook(page_context):
    text = text_of(draw(page_context("/transactions/4500012345")).body)
    for expected in ("mw-transform", "94 % sure", "supply-integration", "Breached", "late by 15 m", "Check first"):
        assert expected in text


def test_origin_evidence_is_a_link_to_the_span(page_context):
    links = hrefs_of(draw(page_context("/transactions/4500012345")).body)
    assert "/transactions/4500012345?at=0af7651916cd43dd8448eb211c80319c%3A00f067aa0ba90203#picked" in links


def test_evidence_that_says_the_same_twice_is_told_apart_by_what_was_done(page_context):
    text = text_of(draw(page_context("/transactions/4500012345")).body)
    assert "its callers only report its error POST /edi: 503 from the network" in " ".join(text.split())


def test_a_batch_says_how_many_of_its_parts_are_done(page_context):
    assert "197 of 200 completed, 3 failed" in text_of(draw(page_context(f"/transactions/{TX_BATCH}")).body)


def test_several_matches_become_a_choice(page_context):
    page = draw(page_context("/transactions/SUP-00931"))
    assert "transactions hold SUP-00931" in text_of(page.body)
    assert f"/transactions/{TX_FAILED}" in hrefs_of(page.body)


def test_no_match_says_what_was_searched(page_context):
    text = text_of(draw(page_context("/transactions/nobody%2Fknows")).body)
    assert "No transaction holds nobody/knows" in text
    assert "Searched as Trace, Correlation, PO number." in text


def test_next_page_keeps_the_filters(page_context):
    links = hrefs_of(draw(page_context("/transactions?flow=procure_to_pay")).body)
    assert "/transactions?flow=procure_to_pay&cursor=next" in links


class BrokenReader(BusyReader):
    def overview(self, since, until):  # noqa: ARG002  # the reader's signature
        raise TransientError("the store is away", remedy="wait")


def test_a_store_that_does_not_answer_is_said_with_what_to_do(page_context):
    with pytest.raises(DrawingFailed) as failure:
        draw(page_context("/", BrokenReader()))
    text = text_of(failure.value.page.body)
    assert "The store did not answer." in text
    assert "the store is away" in text
    assert "wayline doctor" in text


def test_a_failing_refresh_leaves_the_page_on_the_screen(clock):
    artist = Artist(BrokenReader(), FakeAlerts(), shipped_catalogs(), clock, DashboardsConfig(), ())
    fresh, banner = artist.redraw("/", "", "UTC")
    assert fresh == {"failed": True}
    assert "older than it looks" in text_of(banner)


def test_a_refresh_draws_the_same_page_again(clock):
    artist = Artist(BusyReader(), busy_alerts(), shipped_catalogs(), clock, DashboardsConfig(), ())
    shown = artist.draw("/transactions", "?range=6h", "UTC")
    fresh, banner = artist.redraw("/transactions", "?range=6h", "UTC")
    assert to_json(fresh["page"]) == to_json(shown[0])
    assert to_json(fresh["nav"]) == to_json(shown[1])
    assert banner is None


def test_a_bug_in_one_page_becomes_a_page_that_says_so(page_context):
    class Buggy(BusyReader):
        def systems(self):
            raise KeyError("secret-value")

    with pytest.raises(DrawingFailed) as failure:
        draw(page_context("/systems", Buggy()))
    assert "secret-value" not in text_of(failure.value.page.body)


HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


class HostileReader(BusyReader):
    """Every string that telemetry can choose is an attack."""

    def transaction(self, text, kind=None):  # noqa: ARG002  # the reader's signature
        found = super().transaction("4500012345")
        body = found.body
        for span in body["spans"]:
            span |= {"name": HOSTILE, "service": HOSTILE, "system": HOSTILE, "status_message": HOSTILE}
            span["category"] = HOSTILE
            span["attributes"] = {HOSTILE: HOSTILE, "url": "javascript:alert(1)"}
        for event in body["events"]:
            event |= {"type": HOSTILE, "system": HOSTILE, "source": HOSTILE, "id": HOSTILE}
        for log in body["logs"]:
            log |= {"body": HOSTILE, "severity": HOSTILE, "service": HOSTILE}
        body["identifiers"] = [{"type": HOSTILE, "value": HOSTILE, "role": "identity"}]
        body["origin"] |= {"system": HOSTILE, "category": HOSTILE}
        body["milestones"][0] |= {"name": HOSTILE, "system": HOSTILE}
        return found


def test_hostile_values_stay_text(page_context):
    page = draw(page_context("/transactions/x?at=0af7651916cd43dd8448eb211c80319c:00f067aa0ba90203", HostileReader()))
    components = [part for part in parts_of(page.body) if isinstance(part, Component)]
    assert HOSTILE in text_of(page.body)
    assert not [
        part for part in components if type(part).__name__ in ("Markdown", "Iframe", "Script", "Embed", "Object")
    ]
    assert not [part for part in components if getattr(part, "dangerously_allow_html", False)]
    for href in hrefs_of(page.body):
        assert href.startswith(("/", "#", "http://", "https://"))


def test_hostile_categories_never_reach_a_class_name(page_context):
    page = draw(page_context("/transactions/x", HostileReader()))
    classes = [str(getattr(part, "className", "")) for part in parts_of(page.body) if isinstance(part, Component)]
    assert not [name for name in classes if "<" in name or '"' in name]


def test_alert_links_to_foreign_hosts_are_only_http(page_context):
    row = alert(9, runbook_url="javascript:alert(1)", transactions_url="https://other.example/x")
    page = draw(page_context("/alerts", BusyReader(), FakeAlerts([row])))
    assert "https://other.example/x" in hrefs_of(page.body)
    assert not [href for href in hrefs_of(page.body) if href.startswith("javascript")]


def test_parts_of_a_batch_ignore_the_time_range(page_context):
    seen = []

    class Recording(BusyReader):
        def transactions(self, wanted):
            seen.append(wanted)
            return {"items": [failed_summary()], "next_cursor": None}

    draw(page_context(f"/transactions?parent={TX_BATCH}", Recording()))
    assert seen[-1].since is None
    assert seen[-1].parent == TX_BATCH


def test_a_broken_catalog_is_said_on_the_overview(page_context):
    context = replace(page_context("/"), catalog_problem="flows.yaml:3: no such tier")
    assert "flows.yaml:3: no such tier" in text_of(draw(context).body)


def test_a_flow_of_a_past_window_is_asked_for_in_that_window(page_context):
    asked = []

    class Recording(BusyReader):
        def overview(self, since, until):
            asked.append((since, until))
            return super().overview(since, until)

    draw(page_context("/flows/procure_to_pay?since=2026-11-20T08:00Z&until=2026-11-20T09:00Z", Recording()))
    since, until = asked[-1]
    assert (since.day, until.hour) == (20, 9)
