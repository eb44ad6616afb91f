"""Several processes on one state of alerting: one evaluates, each message is sent once, anybody acknowledges."""

import threading
import time
from datetime import timedelta

import pytest

from alerting.journal import Journal
from alerting.lease import Lease, LeaseLostError
from alerting.sharing import Part
from core.errors import PermanentError
from core.selfmetrics import REGISTRY
from storage.state import open_state


@pytest.fixture
def breached(estate, clock):
    estate.put(1, "stuck", deadline_at=clock.now() - timedelta(seconds=1))
    return estate


def counted(result):
    labels = {"channel_type": "webhook", "result": result}
    return REGISTRY.get_sample_value("wayline_alerting_notifications_total", labels) or 0.0


def test_notifications_are_counted_by_result(make_service, breached, clock, receiver):
    before = {result: counted(result) for result in ("sent", "retry", "failed")}
    service = make_service()
    receiver.answers = [503]
    for _ in range(4):
        clock.advance(2)
        service.tick()
        service.deliver_due()
    assert counted("retry") - before["retry"] == 1
    assert counted("sent") - before["sent"] == 1
    receiver.answers = [400]
    breached.put(2, "stuck", flow="supplier_onboarding", deadline_at=clock.now() - timedelta(seconds=1))
    clock.advance(2)
    service.tick()
    service.deliver_due()
    assert counted("failed") - before["failed"] == 1


def test_two_that_evaluate_send_once_and_one_takes_over(make_service, breached, clock, receiver):
    services = [make_service(part=Part.EVALUATES) for _ in range(2)]
    ticks = {0: 0, 1: 0}

    def work(number):
        for _ in range(10):
            if services[number]._sharing.leads():
                services[number].tick()
                ticks[number] += 1
            else:
                services[number]._follow()
            services[number].deliver_due()

    both = [threading.Thread(target=work, args=(number,)) for number in ticks]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(ticks.values()) == [0, 10]
    assert len(receiver.bodies) == 1
    leader, standby = sorted(ticks, key=ticks.get, reverse=True)
    services[standby]._follow()
    assert [alert["state"] for alert in services[standby].read.open_alerts()] == ["firing"]

    # The one that led ends; the other goes on from where it was, and says nothing twice.
    services[leader].stop(5)
    assert services[standby]._sharing.leads()
    clock.advance(5)
    services[standby].tick()
    services[standby].deliver_due()
    assert len(receiver.bodies) == 1
    breached.put(1, "completed")
    for _ in range(40):
        clock.advance(30)
        services[standby].tick()
        services[standby].deliver_due()
    assert [body["status"] for body in receiver.bodies][-1] == "resolved"


def test_even_without_a_leader_turns_keep_them_from_sending_twice(make_service, breached, clock, receiver):
    services = [make_service(part=Part.EVALUATES) for _ in range(3)]
    threads = [threading.Thread(target=lambda one=one: (one.tick(), one.deliver_due())) for one in services * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(receiver.bodies) == 1


def test_what_a_page_does_is_seen_by_the_one_that_evaluates(make_service, breached, clock, receiver):
    evaluating, page = make_service(part=Part.EVALUATES), make_service(part=Part.ACTS)
    evaluating.tick()
    evaluating.deliver_due()
    page._follow()
    (alert,) = page.read.open_alerts()
    page.ack(alert["id"], by="ann")
    clock.advance(1)
    evaluating.tick()
    assert [one["acked_by"] for one in evaluating.read.open_alerts()] == ["ann"]
    page.silence(until=clock.now() + timedelta(hours=1), by="ann", flow="procure_to_pay")
    clock.advance(1)
    evaluating.tick()
    assert [one["silenced"] for one in evaluating.read.open_alerts()] != [False]
    with pytest.raises(PermanentError):
        page.ack("nothing", by="ann")
    assert not page._sharing.leads()


def test_how_long_something_lasts_is_counted_across_turns(make_service, estate, clock):
    services = [make_service(part=Part.EVALUATES) for _ in range(2)]
    estate.put(1, "stuck", deadline_at=clock.now() - timedelta(seconds=1))
    for _ in range(10):
        for service in services:
            clock.advance(1)
            service.tick()
    assert len({alert["id"] for service in services for alert in service.read.open_alerts()}) == 1


def test_a_lease_has_one_holder_and_ends_by_time(tmp_path):
    state = open_state(tmp_path)
    Journal(state)
    one, other = (Lease(state, "rules", 0.3) for _ in range(2))
    assert one.take()
    assert one.take()
    assert not other.take()
    time.sleep(0.4)
    assert other.take()
    assert not one.take()
    with state.begin() as connection, pytest.raises(LeaseLostError):
        one.confirm(connection)
    with pytest.raises(LeaseLostError), Lease(state, "rules", 5).turn(0.0):
        pass
    other.give()
    with one.turn(1.0):
        assert not other.take()
    assert other.take()
    state.dispose()
