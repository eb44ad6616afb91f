"""The way of a transaction through its milestones is kept in the order of time, whatever the order of arrival."""

import itertools

from tests.integration.evidence import Event, Log, Span, moment


def paths(line):
    return line.store.rows(
        "SELECT flow, status, labels, at_us, ended_us, deadline_us, path, exact_path FROM transaction_paths FINAL"
        " ORDER BY flow, started_hour, transaction_id"
    )


def told(name, at, milestone, outcome="ok"):
    return Event(name, at, correlation="c-1", flow="order", milestone=milestone, outcome=outcome, system="erp")


def seconds(row):
    return [round((us - moment(0).timestamp() * 1e6) / 1e6) for us in row["at_us"]]


def test_repeats_and_ways_back_are_kept_in_the_order_of_time_for_every_order_of_arrival(line):
    told_of = [
        told("1", 1, "approved"),
        Event("2", 2, correlation="c-1", flow="order", milestone="unheard", system="erp"),
        told("3", 3, "sent"),
        told("4", 4, "approved"),
        told("5", 5, "sent"),
        told("6", 6, "sent"),
        told("7", 9, "paid"),
    ]
    expected = None
    for number, order in enumerate(itertools.islice(itertools.permutations(told_of), 0, 5040, 1_700)):
        line.reset()
        for place, event in enumerate(order):
            line.deliver(event)
            if place % 3 == number % 3:
                line.tick(60 + place)
        line.tick(100)
        (row,) = paths(line)
        assert row["labels"] == ["approved", "sent", "approved", "sent", "sent", "paid"]
        assert seconds(row) == [1, 3, 4, 5, 6, 9]
        assert (row["status"], row["ended_us"]) == ("completed", round(moment(9).timestamp() * 1e6))
        assert row["deadline_us"] == round(moment(3_601).timestamp() * 1e6)
        assert row["path"] != row["exact_path"]
        expected = expected or row
        assert row == expected


def test_a_failure_is_told_from_the_success_that_repairs_it(line):
    line.deliver(
        told("1", 1, "approved"), told("2", 2, "noted", "error"), told("3", 3, "noted", "retry"), told("4", 4, "noted")
    )
    line.tick(60)
    (row,) = paths(line)
    assert row["labels"] == ["approved", "noted:failed", "noted:retry", "noted"]


def test_several_reporters_of_one_milestone_do_not_make_it_a_repetition(line):
    same = {"correlation.id": "c-1", "business.flow": "order", "business.milestone": "approved"}
    line.deliver(
        Span("t1", "a", 1, attributes=same),
        Log("approved", 1.2, trace="t1", id="a", attributes=same),
        told("1", 1.1, "approved"),
    )
    line.tick(60)
    (row,) = paths(line)
    assert row["labels"] == ["approved"]


def test_at_one_moment_the_order_of_the_rows_of_an_imported_log_counts(line):
    names = ("confirmed", "approved", "noted", "sent", "paid")
    line.deliver(*(told(str(9 + number), 5, name) for number, name in enumerate(names)))
    line.tick(60)
    (row,) = paths(line)
    assert row["labels"] == list(names)


def test_two_transactions_that_turn_out_to_be_one_leave_one_path(line):
    held = {"po_number": "77"}
    line.deliver(told("1", 1, "approved"))
    line.deliver(Event("2", 7_300, correlation="c-2", flow="order", milestone="sent", attributes=held))
    line.tick(7_400)
    assert len(paths(line)) == 2
    line.deliver(Event("3", 7_301, correlation="c-1", flow="order", milestone="paid", attributes=held))
    line.tick(7_500)
    (row,) = paths(line)
    assert row["labels"] == ["approved", "sent", "paid"]


def test_a_transaction_that_turns_out_to_be_of_another_flow_has_no_path_in_the_first(line):
    line.deliver(Event("1", 1, correlation="c-1", milestone="settled"))
    line.tick(60)
    assert [row["flow"] for row in paths(line)] == ["sync"]
    line.deliver(told("2", 2, "approved"))
    line.tick(70)
    assert [(row["flow"], row["labels"]) for row in paths(line)] == [("order", ["approved"])]


def test_a_transaction_that_passed_no_milestone_has_an_empty_path(line):
    line.deliver(Event("1", 1, correlation="c-1", flow="order", milestone="unheard"))
    line.tick(60)
    (row,) = paths(line)
    assert (row["flow"], row["labels"]) == ("order", [])
