"""What a tick reads depends on what is new and what hangs on it, not on how much is stored."""

from tests.integration.evidence import Event, Span

FILL = """
INSERT INTO observations (unit_id, observation_id, content_hash, kind, at, end_at, service, name, identity_hashes)
SELECT sipHash64('fill', number + {first:UInt64}), number, 1, 'event', toDateTime64('2026-11-22 07:00:00', 9, 'UTC'),
    toDateTime64('2026-11-22 07:00:00', 9, 'UTC'), 'svc', 'work', [sipHash64('value', number + {first:UInt64})]
FROM numbers({rows:UInt64})
"""
INDEX = """
INSERT INTO identifier_units (identity_hash, unit_id, version)
SELECT sipHash64('value', number + {first:UInt64}), sipHash64('fill', number + {first:UInt64}), 1
FROM numbers({rows:UInt64})
"""
DONE = """
INSERT INTO transactions (started_hour, transaction_id, version, started_at, last_at, updated_at)
SELECT toDateTime('2026-11-22 07:00:00', 'UTC'), lower(hex(sipHash128('t', number + {first:UInt64}))), 1,
    toDateTime64('2026-11-22 07:00:00', 6, 'UTC'), toDateTime64('2026-11-22 07:00:00', 6, 'UTC'),
    toDateTime64('2026-11-22 07:00:00', 3, 'UTC')
FROM numbers({rows:UInt64})
"""
UNITS = """
INSERT INTO unit_transactions (unit_id, transaction_id, started_hour, version)
SELECT sipHash64('fill', number + {first:UInt64}), lower(hex(sipHash128('t', number + {first:UInt64}))),
    toDateTime('2026-11-22 07:00:00', 'UTC'), 1
FROM numbers({rows:UInt64})
"""
EVIDENCE = range(5)
"""So little that its keys fall into granules of their own at both sizes: a key is found by reading its granule."""


def fill(line, first, rows):
    for statement in (FILL, INDEX, DONE, UNITS):
        line.store.execute(statement, {"first": first, "rows": rows})
    for table in ("observations", "identifier_units", "transactions", "unit_transactions"):
        line.store.execute(f"OPTIMIZE TABLE {table} FINAL")


def rows_read(line, name, at):
    """Return how many rows of stored tables a tick over the same amount of evidence reads."""
    line.deliver(
        *(Event(f"{name}{n}", n, milestone="approved", flow="order", correlation=f"{name}{n}") for n in EVIDENCE),
        *(Span(f"{name}{n}", "s", n, attributes={"correlation.id": f"{name}{n}"}) for n in EVIDENCE),
    )
    asked = "SELECT value FROM system.events WHERE event = 'SelectedRows'"
    before = line.store.value(asked)
    assert line.tick(at).observations == 2 * len(EVIDENCE)
    return line.store.value(asked) - before


def test_a_tick_reads_as_much_at_ten_times_the_stored_observations(line):
    fill(line, 0, 40_000)
    rows_read(line, "warm", 100)
    small = rows_read(line, "a", 101)
    fill(line, 40_000, 360_000)
    large = rows_read(line, "b", 102)
    assert len(line.rows("flow = 'order'")) == 3 * len(EVIDENCE)
    assert large < 1.5 * small < 100_000
