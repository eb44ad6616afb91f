"""A tick is cut short, and before it is done again more evidence comes, under which its transactions are others."""

import os

import pytest

from analytics.correlate import CorrelateConfig, statements
from analytics.correlate import tick as ticking
from analytics.correlate.tick import Tick
from tests.integration.evidence import Event, Span

ALL = bool(os.environ.get("WAYLINE_TEST_LONG"))
SOME = ("tick.store_children", "tick.store_paths", "tick.store_new_identifiers", "tick.store_transactions")
# Versions count ticks; revisions and ids of before say what was seen in between, which may differ.
STORED = {
    "transactions": "* EXCEPT (version, updated_at, known_at, revision, known_ids)",
    "transaction_units": "* EXCEPT (version)",
    "unit_transactions": "* EXCEPT (version)",
    "transaction_identifiers": "* EXCEPT (version)",
    "transaction_children": "* EXCEPT (version)",
    "transaction_paths": "* EXCEPT (version)",
}


class CutShortError(Exception):
    pass


def first():
    return [
        Event("a1", 0, milestone="approved", flow="order", attributes={"po_number": "P1"}, parent=("document", "D1")),
        Event("e1", 1, milestone="rejected", flow="order", attributes={"po_number": "P9"}, parent=("document", "D1")),
        Span("batch", "root", 23, kind=5),
        Span("batch", "x", 24, parent="root", error=True, attributes={"po_number": "PX"}),
        Span("batch", "y", 25, parent="root", attributes={"po_number": "PY"}),
    ]


def more():
    """A correlation id comes before an order number: it gives its transaction another id."""
    return [
        Event("a2", 5, milestone="sent", flow="order", correlation="ca", attributes={"po_number": "P1"}),
        Event("e2", 5, milestone="sent", flow="order", correlation="ce", attributes={"po_number": "P9"}),
        Event("x2", 26, correlation="cx", attributes={"po_number": "PX"}),
    ]


def contents(store):
    found = {}
    for table, chosen in STORED.items():
        where = "type != 'transaction'" if table == "transaction_identifiers" else "1"
        rows = store.rows(
            f"SELECT toJSONString(tuple(*)) AS row FROM (SELECT {chosen} FROM {table} FINAL WHERE {where})"
        )
        found[table] = sorted(row["row"] for row in rows)
    return found


def tick_until(line, monkeypatch, seen, at=50):
    with monkeypatch.context() as patch:
        for module in (statements, ticking):
            patch.setattr(module, "fault_point", seen)
        line.tick(at)


def test_what_is_left_of_transactions_that_are_others_now_is_taken_back(line, monkeypatch):
    steps = []
    line.deliver(*first())
    tick_until(line, monkeypatch, steps.append)
    assert set(SOME) <= set(steps)
    line.reset()
    line.deliver(*first(), *more())
    line.tick(60)
    expected = contents(line.store)

    for step in dict.fromkeys(steps) if ALL else SOME:

        def cut(passed, step=step):
            if passed == step:
                raise CutShortError

        line.reset()
        line.deliver(*first())
        with pytest.raises(CutShortError):
            tick_until(line, monkeypatch, cut)
        line.ticker = Tick(line.store, CorrelateConfig())
        line.deliver(*more())
        line.tick(60)
        found = contents(line.store)
        for table, rows in expected.items():
            assert found[table] == rows, (step, table)


def test_the_very_first_tick_of_a_store_may_be_cut_short_after_its_verdicts(line, monkeypatch):
    def cut(step):
        if step == "tick.store_new_verdicts":
            raise CutShortError

    line.deliver(Event("r", 1, milestone="rejected", flow="order", correlation="c1"))
    with pytest.raises(CutShortError):
        tick_until(line, monkeypatch, cut)
    line.tick(60)
    assert line.one()["status"] == "failed"
    assert line.store.value("SELECT count() FROM verdicts WHERE rule = 'status'") == 1


def test_a_process_that_starts_after_the_clock_was_set_back_judges_what_fell_due_meanwhile(line):
    line.deliver(Event("other", 0, correlation="other"))
    line.tick(1_000)
    line.deliver(Event("a", 300, milestone="approved", flow="order", correlation="c1"))
    line.tick(400)
    line.ticker = Tick(line.store, CorrelateConfig())
    line.tick(1_001)
    assert line.one("flow = 'order'")["status"] == "stuck"
