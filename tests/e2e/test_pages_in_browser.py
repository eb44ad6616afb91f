"""How the pages behave in a browser, over the fakes: keys, refresh, themes, narrow screens, hostile values."""

import time
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.e2e.browser import console_errors, open_page, requested_hosts, set_size, wait_until
from tests.unit.dashboards.fakes import (
    TX_BATCH,
    TX_FAILED,
    BusyReader,
    EmptyReader,
    FakeAlerts,
    QuietReader,
    busy_alerts,
)
from tests.unit.dashboards.test_pages import HostileReader

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/flows/procure_to_pay",
    "/transactions",
    f"/transactions/{TX_FAILED}",
    f"/transactions/{TX_BATCH}",
    "/transactions/SUP-00931",
    "/transactions/nothing",
    "/alerts",
    "/runbooks",
    "/runbooks/PurchaseOrder?tx=4500012345",
    "/systems",
    "/sla",
    "/queues",
    "/exceptions",
    "/flows/procure_to_pay?view=latency",
    "/flows/procure_to_pay?view=variants",
    "/flows/procure_to_pay?view=rework",
    "/flows/procure_to_pay?view=risk",
)
WIDE, NARROW = (1440, 900), (390, 844)


@pytest.fixture
def busy(serve_pages):
    return serve_pages(BusyReader(), busy_alerts())


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("reader", [BusyReader, QuietReader, EmptyReader])
def test_every_page_renders_without_a_console_error_and_from_this_host_only(browser, serve_pages, reader, size):
    address = serve_pages(reader(), busy_alerts() if reader is BusyReader else FakeAlerts())
    set_size(browser, *size)
    for page in PAGES:
        open_page(browser, address + page)
        assert console_errors(browser) == [], page
        overflow = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{page} is {overflow} px wider than the screen"
    assert requested_hosts(browser) <= {urlsplit(address).netloc}


@pytest.fixture(autouse=True)
def _wide(browser):
    set_size(browser, *WIDE)


def press(browser, *keys):
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def test_slash_then_a_po_number_then_enter_lands_on_the_transaction(browser, busy):
    open_page(browser, busy + "/?range=6h")
    press(browser, "/")
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    press(browser, "4500012345", Keys.ENTER)
    wait_until(browser, "document.querySelector('#page-title').textContent === 'PO number 4500012345'")
    assert urlsplit(browser.current_url).path == "/transactions/4500012345"
    assert urlsplit(browser.current_url).query == "range=6h"
    assert browser.title.startswith("PO number 4500012345")


def test_searching_a_shared_value_offers_the_choice(browser, busy):
    open_page(browser, busy + "/alerts")
    press(browser, "/")
    press(browser, "SUP-00931", Keys.ENTER)
    wait_until(browser, "document.querySelector('#page-title').textContent.includes('transactions hold SUP-00931')")
    assert browser.find_elements(By.CSS_SELECTOR, "table.transactions .row-link")


def test_an_identifier_with_slashes_and_percent_signs_arrives_whole(browser, busy):
    open_page(browser, busy + "/")
    press(browser, "/")
    press(browser, "A/B%2F?#1", Keys.ENTER)
    wait_until(browser, "document.querySelector('#page-title').textContent === 'No transaction holds A/B%2F?#1'")


def test_rows_are_walked_with_j_and_k_and_opened_with_enter(browser, busy):
    open_page(browser, busy + "/transactions")
    press(browser, "j", "j", "k", Keys.ENTER)
    wait_until(browser, "document.querySelector('#page-title').textContent === 'PO number 4500012345'")


def test_every_control_is_reached_with_the_tab_key(browser, busy):
    open_page(browser, busy + "/")
    reached = set()
    for _ in range(14):
        press(browser, Keys.TAB)
        active = browser.switch_to.active_element
        reached.add(active.get_attribute("id") or active.text.split("\n")[0])
    assert {"Overview", "Transactions", "search", "theme"} <= reached


class MovingReader(BusyReader):
    """Volume grows with every look."""

    looks = 0

    def overview(self, since, until):
        self.looks += 1
        entries = super().overview(since, until)
        entries[0]["started"] += self.looks
        return entries


def test_refresh_changes_what_changed_and_keeps_every_other_node(browser, serve_pages):
    address = serve_pages(MovingReader(), busy_alerts())
    open_page(browser, address + "/?refresh=1s")
    browser.execute_script("document.querySelectorAll('#page tr').forEach((row) => { row.kept = true })")
    browser.execute_script("document.querySelector('#page .row-link').focus(); window.scrollTo(0, 150)")
    volume = "document.querySelector('#page .spark-cell .num').textContent"
    before = browser.execute_script(f"return {volume}")
    wait_until(browser, f"{volume} !== '{before}'")
    later = browser.execute_script(f"return {volume}")
    wait_until(browser, f"{volume} !== '{later}'")
    assert browser.execute_script("return [...document.querySelectorAll('#page tr')].every((row) => row.kept)")
    assert browser.execute_script("return document.activeElement.classList.contains('row-link')")
    assert browser.execute_script("return window.scrollY") == 150
    assert console_errors(browser) == []


def test_refresh_keeps_the_figures_of_a_flow(browser, busy):
    open_page(browser, busy + "/flows/procure_to_pay?refresh=1s")
    browser.execute_script("document.querySelector('.js-plotly-plot').kept = true")
    time.sleep(3)
    assert browser.execute_script("return document.querySelector('.js-plotly-plot').kept")


def test_refresh_waits_while_text_is_selected(browser, busy):
    open_page(browser, busy + "/transactions?refresh=1s")
    browser.execute_script("getSelection().selectAllChildren(document.querySelector('.id'))")
    ticks = browser.execute_script("return window.dash_clientside.wayline.tick(7) === window.dash_clientside.no_update")
    assert ticks
    time.sleep(2.5)
    assert browser.execute_script("return String(getSelection())") == "4500012345"


def test_theme_is_toggled_and_kept(browser, busy):
    open_page(browser, busy + "/")
    before = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    browser.find_element(By.ID, "theme").click()
    after = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert before != after
    open_page(browser, busy + "/alerts")
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == after
    browser.execute_script("localStorage.clear()")


def test_picking_a_span_opens_it_in_place(browser, busy):
    open_page(browser, busy + "/transactions/4500012345")
    browser.execute_script("window.scrollTo(0, 300)")
    rows = browser.find_elements(By.CSS_SELECTOR, ".wf-row")
    browser.execute_script("arguments[0].click()", rows[4])
    wait_until(browser, "!!document.querySelector('.wf-detail #picked')")
    assert browser.execute_script("return window.scrollY") == 300
    assert "at=" in browser.current_url


def test_time_range_menu_changes_the_address(browser, busy):
    open_page(browser, busy + "/")
    browser.find_element(By.CSS_SELECTOR, ".range-menu summary").click()
    browser.find_element(By.XPATH, "//a[contains(., 'Last 7 days')]").click()
    wait_until(browser, "location.search === '?range=7d'")
    wait_until(browser, "document.querySelector('.range-title').textContent === 'Last 7 days'")
    assert not browser.find_elements(By.CSS_SELECTOR, ".range-menu[open]")
    browser.back()
    wait_until(browser, "document.querySelector('.range-title').textContent === 'Last 24 hours'")


def test_acknowledging_an_alert_shows_on_the_page(browser, serve_pages):
    address = serve_pages(BusyReader(), busy_alerts())
    open_page(browser, address + "/alerts")
    wait_until(browser, "document.querySelector('#acting-as')?.offsetWidth > 0")  # drawn, and not only in the page
    browser.find_element(By.CSS_SELECTOR, "#acting-as").send_keys("Ana")
    browser.find_element(By.XPATH, "//button[text()='Acknowledge']").click()
    wait_until(browser, "document.querySelector('#page').textContent.includes('acknowledged by Ana')")


def test_hostile_values_run_nothing(browser, serve_pages):
    address = serve_pages(HostileReader(), FakeAlerts())
    open_page(browser, address + "/transactions/x?at=0af7651916cd43dd8448eb211c80319c:00f067aa0ba90203")
    assert browser.find_elements(By.CSS_SELECTOR, "#page img, #page script, #page iframe") == []
    assert console_errors(browser) == []


def test_a_server_that_stops_answering_is_said(browser, busy):
    open_page(browser, busy + "/?refresh=1s")
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*_dash-update-component*"]})
    try:
        wait_until(browser, "document.querySelector('#stale.on')", 45)
    finally:
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
