"""What a notification says, byte for byte, and what it never says."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from alerting.guard import ForbiddenAddressError, check_url
from alerting.labels import fingerprint
from alerting.templates import fill

LABELS = {"alertname", "tier", "flow", "owner", "severity"}
ANNOTATIONS = {"summary", "description", "runbook_url", "transactions_url", "affected", "oldest_at"}


def test_a_stuck_tier_1_flow_page(script, rule, golden):
    story = script(rule("stuck", title="Transactions stuck at a step"))
    story.set("stuck", affected=2, steps=("sent",), breach_at=story.start + timedelta(minutes=12))
    story.until(3)
    story.clear("stuck")
    story.until(5)
    first, last = story.payloads()
    golden("stuck_firing.json", first)
    golden("stuck_resolved.json", last)


def test_a_failing_flow_page(script, rule, golden):
    story = script(rule("failure_ratio", title="Too many transactions fail", threshold=0.05, min_bad=3))
    story.set("failure_ratio", affected=7, total=40, systems=("broker",), categories=("queue",))
    story.until(1)
    golden("failure_ratio_firing.json", story.payloads()[0])


def test_a_missed_deadline_with_texts_of_the_rule(script, rule, golden):
    texts = {"summary": "{{ values.count }} late in {{ labels.flow }}", "note": "{{ labels.nothing }}"}
    story = script(rule("deadline", annotations=texts, labels={"team_room": "supply"}))
    story.set("deadline", affected=1)
    story.until(1)
    golden("deadline_firing.json", story.payloads()[0])


def test_every_alert_names_what_the_contract_asks_for(script, catalog):
    story = script(catalog=catalog())
    for kind in ("deadline", "stuck", "failure_ratio"):
        story.set(kind, affected=9, total=10)
    story.until(2)
    listed = [alert for payload in story.payloads() for alert in payload["alerts"]]
    assert listed
    for alert in listed:
        assert set(alert["labels"]) >= LABELS
        assert set(alert["annotations"]) >= ANNOTATIONS
        assert alert["annotations"]["runbook_url"].startswith("https://wayline.example.org/runbooks/")


def test_the_runbook_is_that_of_the_failure_and_origin(script, rule):
    story = script(rule("failure_ratio", threshold=0.0))
    story.set("failure_ratio", affected=3, total=3, systems=("broker",), categories=("queue",))
    story.now()
    assert story.alerts()[0]["runbook_url"].endswith("/runbooks/QueueTrouble")


def test_links_hold_a_filter_of_the_list_and_nothing_about_one_transaction(script, rule):
    story = script(rule("stuck"))
    story.set("stuck")
    story.now()
    parts = urlsplit(story.alerts()[0]["transactions_url"])
    assert (parts.path, parse_qs(parts.query)) == ("/transactions", {"flow": ["orders"], "status": ["stuck"]})


def test_a_group_of_many_is_cut_where_the_channel_says_so(script, catalog, rule):
    from alerting.config import AlertingConfig  # noqa: PLC0415
    from runbooks.models import Channel  # noqa: PLC0415

    channels = {"team": Channel(name="team", type="log", max_alerts=1)}
    story = script(
        catalog=catalog(rule("stuck", flow=""), channels=channels),
        config=AlertingConfig(log=False, group_by=("alertname",)),
    )
    story.set("stuck", "orders")
    story.set("stuck", "stock")
    story.now()
    payload = story.payloads()[0]
    assert (len(payload["alerts"]), payload["truncatedAlerts"]) == (1, 1)


def test_identity_is_rule_and_group_and_does_not_depend_on_order():
    assert fingerprint("A", {"x": "1", "y": "2"}) == fingerprint("A", {"y": "2", "x": "1"})
    assert fingerprint("A", {"x": "1"}) != fingerprint("B", {"x": "1"})
    assert fingerprint("A", {"x": "1,y=2"}) != fingerprint("A", {"x": "1", "y": "2"})


def test_templates_fill_only_labels_and_values_and_show_what_is_missing():
    text = "{{ labels.flow }} {{values.count}} {{ labels.nope }} {{ config.secret }}"
    assert fill(text, labels={"flow": "orders"}, values={"count": "3"}) == (
        "orders 3 <missing labels.nope> {{ config.secret }}"
    )


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "http://", "example.org"])
def test_webhooks_go_only_over_http(url):
    with pytest.raises(ForbiddenAddressError):
        check_url(url, block_private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1"])
def test_private_addresses_are_refused_when_the_settings_say_so(address):
    with pytest.raises(ForbiddenAddressError, match="private"):
        check_url("https://hooks.example.org/x", block_private=True, resolver=lambda _host, _port: [address])


def test_public_addresses_pass_and_a_list_of_hosts_is_exact():
    check_url("https://hooks.example.org/x", block_private=True, resolver=lambda _host, _port: ["203.0.114.9"])
    with pytest.raises(ForbiddenAddressError, match="not allowed"):
        check_url("https://evil.example.org/x", block_private=False, hosts=("hooks.example.org",))
