"""
A store of any size, made inside the engine, for the benchmarks of reading.

Ten thousand transactions of four flows, ten pieces of evidence each, spread over an hour, are correlated for real; the
engine then copies all their rows under new ids and values, an hour later each time, until there are as many as asked
for. Raw spans, logs and events are copied for the newest day and for every tenth hour before it (`HAS_RAW`): what is
read of them is bound to minutes, so that the other hours would only take room.
"""

import hmac
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.correlate import CorrelateConfig
from analytics.correlate.tick import Tick
from analytics.origin import locate
from runbooks import load_catalog
from storage.migrate import apply_migrations, build, list_migrations
from storage.store import Store

SEEDED = 10_000
BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
FLOWS = ("procure_to_pay", "invoice_match", "inventory_sync", "supplier_onboarding")
_STEP = 20
_RAW_HOURS = 26
_SEGMENTS = (("traces", "spans", 8), ("logs", "logs", 1), ("events", "events", 1))
_ONE_PART = {
    "min_insert_block_size_rows": 4_000_000,
    "max_partitions_per_insert_block": 0,
    "max_threads": 1,
    "max_insert_threads": 1,
}
_OF_TRANSACTIONS = (
    "create_transactions_in_small_granules", "add_index_of_latest_fact", "add_joins_to_transactions",
    "add_known_at_to_transactions",
)  # fmt: skip
_PSEUDONYM_KEY = b"pseudonyms of a benchmark"
_EVIDENCE = (Path(__file__).parent / "stored_volume.sql").read_text()

_TRANSACTION = "toFixedString(lower(hex(sipHash128({0}, copy))), 32)"
_TRACE = "toFixedString(reinterpret(sipHash128({0}, copy), 'FixedString(16)'), 16)"
_VALUE = (
    "multiIf({0} = 'trace', "
    "lower(hex(reinterpret(sipHash128(toFixedString(unhex({1}), 16), copy), 'FixedString(16)'))), "
    "{0} = 'contract_number', concat('HMAC:BENCH:', "
    f"substring(hex(HMAC('sha256', concat(lower({{1}}), '-', toString(copy)), '{_PSEUDONYM_KEY.decode()}')), 1, 32)), "
    "concat({1}, '-', toString(copy)))"
)


def _later(*columns: str) -> dict[str, str]:
    return {column: f"{column} + toIntervalHour(copy)" for column in columns}


_UNIT = {"unit_id": "sipHash64(unit_id, copy)"}
_ID = {"transaction_id": _TRANSACTION.format("transaction_id")}
_TRACE_ID = {"trace_id": _TRACE.format("trace_id")}
_RAW = {
    "spans": _later("time", "received_at") | _TRACE_ID | {
        "links.trace_id": f"arrayMap(t -> {_TRACE.format('t')}, `links.trace_id`)"},
    "logs": _later("time", "received_at") | _TRACE_ID | {"content_hash": "sipHash64(content_hash, copy)"},
    "events": _later("time", "received_at") | {"id": "concat(id, '-', toString(copy))"},
}  # fmt: skip
_DERIVED = {
    "observations": _later("at", "end_at") | _UNIT | {
        "trace_id": f"if(reinterpretAsUInt128(trace_id) = 0, trace_id, {_TRACE.format('trace_id')})",
        "content_hash": "if(kind = 'log', sipHash64(content_hash, copy), content_hash)",
        "details": "if(kind = 'event', "
        "mapUpdate(details, map('event_id', concat(details['event_id'], '-', toString(copy)))), details)"},
    "unit_transactions": _later("started_hour") | _UNIT | _ID,
    "transaction_units": _UNIT | _ID,
    "transaction_identifiers": _later("started_at") | _ID | {"value": _VALUE.format("type", "value")},
    "transaction_paths": _later("started_hour") | _ID | {
        **{name: f"if({name} = 0, 0, {name} + 3600000000 * copy)"
           for name in ("started_us", "ended_us", "last_us", "deadline_us")},
        "at_us": "arrayMap(a -> toInt64(a + 3600000000 * copy), at_us)"},
    "verdicts": _later("event_at", "decided_at") | _ID,
    "transactions": _later(
        "started_hour", "started_at", "ended_at", "last_at", "next_due_at", "deadline_at", "breached_at",
        "next_judge_at", "updated_at", "known_at") | _ID | {
        "identifiers": f"arrayMap(i -> (i.1, {_VALUE.format('i.1', 'i.2')}, i.3), identifiers)",
        "milestones": "arrayMap("
        "m -> (m.1, m.2, m.3 + toIntervalHour(copy), m.4 + toIntervalHour(copy), m.5, m.6, m.7), milestones)",
        "verdicts": "arrayMap(v -> (v.1, v.2, v.3 + toIntervalHour(copy)), verdicts)",
        "joins": f"arrayMap(j -> (j.1, {_VALUE.format('j.1', 'j.2')}, j.3), joins)"},
}  # fmt: skip


def pseudonyms(text: str) -> list[str]:
    """Return what *text* was replaced by, as the redaction of the collector does it."""
    digest = hmac.digest(_PSEUDONYM_KEY, text.strip().casefold().encode(), "sha256").hex()
    return [f"hmac:bench:{digest[:32]}"]


def end_of(transactions: int) -> datetime:
    """Return the moment up to which *transactions* reach: the present of the one who asks."""
    return BEGIN + timedelta(hours=transactions // SEEDED + 1)


def has_raw(copy: int, transactions: int) -> bool:
    """Return whether the raw rows of the hour *copy* are stored too."""
    return copy % 10 == 1 or copy >= transactions // SEEDED - _RAW_HOURS


def fill(store: Store, transactions: int) -> float:
    """Make *transactions* in an empty store or go on where it was left; return the seconds it took."""
    started = time.monotonic()
    apply_migrations(store)
    if not store.value("EXISTS TABLE seed_transactions"):
        _seed(store)
    copies = transactions // SEEDED
    done = store.value("SELECT count() FROM transactions") // SEEDED
    for first in range(done, copies, _STEP):
        _copy(store, range(first, min(first + _STEP, copies)), transactions)
    return time.monotonic() - started


def renew(store: Store, transactions: int) -> None:
    """
    Make the rows of transactions anew in a volume of an earlier version, as this one writes and keeps them.

    What joins a transaction stood in a table of its own then. What is cut short is done again by calling it again.
    """
    apply_migrations(store)
    if not store.value("SELECT count() FROM system.columns WHERE database = currentDatabase() "
                       "AND table = 'seed_transactions' AND name = 'joins'"):  # fmt: skip
        store.execute("DROP TABLE IF EXISTS seed_renewed SYNC")
        store.execute("CREATE TABLE seed_renewed AS transactions ENGINE = MergeTree ORDER BY tuple()")
        store.execute(
            "INSERT INTO seed_renewed SELECT t.*, e.joins, toDateTime64(0, 3, 'UTC') FROM seed_transactions AS t "
            "LEFT JOIN (SELECT transaction_id, arraySort(groupArray((type::String, value, units))) AS joins "
            "FROM seed_edges GROUP BY transaction_id) AS e ON e.transaction_id = t.transaction_id"
        )
        store.execute("EXCHANGE TABLES seed_renewed AND seed_transactions")
    store.execute("ALTER TABLE seed_transactions ADD COLUMN IF NOT EXISTS known_at DateTime64(3, 'UTC')")
    store.execute("DROP TABLE IF EXISTS transactions SYNC")
    for migration in list_migrations():
        if migration.name in _OF_TRANSACTIONS:
            build(store, migration)
    store.execute("INSERT INTO transactions SELECT * FROM seed_transactions")
    copies = transactions // SEEDED
    for first in range(1, copies, _STEP):
        _copy_table(store, "transactions", list(range(first, min(first + _STEP, copies))))


def _seed(store: Store) -> None:
    _evidence(store)
    Tick(store, CorrelateConfig(), locate).run(load_catalog(), BEGIN + timedelta(hours=2))
    for table in _RAW | _DERIVED:
        store.execute(f"CREATE TABLE seed_{table} AS {table} ENGINE = MergeTree ORDER BY tuple()")
        store.execute(f"INSERT INTO seed_{table} SELECT * FROM {table}")


def _evidence(store: Store) -> None:
    catalog = load_catalog()
    flows = [catalog.flows[name] for name in FLOWS]
    params = {
        "flows": list(FLOWS),
        "names": [[milestone.name for milestone in flow.milestones] for flow in flows],
        "systems": [[milestone.system for milestone in flow.milestones] for flow in flows],
        "begin_us": int(BEGIN.timestamp() * 1e6),
        "seeded": SEEDED,
    }
    store.execute(f"CREATE TABLE seed_evidence ENGINE = MergeTree ORDER BY n AS {_EVIDENCE}", params)
    received = {"received": BEGIN + timedelta(hours=1)}
    for text in _INTO:
        store.execute(text, received)
    moment = BEGIN + timedelta(hours=1)
    store.insert(
        "ingest_ledger",
        ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
        [
            [segment, "bench", signal, SEEDED * each, 0, BEGIN, moment, moment, moment]
            for segment, (signal, _, each) in enumerate(_SEGMENTS, start=1)
        ],
    )


_INTO = (
    """INSERT INTO spans (segment_id, received_at, time, duration_ns, trace_id, span_id, parent_span_id, name, kind,
        service, status_code, status_message, attributes, resource_attributes, `links.trace_id`, `links.span_id`,
        `links.trace_state`, `links.attributes`, `links.dropped_attributes_count`, `links.flags`)
    SELECT 1, {received:DateTime64(3, 'UTC')}, time, duration_ns, trace_id, span_id, parent_span_id, name, kind,
        service, if(broke, 2, 0), if(broke, 'no reply within 30 s', ''), mapFilter((k, v) -> v != '', attributes),
        map('service.name', service, 'host.name', concat('h', toString(n % 7))),
        if(part = 4, [toFixedString(reinterpret(sipHash128('t', t, 0), 'FixedString(16)'), 16)], []),
        if(part = 4, [toFixedString(reinterpret(sipHash64('s', n - 1), 'FixedString(8)'), 8)], []),
        if(part = 4, [''], []), if(part = 4, [map()], []), if(part = 4, [0], []), if(part = 4, [0], [])
    FROM seed_evidence WHERE part < 8""",
    """INSERT INTO logs (segment_id, received_at, time, observed_time, trace_id, span_id, severity_number,
        severity_text, service, body, correlation_id, content_hash, resource_attributes, attributes)
    SELECT 2, {received:DateTime64(3, 'UTC')}, time, time,
        toFixedString(reinterpret(sipHash128('t', t, 1), 'FixedString(16)'), 16),
        span_id, 9, 'INFO', service, concat('step took ', toString(duration_ns), ' ns'), concat('c-', toString(t)),
        sipHash64(n), map('service.name', service), map('correlation.id', concat('c-', toString(t)))
    FROM seed_evidence WHERE part = 8""",
    """INSERT INTO events (segment_id, received_at, time, source, id, type, subject, correlation_id, flow, system, data,
        attributes)
    SELECT 3, {received:DateTime64(3, 'UTC')}, time, 'erp-finance', concat('e-', toString(t)), 'document.changed', '',
        concat('c-', toString(t)), flow, 'erp-finance', '{"amount": 12.5}', map('amount', '12.5')
    FROM seed_evidence WHERE part = 9""",
)


def _copy(store: Store, copies: range, transactions: int) -> None:
    # transactions last: they say how far the copying is.
    raw = [copy for copy in copies if has_raw(copy, transactions)]
    for table in _RAW | _DERIVED:
        of_table = raw if table in _RAW else list(copies)
        if of_table:
            _copy_table(store, table, of_table)


def _copy_table(store: Store, table: str, copies: list[int]) -> None:
    replaced = (_RAW | _DERIVED)[table]
    store.execute(
        f"INSERT INTO {table} SELECT * EXCEPT copy REPLACE "
        f"({', '.join(f'{what} AS `{column}`' for column, what in replaced.items())}) "
        f"FROM seed_{table} AS source "
        "CROSS JOIN (SELECT arrayJoin({copies:Array(UInt64)}) AS copy) AS copies",
        {"copies": copies},
        _ONE_PART,
    )


def settle(store: Store) -> None:
    """Wait until background merges have come to rest, as they have in a store that grew over months."""
    quiet = 0
    while quiet < 5:
        time.sleep(1)
        quiet = 0 if store.value("SELECT count() FROM system.merges") else quiet + 1
