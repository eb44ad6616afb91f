"""From transactions in the real engine to a real receiver: one alert, one resolve."""

from datetime import timedelta

import pytest

from alerting.errors import NotBacktestableError, RuleNotFoundError
from storage.store import Store


def _late(clock):
    return {"deadline_at": clock.now() - timedelta(seconds=1), "breached": 1, "next_milestone": "sent_to_supplier"}


def _run(service, clock, seconds):
    for _ in range(seconds):
        service.tick()
        service.deliver_due()
        clock.advance(1)


def test_late_tier_1_transactions_are_one_alert_and_one_resolve(make_service, estate, clock, receiver):
    service = make_service()
    for number in range(3):
        estate.put(number, "stuck", **_late(clock), origin_system="edi-translator", origin_category="middleware")
    _run(service, clock, 10)
    [body] = receiver.bodies
    [alert] = body["alerts"]
    assert body["version"] == "4"
    assert body["status"] == "firing"
    assert alert["labels"] | {"alertname": "TransactionDeadlineMissed"} == alert["labels"]
    assert {name: alert["labels"][name] for name in ("tier", "flow", "owner", "severity")} == {
        "tier": "1",
        "flow": "procure_to_pay",
        "owner": "supply-integration",
        "severity": "page",
    }
    texts = alert["annotations"]
    assert texts["affected"] == "3"
    assert texts["oldest_at"] == "2026-11-22T07:30:00.000000Z"
    assert texts["runbook_url"] == "http://127.0.0.1:8080/runbooks/BusinessTransaction"
    assert texts["process_owner"] == "Procurement operations"
    for number in range(3):
        estate.put(number, "completed_late", ended_at=clock.now())
    _run(service, clock, 10)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]
    assert receiver.bodies[1]["alerts"][0]["fingerprint"] == alert["fingerprint"]
    assert receiver.bodies[1]["alerts"][0]["endsAt"].startswith("2026-11-22T08:00:10")


def test_an_overdue_step_is_a_stuck_alert_that_says_when_the_deadline_comes(make_service, estate, clock, receiver):
    service = make_service()
    due = {
        "next_due_at": clock.now() - timedelta(seconds=1),
        "deadline_at": clock.now() + timedelta(minutes=10),
        "next_milestone": "sent_to_supplier",
    }
    estate.put(1, "stuck", **due)
    _run(service, clock, 3)
    [body] = receiver.bodies
    assert body["commonLabels"]["alertname"] == "TransactionStuck"
    assert body["commonAnnotations"]["minutes_to_breach"] == "10"
    assert "sent_to_supplier" in body["commonAnnotations"]["summary"]


def test_unknown_and_unclassified_transactions_are_nobodys_page(make_service, estate, clock, receiver):
    service = make_service()
    estate.put(1, "unknown", **_late(clock))
    estate.put(2, "stuck", **_late(clock), flow="")
    estate.put(3, "in_progress", deadline_at=clock.now() + timedelta(hours=1))
    _run(service, clock, 3)
    assert receiver.bodies == []


def test_failures_of_a_window_fire_above_share_and_floor_and_end_with_the_window(make_service, estate, clock, receiver):
    service = make_service()
    for number in range(10):
        estate.put(number, "completed", flow="supplier_onboarding")
    for number in range(10, 12):
        estate.put(number, "failed", flow="supplier_onboarding", origin_system="edi-translator")
    _run(service, clock, 3)
    assert receiver.bodies == []
    estate.put(12, "failed", flow="supplier_onboarding", origin_system="edi-translator")
    _run(service, clock, 3)
    [body] = receiver.bodies
    assert body["commonLabels"]["alertname"] == "TransactionsFailing"
    assert "23.1% failed (3 of 13 in 15m)" in body["commonAnnotations"]["summary"]
    service.ack(body["alerts"][0]["fingerprint"], by="Dana")
    clock.advance(1_000)
    _run(service, clock, 65)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]


def test_a_burning_budget_fires_on_long_and_short_window(make_service, estate, clock, receiver):
    service = make_service()
    for number in range(20):
        estate.put(number, "completed", last_at=clock.now() - timedelta(minutes=30))
    for number in range(20, 25):
        estate.put(number, "failed", last_at=clock.now() - timedelta(seconds=30))
    _run(service, clock, 2)
    names = {body["commonLabels"]["alertname"] for body in receiver.bodies}
    assert "BudgetBurning" in names
    burning = next(body for body in receiver.bodies if body["commonLabels"]["alertname"] == "BudgetBurning")
    assert "20.0 times too fast" in burning["commonAnnotations"]["summary"]


def test_absence_counts_starts_or_one_milestone_and_only_after_the_first_ever(make_service, estate, clock, receiver):
    service = make_service()
    _run(service, clock, 2)
    assert receiver.bodies == []
    old = clock.now() - timedelta(hours=5)
    paid = [("paid", "done", old, None, "", None, 1)]
    estate.put(1, "completed", started_at=old, last_at=old, milestones=paid)
    estate.put(2, "completed", started_at=clock.now() - timedelta(minutes=5))
    clock.advance(31)
    _run(service, clock, 2)
    assert {body["commonLabels"]["alertname"] for body in receiver.bodies} == {"OrdersUnpaid"}


def test_a_blind_source_is_told_with_what_it_blinds(make_service, estate, clock, receiver, engine: Store):
    service = make_service()
    columns = ["source", "watermark", "blind", "blind_since", "declared", "version"]
    engine.insert("source_watermark_history", columns, [["edi-feed", clock.now(), 1, clock.now(), 1, 1]])
    estate.put(1, "unknown", next_milestone="sent_to_supplier")
    _run(service, clock, 2)
    [body] = receiver.bodies
    assert body["commonLabels"]["alertname"] == "SourceBlind"
    assert body["commonLabels"]["source"] == "edi-feed"
    assert body["commonAnnotations"]["affected"] == "1"
    engine.insert("source_watermark_history", columns, [["edi-feed", clock.now(), 0, None, 1, 2]])
    clock.advance(6)
    _run(service, clock, 2)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]


def test_correlation_that_falls_behind_freezes_instead_of_resolving(
    make_service, estate, clock, receiver, engine: Store
):
    service = make_service()
    estate.put(1, "stuck", **_late(clock))
    _run(service, clock, 2)
    ticks = ["ticked_at", "version", "segments", "observations", "transactions", "lag_ms", "duration_ms"]
    engine.insert("correlation_ticks", ticks, [[clock.now(), 1, 1, 1, 1, 0.0, 0.0]])
    ledger = ["segment_id", "source", "signal", "rows", "stored_at"]
    later = clock.now() + timedelta(minutes=5)
    engine.insert("ingest_ledger", ledger, [[1, "test", "traces", 1, later]])
    estate.put(1, "completed_late", ended_at=clock.now())
    _run(service, clock, 3)
    assert [body["status"] for body in receiver.bodies] == ["firing"]
    assert [alert["frozen"] for alert in service.read.open_alerts()] == [True]
    assert any("behind" in health.detail for health in service.health())
    engine.insert("correlation_ticks", ticks, [[later, 2, 1, 1, 1, 0.0, 0.0]])
    _run(service, clock, 3)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]


def test_alerts_survive_a_restart_and_end_after_it(make_service, estate, clock, receiver):
    first = make_service()
    estate.put(1, "stuck", **_late(clock))
    _run(first, clock, 2)
    second = make_service()
    _run(second, clock, 5)
    assert len(receiver.bodies) == 1
    estate.put(1, "completed_late", ended_at=clock.now())
    third = make_service()
    _run(third, clock, 2)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]


def test_threads_find_a_breach_and_tell_it_by_themselves(make_service, estate, clock, receiver):
    service = make_service(interval_s=0.2)
    service.start()
    try:
        estate.put(1, "stuck", **_late(clock))
        clock.advance(1)
        receiver.wait_for(1)
        estate.put(1, "completed_late", ended_at=clock.now())
        clock.advance(1)
        bodies = receiver.wait_for(2)
    finally:
        service.stop(5)
    assert [body["status"] for body in bodies] == ["firing", "resolved"]
    assert all(health.ok for health in service.health() if health.name == "notifications")


def test_a_rule_is_replayed_over_history(make_service, estate, clock):
    service = make_service()
    start = clock.now() - timedelta(days=2)
    for number, minutes in enumerate((0, 5, 600)):
        deadline = start + timedelta(minutes=minutes + 30)
        estate.put(
            number,
            "completed_late",
            started_at=start,
            deadline_at=deadline,
            ended_at=deadline + timedelta(minutes=20),
            last_at=deadline + timedelta(minutes=20),
        )
    found = service.backtest("TransactionDeadlineMissed", since=start, until=clock.now(), step_s=60)
    assert (found["alerts"], found["transactions"], found["caught"], found["missed"]) == (2, 3, 3, 0)
    assert sum(day["alerts"] for day in found["days"]) == 2
    assert found["alerts_per_day"] == 1.0
    coarse = service.backtest("TransactionDeadlineMissed", since=start, until=clock.now(), step_s=7_200)
    assert coarse["missed"] > 0


def test_failures_and_burn_and_absence_are_replayed_too(make_service, estate, clock):
    service = make_service()
    start = clock.now() - timedelta(days=1)
    for number in range(20):
        moment = start + timedelta(minutes=10 + number)
        status = "failed" if number >= 15 else "completed"
        estate.put(number, status, started_at=moment, last_at=moment)
    ask = {"since": start, "until": clock.now(), "step_s": 60}
    failing = service.backtest("TransactionsFailing", **ask)
    assert (failing["alerts"], failing["caught"], failing["missed"]) == (1, 5, 0)
    assert service.backtest("BudgetBurning", **ask)["alerts"] == 1
    assert service.backtest("OrdersAbsent", **ask)["alerts"] == 1


def test_what_leaves_no_history_or_does_not_exist_is_refused(make_service, clock):
    service = make_service()
    ask = {"since": clock.now() - timedelta(days=1), "until": clock.now(), "step_s": 60}
    with pytest.raises(NotBacktestableError):
        service.backtest("SourceBlind", **ask)
    with pytest.raises(RuleNotFoundError, match="OrdersAbsent"):
        service.backtest("Nope", **ask)
