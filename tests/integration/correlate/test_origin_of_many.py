"""What other transactions tell about the origin of one: log lines that are usual, and who else is in trouble."""

import json

from analytics.origin.learn import Learner
from storage.sqlfiles import load_sql
from tests.integration.correlate.test_learn_normal import HOUR_S, RUNS, through
from tests.integration.evidence import Event, Log, Span, moment, span_id


def order(name, at, *, mapped=True, sent=True):
    key = {"correlation.id": name}
    yield Event(f"{name}-1", at, milestone="approved", flow="order", attributes=key, system="erp")
    yield Span(name, "map", at + 1, 0.5, service="mw", name="map order", attributes=key)
    yield Log(f"order {at} taken up", at + 1, trace=name, id="map", service="mw")
    if mapped:
        yield Log(f"order {at} mapped to schema 7", at + 1.4, trace=name, id="map", service="mw")
    if sent:
        yield Event(f"{name}-2", at + 2, milestone="sent", flow="order", attributes=key, system="mw-1")
        yield Event(f"{name}-3", at + 3, milestone="confirmed", flow="order", attributes=key, system="supplier")
        yield Event(f"{name}-4", at + 4, milestone="paid", flow="order", attributes=key, system="erp")


def learned(line):
    through(line, [item for n in range(RUNS) for item in order(f"o{n}", n)], 1.5 * HOUR_S)
    assert Learner(line.store).learn(moment(3 * HOUR_S)) == 1


def evidence(row, kind):
    return [found for found in json.loads(row["origin_evidence"] or "[]") if found["kind"] == kind]


def test_a_line_that_every_run_of_the_step_logs_is_missed(line):
    learned(line)
    through(line, list(order("hangs", 3 * HOUR_S, mapped=False, sent=False)), 3.5 * HOUR_S)
    row = line.one("status = 'stuck'")
    (missed,) = evidence(row, "vanished_log")
    assert (missed["system"], missed["span_id"]) == ("mw", span_id("hangs" + "map").hex())
    assert missed["template"] == "order * mapped to schema *"
    assert f"{RUNS} of {RUNS} runs" in missed["why"]
    assert row["origin_system"] == "mw"


def test_lines_that_are_all_there_or_a_system_whose_logs_do_not_arrive_prove_nothing(line):
    learned(line)
    silent = [item for item in order("silent", 3 * HOUR_S, sent=False) if not isinstance(item, Log)]
    through(line, [*order("told", 3 * HOUR_S, sent=False), *silent], 3.5 * HOUR_S)
    rows = line.rows("status = 'stuck'")
    assert len(rows) == 2
    assert [evidence(row, "vanished_log") for row in rows] == [[], []]


def passing(name, at, system, *, failing=False):
    key = {"correlation.id": name}
    yield Span(name, "a", at, 0.5, service="gate", name="accept", attributes=key)
    yield Span(name, "b", at, 0.1, parent="a", service=system, name="do", attributes=key)
    end = "rejected" if failing else "paid"
    yield Event(f"{name}-end", at + 1, milestone=end, flow="order", attributes=key, system="gate")


def test_a_system_that_most_troubled_transactions_share_and_few_healthy_ones_is_evidence(line):
    healthy = [item for n in range(20) for item in passing(f"h{n}", n, "left")]
    broken = [item for n in range(8) for item in passing(f"b{n}", n, "right", failing=True)]
    through(line, [*healthy, *broken], 100)
    through(line, list(passing("last", 110, "right", failing=True)), 200)
    (held,) = line.holders("correlation", "last")
    row = line.one(f"transaction_id = '{held}'")
    (shared,) = evidence(row, "shared_path")
    assert shared["system"] == "right"
    assert "8 of 8 transactions" in shared["why"]
    assert "0 of 20 that did not" in shared["why"]
    assert shared["transaction_id"] in {line.holders("correlation", f"b{n}")[0] for n in range(8)}


def test_trouble_everywhere_is_shared_by_nothing(line):
    items = [item for n in range(20) for item in passing(f"h{n}", n, "left", failing=n % 2 == 0)]
    items += [item for n in range(20) for item in passing(f"b{n}", n, "right", failing=n % 2 == 0)]
    through(line, items, 100)
    through(line, list(passing("last", 110, "right", failing=True)), 200)
    assert all(not evidence(row, "shared_path") for row in line.rows("status = 'failed'"))


def test_of_findings_that_weigh_the_same_the_surer_one_is_told_in_whatever_order_they_are_found(line):
    line.deliver(Event("e", correlation="c", flow="order", milestone="rejected"))
    line.tick(100)
    transaction_id = line.one()["transaction_id"]
    findings = [[transaction_id, "erp", "crm", 100.0, sure, "{}"] for sure in (0.85, 0.95)]
    columns = ["transaction_id", "category", "system", "weight", "confidence", "evidence"]

    def told(found):
        line.store.execute("TRUNCATE TABLE work_origins")
        line.store.execute("TRUNCATE TABLE origin_findings")
        line.store.insert("origin_findings", columns, found)
        line.store.execute(load_sql("analytics.origin", "sql/account"), {"rows": 6})
        return round(line.store.rows("SELECT confidence FROM work_origins")[0]["confidence"], 3)

    assert [told(findings), told(findings[::-1])] == [0.95, 0.95]
