from tests.integration.evidence import Event, Span

LIMIT = 5


def with_permit(number, value="P"):
    return Event(f"e{number}", number, correlation=f"c{number}", attributes={"permit": value})


def test_a_value_that_joins_too_many_is_quarantined_and_lets_go(line):
    line.deliver(*(with_permit(n) for n in range(LIMIT)))
    line.tick(100)
    assert line.one()["observation_count"] == LIMIT
    line.deliver(with_permit(LIMIT))
    line.tick(101)
    assert [row["observation_count"] for row in line.rows()] == [1] * (LIMIT + 1)
    assert len(line.holders("permit", "P")) == LIMIT + 1
    assert line.store.value("SELECT count() FROM notices FINAL WHERE kind = 'quarantined_value'") == 1


def test_the_order_does_not_matter_to_the_quarantine(line):
    line.deliver(*(with_permit(n) for n in range(LIMIT + 3)))
    line.tick(100)
    at_once = {row["transaction_id"] for row in line.rows()}
    assert len(at_once) == LIMIT + 3


def test_many_observations_of_one_transaction_are_no_reason(line):
    line.deliver(*(Event(f"e{n}", n, correlation="c", attributes={"permit": "P"}) for n in range(30)))
    line.deliver(*(Event(f"f{n}", n, attributes={"permit": "Q"}) for n in range(30)))
    line.deliver(
        *(Span(f"t{n}", "a", n, attributes={"correlation.id": "d", "permit": "R"}) for n in range(30)),
    )
    line.tick(100)
    assert sorted(row["observation_count"] for row in line.rows()) == [30, 30, 30]


def test_traces_that_share_nothing_but_one_value_are_too_many(line):
    line.deliver(*(Span(f"t{n}", "a", n, attributes={"permit": "P"}) for n in range(LIMIT + 1)))
    line.tick(100)
    assert len(line.rows()) == LIMIT + 1
