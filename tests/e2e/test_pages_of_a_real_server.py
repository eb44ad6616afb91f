"""The pages of a real ``wayline serve``: empty, then with telemetry that came through its doors."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.e2e.browser import console_errors, open_page, requested_hosts, set_size, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PO = "4500098765"
TRACE = "5b8efff798038103d269b633813fc60c"
WIDE, NARROW = (1440, 900), (390, 844)


@pytest.fixture(autouse=True)
def _wide(browser):
    set_size(browser, *WIDE)


def nanoseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1e9))


def text_attribute(key: str, value: str) -> dict:
    return {"key": key, "value": {"stringValue": value}}


def order_spans(began: datetime) -> dict:
    """One purchase order over two systems; the transformation fails."""
    common = {"traceId": TRACE, "kind": 2}
    po = text_attribute("po_number", PO)
    flow = text_attribute("business.flow", "procure_to_pay")
    first = common | {
        "spanId": "eee19b7ec3c1b174",
        "name": "POST /orders",
        "startTimeUnixNano": nanoseconds(began),
        "endTimeUnixNano": nanoseconds(began + timedelta(milliseconds=900)),
        "attributes": [po, flow, text_attribute("business.milestone", "po_approved")],
    }
    second = common | {
        "spanId": "eee19b7ec3c1b175",
        "parentSpanId": "eee19b7ec3c1b174",
        "name": "transform <img src=x onerror=alert(1)>",
        "startTimeUnixNano": nanoseconds(began + timedelta(milliseconds=100)),
        "endTimeUnixNano": nanoseconds(began + timedelta(milliseconds=700)),
        "attributes": [po, flow],
        "status": {"code": 2, "message": "no field deliveryWindow"},
    }
    return {"resourceSpans": [resource("sourcing-saas", first), resource("mw-transform", second)]}


def resource(service: str, span: dict) -> dict:
    return {
        "resource": {"attributes": [text_attribute("service.name", service)]},
        "scopeSpans": [{"scope": {"name": "test"}, "spans": [span]}],
    }


@pytest.fixture(scope="module")
def filled(start_wayline):
    """A server that was sent one order through OTLP/HTTP and the events door, and has correlated it."""
    served = start_wayline()
    began = datetime.now(UTC) - timedelta(minutes=2)
    sent = httpx.post(f"{served.otlp_http}/v1/traces", json=order_spans(began), timeout=30)
    assert sent.status_code == 200, sent.text
    event = {
        "specversion": "1.0",
        "id": "browser-1",
        "source": "/erp",
        "type": "com.example.po.acknowledged",
        "time": began.isoformat(),
        "data": {"po_number": PO},
    }
    sent = httpx.post(
        f"{served.url}/api/v1/events", json=event, headers={"content-type": "application/cloudevents+json"}, timeout=30
    )
    assert sent.status_code == 202, sent.text
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = httpx.get(f"{served.url}/api/v1/transactions/{PO}", timeout=30)
        if found.status_code == 200 and found.json()["events"] and len(found.json()["spans"]) == 2:
            return served
        time.sleep(0.2)
    raise AssertionError(f"the order was not found: {found.status_code} {found.text[:500]}")


def test_searching_by_po_number_lands_on_the_transaction(browser, filled):
    open_page(browser, filled.url + "/")
    box = browser.find_element(By.ID, "search")
    box.send_keys(PO, Keys.ENTER)
    wait_until(browser, f"document.querySelector('#page-title').textContent === 'PO number {PO}'")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".wf-row")) == 3
    assert browser.find_elements(By.CSS_SELECTOR, "#page img") == []
    assert console_errors(browser) == []


def addresses(served) -> list[str]:
    api = f"{served.url}/api/v1"
    runbooks = httpx.get(f"{api}/runbooks", timeout=30).json()["items"]
    flows = httpx.get(f"{api}/flows", timeout=30).json()["items"]
    pages = [
        "/",
        "/transactions",
        "/alerts",
        "/runbooks",
        "/systems",
        f"/transactions/{PO}",
        "/transactions/no-such-thing",
    ]
    pages += [f"/runbooks/{runbooks[0]['id']}"] if runbooks else []
    return pages + [f"/flows/{flow['flow']}" for flow in flows[:2] if flow["flow"]]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_renders_with_data_without_a_console_error(browser, filled, size):
    visit_all(browser, filled, size)


@pytest.fixture(scope="module")
def empty(start_wayline):
    return start_wayline()


def test_every_page_renders_on_an_empty_store_without_a_console_error(browser, empty):
    visit_all(browser, empty, WIDE)


def test_an_empty_store_says_where_this_server_listens(browser, empty):
    open_page(browser, empty.url + "/")
    page = browser.find_element(By.ID, "page").text
    assert "Nothing is stored yet." in page
    assert empty.grpc in page
    assert empty.otlp_http in page
    assert f"wayline estate --duration 60s --endpoint {empty.grpc} --events-url {empty.url}" in page


def visit_all(browser, served, size):
    set_size(browser, *size)
    for address in addresses(served):
        open_page(browser, served.url + address)
        assert console_errors(browser) == [], address
        assert "could not be drawn" not in browser.find_element(By.ID, "page").text, address
        assert "did not answer" not in browser.find_element(By.ID, "page").text, address
        overflow = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{address} is {overflow} px wider than the screen"
    assert requested_hosts(browser) <= {urlsplit(served.url).netloc}
