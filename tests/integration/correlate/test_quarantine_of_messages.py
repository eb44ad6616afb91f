"""A message id that a sender never changes joins nothing; one message that is delivered again and again stays whole."""

import pytest

from runbooks import load_catalog
from tests.integration.correlate.conftest import Line
from tests.integration.evidence import Span

CATALOG = """
kind: Identifier
name: message_id
attributes: [messaging.message.id]
max_transactions: 3
"""


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messages")
    (folder / "estate.yaml").write_text(CATALOG, encoding="utf-8")
    return load_catalog([folder])


@pytest.fixture
def line(correlate_store, narrow):
    line = Line(correlate_store, narrow)
    line.reset()
    return line


def delivery(number, *, message="1", correlation="", kind=5):
    attributes = {"messaging.message.id": message} | ({"correlation.id": correlation} if correlation else {})
    return Span(f"t{number}", "s", number, kind=kind, attributes=attributes)


def sizes(line):
    return sorted(row["observation_count"] for row in line.rows())


def quarantined(line):
    return [(r["type"], r["value"]) for r in line.store.rows("SELECT type, value FROM quarantined_values FINAL")]


@pytest.mark.parametrize("ticks", [1, 2, 5])
def test_an_id_that_every_message_has_joins_nothing_and_is_told_once(line, ticks):
    messages = [delivery(number, correlation=f"c{number}") for number in range(5)]
    for number in range(ticks):
        line.deliver(*messages[number::ticks])
        line.tick(100 + number)
    assert sizes(line) == [1] * 5
    assert quarantined(line) == [("message_id", "1")]
    notices = line.store.rows("SELECT kind, subject FROM notices FINAL WHERE ended_at IS NULL")
    assert [(row["kind"], row["subject"]) for row in notices] == [("quarantined_value", "message_id")]


def test_what_comes_later_under_such_an_id_is_not_joined_either(line):
    line.deliver(*(delivery(number, correlation=f"c{number}") for number in range(5)))
    line.tick(100)
    line.deliver(delivery(5, correlation="c5"), delivery(6, correlation="c0"))
    line.tick(101)
    assert sizes(line) == [1, 1, 1, 1, 1, 2]


def test_a_message_that_is_delivered_again_and_again_stays_one_transaction(line):
    line.deliver(
        delivery(0, correlation="c", kind=4), *(delivery(n, correlation="c" if n % 2 else "") for n in range(1, 9))
    )
    line.tick(100)
    assert sizes(line) == [9]
    assert quarantined(line) == []


def test_deliveries_that_only_the_message_names_are_no_reason_to_tear_it_apart(line):
    for number in range(9):
        line.deliver(delivery(number, kind=5 if number else 4))
        line.tick(100 + number)
    assert sizes(line) == [9]
    assert quarantined(line) == []


def test_an_id_whose_transactions_turn_out_to_be_one_joins_again(line):
    line.deliver(*(delivery(number, correlation=f"c{number}") for number in range(4)))
    line.tick(100)
    assert (sizes(line), quarantined(line)) == ([1] * 4, [("message_id", "1")])
    line.deliver(
        *(
            Span(f"j{n}", "s", 50 + n, attributes={"correlation.id": f"c{n}"}, links=((f"t{n + 1}", "s"),))
            for n in range(3)
        )
    )
    line.tick(101)
    assert (sizes(line), quarantined(line)) == ([7], [])
