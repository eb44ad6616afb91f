from datetime import timedelta

from dashboards.actions import act
from dashboards.pages import alerts
from tests.unit.dashboards.conftest import text_of
from tests.unit.dashboards.fakes import alert, busy_alerts


def test_acknowledging_names_who_did_it(clock):
    service = busy_alerts()
    act(service, clock, {"action": "ack", "alert": "al-1"}, "Ana")
    assert service.read.rows[0]["acked_by"] == "Ana"


def test_silencing_lasts_as_long_as_the_button_says_and_covers_one_alert_and_flow(clock):
    service = busy_alerts()
    act(service, clock, {"action": "silence", "alert": "al-1", "length": "4h"}, "Ana")
    made = service.read.quiet[0]
    assert made["ends_at"].startswith((clock.now() + timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert {part["name"]: part["value"] for part in made["matchers"]} == {
        "alertname": "PurchaseOrderFailures",
        "flow": "procure_to_pay",
    }


def test_a_silence_can_be_ended(clock):
    service = busy_alerts()
    act(service, clock, {"action": "silence", "alert": "al-1", "length": "1h"}, "Ana")
    act(service, clock, {"action": "unsilence", "silence": "s-0"}, "Ana")
    assert service.read.quiet[0]["state"] == "expired"


def test_silencing_an_alert_that_is_over_does_nothing(clock):
    service = busy_alerts()
    act(service, clock, {"action": "silence", "alert": "gone", "length": "1h"}, "Ana")
    assert service.read.quiet == []


def test_open_alerts_come_before_acknowledged_ones_and_lower_tiers(page_context):
    service = busy_alerts()
    service.read.rows.insert(0, alert(7, acked_at="2026-11-22T07:50:00Z", acked_by="Ana", summary="Seen already"))
    text = text_of(alerts.render(page_context("/alerts", alerts=service)).body)
    assert text.index("4.4 % of purchase orders") < text.index("1 supplier is stuck") < text.index("Seen already")
    assert "acknowledged by Ana" in text


def test_own_addresses_in_alerts_work_on_whatever_host_the_page_was_opened():
    assert alerts.inside("http://wayline.example:8080/runbooks/X") == "/runbooks/X"
    assert alerts.inside("/runbooks/X") == "/runbooks/X"
    assert alerts.inside("javascript:alert(1)") is None
