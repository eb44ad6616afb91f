"""Receivers that are slow, broken, full or gone: what is retried, what is not, and who else waits for it."""

import threading
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from alerting.api import build_router
from alerting.config import AlertingConfig
from alerting.outbox import OutboxState
from alerting.tables import OUTBOX
from analytics.api import install_problem_handlers
from storage.state import open_state


@pytest.fixture
def breached(estate, clock):
    estate.put(1, "stuck", deadline_at=clock.now() - timedelta(seconds=1))
    return estate


def _rows(tmp_path):
    with open_state(tmp_path / "state").connect() as connection:
        return [dict(row) for row in connection.execute(select(OUTBOX).order_by(OUTBOX.c.number)).mappings()]


def _once(service, clock, advance=0.0):
    clock.advance(advance)
    service.tick()
    service.deliver_due()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_receiver_that_may_take_it_later_is_asked_again(status, make_service, breached, clock, receiver, tmp_path):
    service = make_service()
    receiver.answers = [status, status]
    _once(service, clock)
    assert receiver.attempts == [status]
    _once(service, clock, advance=1)
    _once(service, clock, advance=1)
    assert receiver.attempts == [status, status]
    _once(service, clock, advance=1)
    assert receiver.attempts == [status, status, 200]
    assert [row["state"] for row in _rows(tmp_path)] == [OutboxState.SENT]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
def test_a_receiver_that_refuses_is_not_asked_again_and_health_says_so(
    status, make_service, breached, clock, receiver, tmp_path
):
    service = make_service()
    receiver.answers = [status]
    for _ in range(5):
        _once(service, clock, advance=10)
    assert receiver.attempts == [status]
    assert [row["state"] for row in _rows(tmp_path)] == [OutboxState.FAILED]
    assert [health.ok for health in service.health() if health.name == "notifications"] == [False]


def test_a_receiver_says_how_long_to_wait(make_service, breached, clock, receiver):
    service = make_service()
    receiver.answers, receiver.retry_after = [429], "30"
    _once(service, clock)
    _once(service, clock, advance=29)
    assert receiver.attempts == [429]
    _once(service, clock, advance=1)
    assert receiver.attempts == [429, 200]


def test_a_connection_cut_before_the_answer_is_of_unknown_outcome_and_is_sent_again(
    make_service, breached, clock, receiver, tmp_path
):
    service = make_service()
    receiver.answers = [0]
    _once(service, clock)
    assert [row["state"] for row in _rows(tmp_path)] == [OutboxState.UNKNOWN]
    _once(service, clock, advance=2)
    assert len(receiver.bodies) == 1


def test_a_receiver_that_is_gone_hears_it_when_it_is_back(make_service, breached, clock, receiver, tmp_path):
    service = make_service(webhook_url="http://127.0.0.1:9/hook")
    for _ in range(3):
        _once(service, clock, advance=70)
    assert [row["state"] for row in _rows(tmp_path)] == [OutboxState.PENDING]
    back = make_service()
    _once(back, clock, advance=70)
    assert [body["status"] for body in receiver.bodies] == ["firing"]


def test_what_ended_while_the_receiver_was_gone_is_told_as_over_and_never_as_firing(
    make_service, breached, clock, receiver, tmp_path
):
    service = make_service()
    receiver.answers = [503]
    _once(service, clock)
    breached.put(1, "completed_late", ended_at=clock.now())
    _once(service, clock, advance=1)
    _once(service, clock, advance=100)
    assert [body["status"] for body in receiver.bodies] == ["resolved"]
    assert [row["state"] for row in _rows(tmp_path)] == [OutboxState.CANCELED, OutboxState.SENT]


def test_messages_are_given_up_after_a_day(make_service, breached, clock, receiver, tmp_path):
    service = make_service(give_up_after_s=100)
    receiver.answers = [503] * 50
    for _ in range(10):
        _once(service, clock, advance=20)
    assert OutboxState.FAILED in [row["state"] for row in _rows(tmp_path)]


def test_a_receiver_that_hangs_does_not_hold_up_another(make_service, breached, clock, receiver, catalog, tmp_path):
    hanging = threading.Event()

    class Stuck(httpx.BaseTransport):
        def handle_request(self, _request):
            hanging.wait(60)
            return httpx.Response(200)

    folder = tmp_path / "catalog"
    channel = "kind: Channel\nname: hanging\ntype: webhook\nurl: http://hanging.example.org/\n"
    (folder / "channel.yaml").write_text(channel, encoding="utf-8")
    catalog.reload_if_changed()
    service = make_service(interval_s=0.2)
    service._dispatcher._webhook._client = httpx.Client(trust_env=False, mounts={"http://hanging.example.org": Stuck()})
    service.start()
    try:
        assert receiver.wait_for(1)[0]["receiver"] == "webhook"
    finally:
        hanging.set()
        service.stop(5)


def test_private_addresses_are_refused_when_the_settings_say_so(make_service, breached, clock, receiver, tmp_path):
    service = make_service(block_private_addresses=True)
    _once(service, clock)
    assert receiver.attempts == []
    [row] = _rows(tmp_path)
    assert row["state"] == OutboxState.FAILED
    assert "private" in row["error"]


def test_a_state_that_cannot_be_written_changes_nothing_and_health_says_so(make_service, breached, clock, receiver):
    service = make_service(interval_s=0.1)
    _rename(service, "alert_outbox", "moved")
    with pytest.raises(SQLAlchemyError):
        service.tick()
    assert service.board.instances == []
    assert [health.ok for health in service.health() if health.name == "notifications"] == [False]
    _rename(service, "moved", "alert_outbox")
    _once(service, clock, advance=1)
    assert len(receiver.bodies) == 1


def _rename(service, before, after):
    with service.journal._engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")


@pytest.fixture
def client(make_service, breached, clock):
    service = make_service()
    _once(service, clock)
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_router(service))
    with TestClient(app) as http:
        http.service = service
        yield http


def test_the_api_lists_acknowledges_and_resolves(client):
    listed = client.get("/api/v1/alerts", params={"flow": "procure_to_pay", "tier": 1}).json()
    assert listed["next_cursor"] is None
    [alert] = listed["items"]
    assert (alert["state"], alert["severity"], alert["affected"], alert["ends_at"]) == ("firing", "page", 1, None)
    assert client.get("/api/v1/alerts", params={"tier": 3}).json()["items"] == []
    acked = client.post(f"/api/v1/alerts/{alert['id']}/ack", json={"by": "Dana", "note": "on it"})
    assert (acked.status_code, acked.json()["acked_by"]) == (200, "Dana")
    ended = client.post(f"/api/v1/alerts/{alert['fingerprint']}/resolve")
    assert (ended.status_code, ended.json()["state"]) == (200, "resolved")
    assert client.get("/api/v1/alerts").json()["items"] == []
    resolved = client.get("/api/v1/alerts", params={"state": "resolved"}).json()["items"]
    assert [item["id"] for item in resolved] == [alert["id"]]
    assert client.get(f"/api/v1/alerts/{alert['id']}").json()["resolve_reason"] == "by_hand"
    again = client.post(f"/api/v1/alerts/{alert['id']}/ack")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")


def test_the_api_answers_wrong_questions_with_problems(client):
    for method, path, status in (
        ("GET", "/api/v1/alerts?state=odd", 400),
        ("GET", "/api/v1/alerts?cursor=odd", 400),
        ("GET", "/api/v1/alerts?limit=0", 400),
        ("GET", "/api/v1/alerts/nope", 404),
        ("POST", "/api/v1/alerts/nope/ack", 404),
        ("POST", "/api/v1/alerts/nope/resolve", 404),
        ("GET", "/api/v1/silences/nope", 404),
        ("DELETE", "/api/v1/silences/nope", 404),
        ("GET", "/api/v1/rules/nope/backtest", 404),
        ("GET", "/api/v1/rules/SourceBlind/backtest", 400),
        ("GET", "/api/v1/rules/OrdersAbsent/backtest?window=odd", 400),
    ):
        answer = client.request(method, path)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_silences_are_made_read_replaced_and_ended(client, clock):
    until = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"matchers": [{"name": "flow", "value": "procure_to_pay"}], "ends_at": until, "created_by": "Dana"}
    made = client.post("/api/v1/silences", json=body)
    assert made.status_code == 201
    silence_id = made.json()["id"]
    assert client.get("/api/v1/alerts").json()["items"][0]["silenced"] is True
    as_alertmanager = {
        "matchers": [{"name": "flow", "value": "stock.*", "isRegex": True, "isEqual": True}],
        "startsAt": clock.now().isoformat(),
        "endsAt": until,
        "createdBy": "Dana",
        "comment": "moved",
    }
    replaced = client.put(f"/api/v1/silences/{silence_id}", json=as_alertmanager)
    assert replaced.json()["matchers"] == [{"name": "flow", "value": "stock.*", "operator": "=~"}]
    assert client.get("/api/v1/alerts").json()["items"][0]["silenced"] is False
    assert client.delete(f"/api/v1/silences/{silence_id}").json()["state"] == "expired"
    listed = client.get("/api/v1/silences", params={"state": "expired"}).json()["items"]
    assert [item["id"] for item in listed] == [silence_id]


@pytest.mark.parametrize(
    "change",
    [
        {"matchers": []},
        {"matchers": [{"name": "flow", "value": "(", "operator": "=~"}]},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"ends_at": "tomorrow"},
        {"surprise": 1},
    ],
)
def test_silences_that_make_no_sense_are_refused(client, clock, change):
    until = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"matchers": [{"name": "flow", "value": "orders"}], "ends_at": until} | change
    answer = client.post("/api/v1/silences", json=body)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_of_alerts_follow_each_other_without_gap_or_repeat(client, breached, clock):
    for number in range(2, 5):
        breached.put(1, "completed_late", ended_at=clock.now())
        _once(client.service, clock, advance=1)
        breached.put(number, "stuck", deadline_at=clock.now() - timedelta(seconds=1))
        _once(client.service, clock, advance=1)
        breached.put(number, "completed_late", ended_at=clock.now())
        _once(client.service, clock, advance=1)
    seen, cursor = [], ""
    while True:
        page = client.get("/api/v1/alerts", params={"state": "all", "limit": 2, "cursor": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_rules_in_force_are_listed_and_replayed(client):
    names = [item["name"] for item in client.get("/api/v1/rules").json()["items"]]
    assert "TransactionDeadlineMissed" in names
    found = client.get("/api/v1/rules/TransactionDeadlineMissed/backtest", params={"window": "1h", "step": "5m"}).json()
    assert (found["rule"], found["step_s"]) == ("TransactionDeadlineMissed", 300.0)


def test_settings_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="extra"):
        AlertingConfig(intervall_s=1)
