"""What is normal is learned from transactions in time, and a late one is measured against it."""

from datetime import timedelta

from analytics.origin.learn import Learner
from tests.integration.evidence import Event, Span, moment

RUNS = 40
HOUR_S = 3_600


def order(name: str, at: float, mapping_s: float, posting_s: float, paid: float) -> list[Span | Event]:
    """An order whose mapping and posting take so long, paid *paid* seconds after it began."""
    key = {"correlation.id": name}
    posted = at + 1 + mapping_s
    return [
        Event(f"{name}-1", at, milestone="approved", flow="order", attributes=key, system="erp"),
        Span(name, "map", at + 1, mapping_s, service="mw", name="map order", attributes=key),
        Span(name, "post", posted, posting_s, service="erp", name="post order", attributes=key),
        Event(f"{name}-2", at + 2, milestone="sent", flow="order", attributes=key, system="mw-1"),
        Event(f"{name}-3", at + 3, milestone="confirmed", flow="order", attributes=key, system="supplier"),
        Event(f"{name}-4", at + paid, milestone="paid", flow="order", attributes=key, system="erp"),
    ]


def through(line, items: list[Span | Event], at: float) -> None:
    line.deliver(*items, received=moment(at))
    line.tick(at)


def test_the_step_beyond_its_normal_is_named_though_another_takes_longer(line):
    through(line, [item for n in range(RUNS) for item in order(f"o{n}", n, 2_000.0, 1.0, 2_100)], 1.5 * HOUR_S)
    assert Learner(line.store).learn(moment(3 * HOUR_S)) == 1
    through(line, order("late", 3 * HOUR_S, 2_050.0, 1_700.0, 3_900), 5 * HOUR_S)
    row = line.one("status = 'completed_late'")
    assert row["origin_system"] == "erp"
    assert f"over {RUNS} runs in 1 day" in row["origin_evidence"]


def test_without_enough_runs_to_learn_from_the_longest_step_is_named(line):
    through(line, [item for n in range(5) for item in order(f"o{n}", n, 2_000.0, 1.0, 2_100)], 1.5 * HOUR_S)
    assert Learner(line.store).learn(moment(3 * HOUR_S)) == 1
    through(line, order("late", 3 * HOUR_S, 2_050.0, 1_700.0, 3_900), 5 * HOUR_S)
    assert line.one("status = 'completed_late'")["origin_system"] == "mw"


def test_late_orders_teach_nothing_and_an_hour_is_learned_once(line):
    through(line, [item for n in range(3) for item in order(f"o{n}", n, 100.0, 1.0, 4_000)], 2 * HOUR_S)
    through(line, order("good", 0, 100.0, 7.0, 200), 2.1 * HOUR_S)
    learner = Learner(line.store)
    now = moment(3 * HOUR_S)
    assert learner.learn(now) == 1
    learned = "SELECT operation, sum(runs) AS runs FROM step_durations FINAL GROUP BY operation ORDER BY operation"
    steps = [("", 0), ("map order", 1), ("post order", 1)]
    assert [tuple(row.values()) for row in line.store.rows(learned)] == steps
    assert learner.learn(now + timedelta(minutes=10)) == 0
    through(line, order("second", 1, 100.0, 7.0, 200), 3.5 * HOUR_S)
    assert learner.learn(now + timedelta(hours=2)) == 1
    assert [tuple(row.values()) for row in line.store.rows(learned)] == [("", 0), ("map order", 2), ("post order", 2)]


def report(line, at, waiting, destination="orders"):
    """Say, as the broker, how many messages wait."""
    columns = ["service", "metric", "time", "attributes", "value", "has_value"]
    attributes = {"messaging.destination.name": destination}
    rows = [["rabbit", "messaging.queue.depth", moment(at), attributes, waiting, True]]
    line.store.insert("metric_points_gauge", columns, rows)


def sent_by_message(name: str, at: float) -> list[Span | Event]:
    """An order that is put into a queue and not seen again."""
    key = {"correlation.id": name, "server.address": "rabbit"}
    return [
        Event(f"{name}-1", at, milestone="approved", flow="order", attributes=key, system="erp"),
        Span(name, "send", at + 1, 0.1, service="erp", name="send orders", kind=4, attributes=key),
    ]


def test_a_backlog_beyond_what_was_learned_of_the_queue_is_evidence(line):
    learner = Learner(line.store)
    for hour in range(4):
        report(line, hour * HOUR_S + 600, 7)
        report(line, hour * HOUR_S + 900, 3, destination="other orders")
        through(line, order(f"good{hour}", hour * HOUR_S, 1.0, 1.0, 200), hour * HOUR_S + 300)
    assert learner.learn(moment(4 * HOUR_S)) == 4
    learned = "SELECT DISTINCT destination, waiting FROM queue_backlogs FINAL ORDER BY destination"
    usual = [("orders", 7), ("other orders", 3)]
    assert [tuple(row.values()) for row in line.store.rows(learned)] == usual
    report(line, 5 * HOUR_S + 60, 380)
    through(line, sent_by_message("hangs", 5 * HOUR_S), 5 * HOUR_S + 900)
    row = line.one("status = 'stuck'")
    assert row["origin_system"] == "rabbit"
    assert "up to 380 messages waited, usually 7" in row["origin_evidence"]
