"""Plans of the statements that pages and look-ups send: by which keys they find what they read."""

import pytest
from stored_rows import START, Transaction, at, hex_id, insert

from analytics.read import TransactionFilter
from analytics.read.points import OF_A_POINT, point_statement
from analytics.read.search import page_params, page_sql
from storage.sqlfiles import load_sql
from storage.store import Store

PO = ("po_number", "4500012345", "identity")


@pytest.fixture(scope="module")
def order(engine: Store) -> Transaction:
    """A row in every table: an empty one has no plan."""
    wanted = Transaction(
        "order",
        identifiers=[PO],
        verdicts=[("status", "failed", 61)],
        observations=[{"trace": hex_id("trace"), "span": hex_id("span", 16), "service": "s", "name": "n", "at_s": 2}],
    )
    insert(engine, wanted)
    return wanted


def _plan(engine: Store, sql: str, params: dict, settings: dict | None = None) -> str:
    rows = engine.rows(f"EXPLAIN indexes = 1 {sql}", params, settings)
    return "\n".join(row["explain"] for row in rows)


def test_an_identifier_is_looked_up_by_primary_key(engine, order):
    sql = load_sql("analytics.read", "sql/identifier_matches")
    plan = _plan(engine, sql, {"values": ["4500012345"], "rows": 10})
    assert "PrimaryKey" in plan
    assert "value" in plan.split("PrimaryKey")[1].split("Parts")[0]


@pytest.fixture(scope="module")
def raw(engine: Store, order) -> None:
    """A row in each table that transactions of these tests put nothing into: an empty one has no plan."""
    engine.execute(f"INSERT INTO edges (transaction_id, type, value) VALUES ('{order.id}', 'po_number', '{PO[1]}')")
    engine.execute(f"INSERT INTO transaction_paths (flow, transaction_id) VALUES ('procure_to_pay', '{order.id}')")
    for table in ("logs", "events"):
        engine.execute(
            f"INSERT INTO {table} (segment_id, received_at, time) SELECT 1, received_at, time FROM spans LIMIT 1"
        )


PLACES = {"places": [(START, "s")]}


HOT = [
    ("transactions_by_id", {"hours": [START]}, ["started_hour", "transaction_id"]),
    ("units_of", {}, ["transaction_id"]),
    ("started_hour", {"units": [1, 2]}, ["unit_id"]),
    ("evidence", {"units": [1, 2], "rows": 10}, ["unit_id"]),
    ("evidence_first", {"rows": 10}, ["unit_id"]),
    ("steps", {"rows": 10}, ["unit_id"]),
    ("verdicts_of", {}, ["transaction_id"]),
    ("edges_of", {}, ["transaction_id"]),
    ("path_of", {"flow": "procure_to_pay", "hour": START}, ["flow", "started_hour", "transaction_id"]),
    (
        "identifier_matches_first",
        {"values": ["a"], "types": ["b"], "readings": ["c"], "declared": ["b"], "others": ["a"], "rows": 10},
        ["value"],
    ),
    ("span_contents", PLACES, ["toStartOfFiveMinutes(time)", "service", "time"]),
    ("log_contents", PLACES | {"hashes": [1]}, ["toStartOfFiveMinutes(time)", "service", "time"]),
    ("event_contents", {"buckets": [START], "ids": ["e"]}, ["toStartOfFiveMinutes(time)", "time"]),
]


@pytest.mark.parametrize(("name", "params", "keys"), HOT, ids=[name for name, _, _ in HOT])
def test_what_a_lookup_reads_is_found_by_primary_key(engine, order, raw, name, params, keys):
    times = {"times": [START]} if name.endswith("_contents") else {}
    given = times | {"id": order.id, "ids": [order.id]} | params
    plain = name in ("evidence_first", "steps", "identifier_matches_first")
    sql = load_sql("analytics.read", f"sql/{name}") if plain else point_statement(name)
    plan = _plan(engine, sql, given, None if plain else OF_A_POINT)
    found = [keys_of.split("Condition")[0] for keys_of in plan.split("PrimaryKey")[1:]]
    assert any(all(key in used for key in keys) for used in found), plan


def test_what_no_key_leads_to_is_found_by_a_bloom_filter(engine, order):
    plan = _plan(engine, load_sql("analytics.read", "sql/started_hour_anywhere"), {"id": order.id})
    assert "idx_transaction_id" in plan


WIDE = [
    ("span_contents", "attributes"),
    ("log_contents", "body"),
    ("event_contents", "data"),
    ("evidence", "body"),
    ("transactions_by_id", "milestones"),
]


@pytest.mark.parametrize(("name", "column"), WIDE, ids=[name for name, _ in WIDE])
def test_a_lookup_reads_wide_columns_of_what_its_key_leaves(engine, order, raw, name, column):
    """Not of the whole granule: they are no part of what is filtered by."""
    given = {"times": [START], "buckets": [START], "hours": [START], "units": [1], "rows": 10, "ids": [order.id]}
    plan = _plan(engine, load_sql("analytics.read", f"sql/{name}"), given | {"hashes": [1]} | PLACES)
    assert "Prewhere" in plan
    assert column not in plan.split("Prewhere")[1].split("Indexes:")[0]


WINDOWED = (
    "flow_figures", "flow_series", "funnel", "step_transactions", "sparks", "system_transactions", "exceptions",
)  # fmt: skip


@pytest.mark.parametrize("name", WINDOWED)
def test_a_page_about_transactions_reads_the_hours_of_its_window(engine, order, name):
    params = {"since": START, "until": at(60), "flow": "procure_to_pay", "rows": 10, "transactions": 10, "id": ""}
    params |= {
        "since_us": 0,
        "bucket_us": 1,
        "width_us": 1,
        "last": 1,
        "id_hash": 0,
        "after_id": "",
        "after_count": 0,
        "after_us": 0,
    }
    plan = _plan(engine, load_sql("analytics.read", f"sql/{name}"), params)
    assert any("started_hour" in keys.split("Condition")[0] for keys in plan.split("PrimaryKey")[1:])


def test_a_series_passes_over_hours_that_were_at_rest_before_its_window(engine, order):
    params = {"since": START, "until": at(60), "flow": "*", "since_us": 0, "bucket_us": 1}
    assert "idx_latest_fact" in _plan(engine, load_sql("analytics.read", "sql/flow_series"), params)


@pytest.mark.parametrize("name", ["sla", "sla_corrected"])
def test_service_levels_read_the_hours_of_their_window(engine, order, name):
    params = {"since": START, "until": at(60), "as_of": at(60)}
    plan = _plan(engine, load_sql("analytics.sla", f"sql/{name}"), params)
    assert any("started_hour" in keys.split("Condition")[0] for keys in plan.split("PrimaryKey")[1:])


@pytest.mark.parametrize("name", ["systems", "services", "service_names", "span_counts", "hops"])
def test_a_page_about_spans_reads_the_five_minutes_of_its_window(engine, order, name):
    """By time alone no part of the key is used, since five minutes lead it."""
    names = {"services": ["a"], "systems": ["b"]}
    params = {"since": START, "until": at(60), "first": START, "last": START, "one_in": 1, "every": 1} | names
    plan = _plan(engine, load_sql("analytics.read", f"sql/{name}"), params)
    assert "toStartOfFiveMinutes(time)" in plan.split("PrimaryKey")[1].split("Condition")[0]


def test_first_characters_of_an_identifier_are_a_range_of_the_primary_key(engine, order):
    sql = load_sql("analytics.read", "sql/identifier_prefix")
    plan = _plan(engine, sql, {"q": "4500", "q_readings": ["4500"], "rows": 10})
    assert "value" in plan.split("PrimaryKey")[1].split("Condition")[0]


def test_a_list_of_ids_is_read_by_their_hours(engine, order):
    wanted = page_params(TransactionFilter(), [order.id]) | {"now": START, "hours": [START]}
    plan = _plan(engine, page_sql("-started_at"), wanted)
    assert "transaction_id" in plan.split("PrimaryKey")[1].split("Condition")[0]


def test_a_window_of_the_list_is_a_range_of_the_primary_key(engine, order):
    wanted = TransactionFilter(since=START)
    plan = _plan(engine, page_sql(wanted.sort), page_params(wanted) | {"now": START})
    assert "started_hour" in plan.split("PrimaryKey")[1].split("Parts")[0]
