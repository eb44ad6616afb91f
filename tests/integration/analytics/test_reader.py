"""The reader on the real engine: look-ups, pages, figures, service levels."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stored_rows import START, Transaction, at, hex_id, insert

from analytics.read import InvalidQueryError, NotFoundError, Reader, TransactionFilter
from analytics.read import lookup as lookup_module
from analytics.read import observed as observed_module
from analytics.read import search as search_module
from analytics.read.lookup import Holder, with_hours
from analytics.read.observed import observed, units_of
from analytics.read.search import page_sql
from core.clock import FakeClock
from runbooks import CatalogProvider
from storage.store import Store

WINDOW = (at(-3_600), at(3_600))
ELSEWHERE = -1_000_000.0
"""Where tests that insert do so, out of the way of those that count."""
PO = ("po_number", "4500012345", "identity")


@pytest.fixture(scope="module")
def order(engine: Store) -> Transaction:
    trace = hex_id("order-trace")
    wanted = Transaction(
        "order",
        status="failed",
        identifiers=[PO, ("correlation", "c-81f2", "identity"), ("supplier_id", "S/77 Ü", "reference")],
        milestones=[("approved", "done", 1), ("sent_to_supplier", "failed", 50), ("goods_receipt", "pending", None)],
        systems=["erp-finance", "mw-transform"],
        origin=("middleware", "mw-transform"),
        breached=True,
        known_ids=[hex_id("order-before")],
        verdicts=[("status", "stuck", 40), ("e2e-deadline", "breached", 40), ("status", "failed", 61)],
        observations=[
            {
                "trace": trace, "span": hex_id("send", 16), "system": "erp-finance", "category": "erp",
                "service": "erp-finance", "name": "send orders", "span_kind": 4, "peer_system": "order-queue",
                "peer_category": "queue", "at_s": 2, "took_s": 1,
            },
            {
                "trace": trace, "span": hex_id("take", 16), "parent": hex_id("send", 16), "system": "mw-transform",
                "category": "middleware", "service": "mw-transform", "name": "transform", "span_kind": 5, "at_s": 10,
                "took_s": 40, "is_error": 1, "status_message": "order 4711 has no lines",
                "milestone": "sent_to_supplier",
            },
            {
                "kind": "log", "trace": trace, "span": hex_id("take", 16), "system": "mw-transform",
                "service": "mw-transform", "body": "mapping failed", "severity_number": 17, "is_error": 1, "at_s": 49,
                "event_id": "99",
            },
            {
                "kind": "event", "source": "/erp", "event_id": "e-1", "name": "erp.po.approved",
                "system": "erp-finance", "milestone": "approved", "outcome": "ok", "at_s": 1,
            },
        ],
    )  # fmt: skip
    insert(engine, wanted)
    return wanted


@pytest.mark.parametrize("text", ["4500012345", "c-81f2", " 4500012345 ", "S/77 Ü"])
def test_any_identifier_finds_the_transaction(reader: Reader, order: Transaction, text):
    found = reader.transaction(text)
    assert found.kind == "one"
    assert found.body["transaction_id"] == order.id


def test_a_type_that_no_catalog_entry_names_is_found_without_naming_it(engine, reader):
    parent = Transaction("doc", started_s=ELSEWHERE, identifiers=[("purchasing_document", "PD 7/a", "identity")])
    insert(engine, parent)
    assert reader.transaction(" PD 7/a ").body["transaction_id"] == parent.id
    assert reader.transaction("PD 7/a", type="purchasing_document").body["transaction_id"] == parent.id
    assert reader.transaction("PD 7/a", type="po_number").kind == "none"
    assert reader.transaction("pd 7/A").kind == "none"


def test_the_id_and_an_id_it_had_before_find_it_too(reader: Reader, order: Transaction):
    assert reader.transaction(order.id).body["transaction_id"] == order.id
    assert reader.transaction(hex_id("order-before").upper()).body["transaction_id"] == order.id


def test_a_type_narrows_and_nothing_says_what_was_searched(reader: Reader, order: Transaction):
    assert reader.transaction("4500012345", type="po_number").kind == "one"
    missed = reader.transaction("4500012345", type="correlation")
    assert missed.kind == "none"
    assert missed.body == {"searched": [{"type": "correlation", "value": "4500012345"}]}


def test_one_value_under_two_types_is_a_list_that_a_type_narrows(engine, reader):
    first = Transaction("first", started_s=ELSEWHERE, identifiers=[("po_number", "88001", "identity")])
    second = Transaction("second", started_s=ELSEWHERE, identifiers=[("shipment", "88001", "identity")])
    insert(engine, first, second)
    found = reader.transaction("88001")
    assert found.kind == "many"
    assert {item["transaction_id"] for item in found.body["items"]} == {first.id, second.id}
    assert reader.transaction("88001", type="shipment").body["transaction_id"] == second.id


def test_the_detail_holds_evidence_verdicts_owner_and_runbooks(reader: Reader, order: Transaction):
    body = reader.transaction("4500012345").body
    assert [span["name"] for span in body["spans"]] == ["send orders", "transform"]
    assert body["spans"][1]["kind"] == "consumer"
    assert body["spans"][1]["duration_ms"] == 40_000
    assert body["logs"][0]["body"] == "mapping failed"
    assert body["events"][0]["id"] == "e-1"
    assert [verdict["verdict"] for verdict in body["verdicts"]] == ["stuck", "breached", "failed"]
    assert body["owner"]["team"] == "supply-integration"
    assert body["runbooks"][0]["id"] == "PurchaseOrderTransformFailed"
    assert body["runbooks"][0]["url"] == f"/runbooks/PurchaseOrderTransformFailed?tx={order.id}"
    assert body["sla"] == {
        "deadline_at": "2026-11-22T07:00:30.000000Z", "breached": True, "breached_at": "2026-11-22T07:00:30.000000Z",
        "late_by_ms": 30_000.0, "judged": True,
    }  # fmt: skip
    assert "truncated" not in body


def test_a_breach_still_open_is_late_by_the_time_since(engine, reader):
    insert(
        engine,
        Transaction(
            "open", started_s=ELSEWHERE, status="stuck", identifiers=[("po_number", "88002", "identity")], breached=True
        ),
    )
    assert reader.transaction("88002").body["sla"]["late_by_ms"] == (3_570 - ELSEWHERE) * 1_000


def test_a_runbook_is_filled_with_the_transactions_values(reader: Reader, order: Transaction):
    shown = reader.runbook("PurchaseOrderTransformFailed", "4500012345")
    assert shown["transaction_id"] == order.id
    assert "4500012345" in shown["html"]
    with pytest.raises(NotFoundError):
        reader.runbook("PurchaseOrderTransformFailed", "no such order")
    with pytest.raises(NotFoundError):
        reader.runbook("NoSuchRunbook")


@pytest.fixture(scope="module")
def many(engine: Store) -> list[Transaction]:
    made = [
        Transaction(
            f"m{number}",
            started_s=float(number % 7),
            status="completed",
            verdicts=[("e2e-deadline", "met", 70)],
            identifiers=[("po_number", f"77{number:03}", "identity")],
        )
        for number in range(25)
    ]
    insert(engine, *made)
    return made


@pytest.mark.parametrize("sort", ["-started_at", "started_at", "duration_ms", "-late_by_ms"])
def test_pages_hold_every_transaction_once_whatever_is_inserted_meanwhile(engine, reader, many, sort):
    seen, cursor, page = [], "", 0
    while True:
        answer = reader.transactions(TransactionFilter(q="77", sort=sort, limit=10, cursor=cursor))
        seen += [item["transaction_id"] for item in answer["items"]]
        page += 1
        insert(
            engine, Transaction(f"new{page}{sort}", started_s=ELSEWHERE, identifiers=[("po_number", "77x", "identity")])
        )
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert {transaction.id for transaction in many} <= set(seen)


def test_times_that_cannot_be_right_are_flagged(engine: Store, reader: Reader, order: Transaction):
    odd = [("po_number", "99001", "identity")]
    insert(engine, Transaction("odd", started_s=ELSEWHERE, status="in_progress", identifiers=odd, untimely=True))
    shown = reader.transaction("99001").body
    assert (shown["untimely"], shown["sla"]["judged"]) == (True, False)
    assert reader.transaction("4500012345").body["untimely"] is False


def test_a_broken_catalog_is_a_notice_until_it_is_mended(engine: Store, clock: FakeClock, tmp_path: Path):
    file = tmp_path / "catalog.yaml"
    file.write_text("kind: Owner\nname: desk\n")
    provider = CatalogProvider([tmp_path], clock)
    reader = Reader(engine, provider, clock)
    file.write_text("kind: Flow\nname: broken\nmilestones: 5\n")
    assert provider.reload_if_changed() is False
    first = reader.notices()[0]
    assert (first["kind"], first["at"]) == ("broken_catalog", "2026-11-22T08:00:00.000000Z")
    assert "catalog.yaml:" in first["detail"]
    file.write_text("kind: Owner\nname: service-desk\n")
    assert provider.reload_if_changed() is True
    assert "broken_catalog" not in [notice["kind"] for notice in reader.notices()]


def test_an_event_from_the_future_does_not_move_the_watermark_of_the_ledger_beyond_now(engine: Store, reader: Reader):
    engine.insert(
        "ingest_ledger",
        ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
        [[7, "", "events", 1, 1, at(0), datetime(2200, 1, 1, tzinfo=UTC), at(1), at(2)]],
    )
    assert reader.stats()["ledger"]["watermark"] == "2026-11-22T07:00:02.000000Z"


def test_a_source_that_promises_nothing_has_the_clock_minus_its_delay_as_its_watermark(reader: Reader):
    shown = {item["source"]: item for item in reader.sources()}
    quiet = shown["estate-telemetry"]  # ingest_delay: 15s
    assert (quiet["expect_every"], quiet["watermark"], quiet["lag_ms"]) == (None, "2026-11-22T07:59:45.000000Z", 15e3)
    assert (quiet["blind"], quiet["last_event_at"]) == (None, None)
    assert (shown["cabinet-feed"]["name"], shown["cabinet-feed"]["system"]) == ("cabinet-feed", "cabinet-gateway")
    assert shown["cabinet-feed"]["watermark"] is None  # promises, and was never heard


def test_a_source_that_nothing_reads_says_so(engine: Store, clock: FakeClock, tmp_path: Path):
    source = "kind: Source\nname: {0}\ntype: {0}\nmapping: {{time: t, milestone: m}}\n"
    (tmp_path / "sources.yaml").write_text("---\n".join(source.format(kind) for kind in ("kafka", "webhook")))
    shown = {item["source"]: item for item in Reader(engine, CatalogProvider([tmp_path], clock), clock).sources()}
    assert "fetches nothing from kafka" in shown["kafka"]["last_error"]
    assert shown["webhook"]["last_error"] is None


def test_pages_by_lateness_hold_every_transaction_once_while_open_ones_grow_later(engine):
    """How late an open one is goes with the clock; ascending, it would come again on the next page."""
    clock = FakeClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    reader = Reader(engine, CatalogProvider(None, clock), clock)
    late = [
        Transaction(
            f"late{number}",
            started_s=ELSEWHERE,
            status="stuck",
            identifiers=[("po_number", f"66{number:03}", "identity")],
            breached=True,
        )
        for number in range(7)
    ]
    insert(engine, *late)
    seen, cursor = [], ""
    while True:
        answer = reader.transactions(TransactionFilter(q="66", sort="late_by_ms", limit=3, cursor=cursor))
        seen += [item["transaction_id"] for item in answer["items"]]
        clock.advance(5)
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(transaction.id for transaction in late)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (TransactionFilter(since=WINDOW[0], q="7700"), 10),
        (TransactionFilter(since=WINDOW[0], q="77001"), 1),
        (TransactionFilter(since=WINDOW[0], q="7%"), 0),
        (TransactionFilter(since=WINDOW[0], q="C-81"), 0),
        (TransactionFilter(since=WINDOW[0], q="c-81"), 1),
        (TransactionFilter(since=WINDOW[0], status=("failed",)), 1),
        (TransactionFilter(since=WINDOW[0], flow=("procure_to_pay",)), 26),
        (TransactionFilter(since=WINDOW[0], flow=("unclassified",)), 0),
        (TransactionFilter(since=WINDOW[0], tier=(2,)), 0),
        (TransactionFilter(since=WINDOW[0], system=("mw-transform",)), 1),
        (TransactionFilter(since=WINDOW[0], origin=("middleware",)), 1),
        (TransactionFilter(since=WINDOW[0], origin=("mw-transform", "erp")), 1),
        (TransactionFilter(since=WINDOW[0], milestone="sent_to_supplier"), 1),
        (TransactionFilter(since=WINDOW[0], milestone="goods_receipt"), 0),
        (TransactionFilter(since=WINDOW[0], milestone="goods_receipt:pending"), 1),
        (TransactionFilter(since=at(1), until=at(2)), 4),
    ],
)
def test_filters_narrow(reader, order, many, wanted, count):
    assert len(reader.transactions(wanted)["items"]) == count


def test_questions_without_meaning_are_refused(reader, many):
    page = reader.transactions(TransactionFilter(limit=5))
    for wanted in (
        TransactionFilter(sort="colour"),
        TransactionFilter(limit=0),
        TransactionFilter(limit=1_001),
        TransactionFilter(status=("lost",)),
        TransactionFilter(cursor="bm90IGEgY3Vyc29y"),
        TransactionFilter(cursor="%%%"),
        TransactionFilter(cursor=page["next_cursor"], status=("failed",)),
        TransactionFilter(cursor=page["next_cursor"], sort="started_at"),
    ):
        with pytest.raises(InvalidQueryError):
            reader.transactions(wanted)


def test_figures_of_a_flow_without_data_are_unknown_not_green(reader):
    flow = next(item for item in reader.flows(86_400) if item["flow"] == "workforce_sync")
    assert flow["started"] == 0
    assert flow["achieved"] is None
    assert flow["failure_ratio"] is None
    assert flow["p95_ms"] is None


def test_figures_count_what_started_in_the_window(reader, order, many):
    flow = next(item for item in reader.overview(*WINDOW) if item["flow"] == "procure_to_pay")
    assert (flow["started"], flow["completed"], flow["failed"], flow["late"]) == (26, 25, 1, 1)
    assert flow["failure_ratio"] == pytest.approx(1 / 26)
    assert flow["achieved"] == pytest.approx(25 / 26)
    assert flow["p50_ms"] == 60_000
    assert sum(bucket["started"] for bucket in flow["spark"]) == 26


def test_a_series_has_every_bucket_and_counts_facts_where_they_happened(reader, order, many):
    series = reader.series("procure_to_pay", START, at(120), 30)
    assert [bucket["started"] for bucket in series] == [26, 0, 0, 0]
    assert [bucket["failed"] for bucket in series] == [0, 0, 1, 0]
    assert sum(bucket["completed"] for bucket in series) == 25
    assert [bucket["late"] for bucket in series] == [0, 1, 0, 0]
    assert series[1]["p50_ms"] is None


def test_a_series_may_be_of_all_flows(reader, order, many):
    assert sum(bucket["started"] for bucket in reader.series("*", *WINDOW, 600)) == 26


def test_the_funnel_and_the_steps_show_where_a_flow_breaks(reader, order):
    funnel = reader.funnel("procure_to_pay", *WINDOW)
    assert [(row["milestone"], row["reached"], row["failed"], row["pending"]) for row in funnel] == [
        ("approved", 1, 0, 0), ("sent_to_supplier", 0, 1, 0), ("goods_receipt", 0, 0, 1),
    ]  # fmt: skip
    steps = reader.steps("procure_to_pay", *WINDOW)
    assert (steps[0]["system"], steps[0]["name"], steps[0]["errors"]) == ("mw-transform", "transform", 1)


def test_an_unknown_flow_is_not_found(reader):
    with pytest.raises(NotFoundError):
        reader.flow("no_such_flow", 3_600)


def test_dependencies_go_through_queues(reader, order):
    edge = reader.dependencies(*WINDOW)["edges"][0]
    assert (edge["source"], edge["target"], edge["kind"], edge["via"]) == (
        "erp-finance", "mw-transform", "queue", "order-queue",
    )  # fmt: skip
    assert (edge["calls"], edge["errors"]) == (1, 1)


def test_a_queue_tells_what_waits_in_it_and_an_unseen_one_tells_nothing(engine, reader):
    sent = {"span_kind": 4, "system": "erp-finance", "peer_system": "order-queue"}
    waits = Transaction(
        "waits", started_s=ELSEWHERE, observations=[{"span": hex_id("lonely", 16), "at_s": ELSEWHERE, **sent}]
    )
    moves = Transaction(
        "moves",
        started_s=ELSEWHERE,
        observations=[
            {"span": hex_id("sent", 16), "at_s": ELSEWHERE, **sent},
            {"span": hex_id("took", 16), "parent": hex_id("sent", 16), "at_s": ELSEWHERE + 7, "span_kind": 5},
        ],
    )
    insert(engine, waits, moves)
    queues = {queue["queue"]: queue for queue in reader.queues(at(ELSEWHERE), at(ELSEWHERE + 60))}
    assert (queues["order-queue"]["produced"], queues["order-queue"]["waiting"]) == (2, 1)
    assert queues["order-queue"]["oldest_age_ms"] == (3_600 - ELSEWHERE) * 1_000
    assert queues["order-queue"]["wait_p50_ms"] == 7_000
    assert queues["workforce-queue"]["waiting"] is None


def test_failures_that_look_alike_are_one_group(engine, reader):
    steps = [("sent_to_supplier", "failed", 5)]
    alike = {"status": "failed", "origin": ("middleware", "mw-transform"), "milestones": steps}
    insert(engine, *(Transaction(f"alike{n}", started_s=2 * ELSEWHERE, **alike) for n in range(2)))
    groups = reader.exceptions(at(2 * ELSEWHERE), at(2 * ELSEWHERE + 60))
    assert [(group["transactions"], group["origin"]["system"]) for group in groups] == [(2, "mw-transform")]


def test_service_levels_as_known_and_as_corrected(engine, reader, order, many):
    corrected = next(item for item in reader.sla(*WINDOW)["items"] if item["flow"] == "procure_to_pay")
    assert (corrected["good"], corrected["bad"], corrected["failed"], corrected["breaches"]) == (25, 1, 1, 1)
    assert corrected["achieved"] == pytest.approx(25 / 26)
    assert corrected["breach_minutes"] == pytest.approx(0.5)
    known = next(item for item in reader.sla(at(-60), at(50), "known")["items"] if item["flow"] == "procure_to_pay")
    assert (known["good"], known["bad"], known["failed"], known["open"]) == (0, 1, 0, 25)
    nothing = next(item for item in reader.sla(*WINDOW)["items"] if item["flow"] == "workforce_sync")
    assert nothing["achieved"] is None


def _bad(reader, since_s, until_s):
    levels = reader.sla(at(since_s), at(until_s), "known")["items"]
    return next(item for item in levels if item["flow"] == "procure_to_pay")["bad"]


def test_what_was_known_of_a_settled_transaction_stands_in_its_row(engine, reader):
    """Its verdicts are not searched for among all; but what was written later was not known then."""
    begins = 9 * ELSEWHERE
    verdicts = [("status", "failed", begins + 5)]
    settled = Transaction("settled", status="failed", started_s=begins, duration_s=5, verdicts=verdicts)
    amended = Transaction("amended", status="failed", started_s=begins, duration_s=5, verdicts=verdicts)
    insert(engine, settled, amended)
    later = "INSERT INTO transactions SELECT * REPLACE (2 AS version, {0} AS updated_at{1}) FROM transactions WHERE {2}"
    engine.execute(
        later.format(
            f"toDateTime64('{at(begins + 90):%Y-%m-%d %H:%M:%S}', 3)",
            ", [] AS verdicts",
            f"transaction_id = '{amended.id}'",
        )
    )
    assert _bad(reader, begins - 60, begins + 60) == 2
    engine.execute(f"DELETE FROM verdicts WHERE transaction_id = '{settled.id}'")
    assert _bad(reader, begins - 60, begins + 60) == 2
    engine.execute(f"DELETE FROM verdicts WHERE transaction_id = '{amended.id}'")
    assert _bad(reader, begins - 60, begins + 60) == 1


def test_after_a_reindex_what_was_known_before_it_is_taken_from_the_verdicts(engine, reader):
    begins = 11 * ELSEWHERE
    row = Transaction("rebuilt", status="failed", started_s=begins, verdicts=[("status", "failed", begins + 5)])
    insert(engine, row)
    engine.insert(
        "reindex_swaps", ["at", "state", "beside", "tables", "rebuilt"], [[at(begins + 90), "done", "", [], []]]
    )
    assert _bad(reader, begins - 60, begins + 60) == 1
    engine.execute(f"DELETE FROM verdicts WHERE transaction_id = '{row.id}'")
    assert _bad(reader, begins - 60, begins + 60) == 0
    engine.execute("TRUNCATE TABLE reindex_swaps")


def test_of_an_identifier_only_its_latest_version_counts(engine: Store, reader: Reader, clock: FakeClock):
    insert(
        engine,
        Transaction(
            "held", started_s=ELSEWHERE, status="in_progress", identifiers=[("po_number", "88401", "identity")]
        ),
    )
    assert reader.transaction("88401").kind == "one"
    engine.execute(
        "INSERT INTO transaction_identifiers SELECT * REPLACE (version + 1 AS version, 1 AS deleted) "
        "FROM transaction_identifiers WHERE value = '88401'"
    )
    assert reader.transaction("88401").kind == "none"


def test_the_hour_a_transaction_started_in_is_found_by_its_id(reader, engine, order):
    assert with_hours(reader._context, [Holder(order.id, None)])[0].started_hour == START.replace(minute=0)
    assert reader.transaction(order.id).body["transaction_id"] == order.id


def test_a_parent_without_evidence_of_its_own_is_found_by_its_id(reader, engine):
    parent = Transaction("alone", started_s=5 * ELSEWHERE)
    insert(engine, parent)
    for table in ("transaction_units", "unit_transactions"):
        engine.execute(f"DELETE FROM {table} WHERE transaction_id = '{parent.id}'")
    assert reader.transaction(parent.id).body["transaction_id"] == parent.id


def test_more_evidence_than_is_shown_is_cut_the_same_by_the_engine(engine, reader, order, monkeypatch):
    """Copies, an own part of a shared unit, order and cut: by hand and in the engine."""
    unit = units_of(engine, order.id)[0]
    copy = "INSERT INTO observations SELECT * REPLACE ({0}) FROM observations WHERE unit_id = {1} AND kind = 'span'"
    engine.execute(copy.format("content_hash + 100 AS content_hash, name || '!' AS name", unit["unit_id"]))
    by_hand = observed(engine, order.id, [unit])
    monkeypatch.setattr(observed_module, "_MAX_READ", 1)
    assert observed(engine, order.id, [unit]) == by_hand
    assert [span["name"] for span in by_hand.spans] == ["send orders!", "transform!"]
    monkeypatch.setattr(observed_module, "MAX_EVIDENCE", 0)
    first = observed(engine, order.id, [unit])
    assert (first.spans, first.logs) == (by_hand.spans[:1], by_hand.logs[:1])
    engine.execute(f"DELETE FROM observations WHERE unit_id = {unit['unit_id']} AND content_hash >= 100")


def test_a_value_that_more_transactions_hold_than_are_shown_shows_identities_first(engine, reader, monkeypatch):
    monkeypatch.setattr(lookup_module, "MAX_MATCHES", 2)
    shared = [
        Transaction(f"s{n}", started_s=6 * ELSEWHERE, identifiers=[("supplier_id", "SHARED-9", "reference")])
        for n in range(4)
    ]
    own = Transaction("zz", started_s=6 * ELSEWHERE, identifiers=[("po_number", "SHARED-9", "identity")])
    insert(engine, *shared, own)
    listed = [item["transaction_id"] for item in reader.transaction("SHARED-9").body["items"]]
    assert len(listed) == 2
    assert own.id in listed


def test_the_newest_page_is_the_same_however_far_it_reaches_back(reader, order, many, monkeypatch):
    near = reader.transactions(TransactionFilter(limit=20))
    monkeypatch.setattr(search_module, "_WIDTHS", ())
    assert reader.transactions(TransactionFilter(limit=20)) == near
    rest = reader.transactions(TransactionFilter(limit=20, cursor=near["next_cursor"]))
    monkeypatch.undo()
    assert reader.transactions(TransactionFilter(limit=20, cursor=near["next_cursor"])) == rest


def test_what_many_hold_is_found_as_what_few_hold(reader, order, many, monkeypatch):
    few = reader.transactions(TransactionFilter(q="770"))
    monkeypatch.setattr(search_module, "_FEW", 3)
    assert reader.transactions(TransactionFilter(q="770")) == few
    assert len(few["items"]) == 25


def test_the_newest_that_hold_an_identifier_are_found_in_the_hours_of_the_newest_holders(reader, engine, monkeypatch):
    hours = range(12)
    rows = [
        Transaction(
            f"spread{n}", started_s=13 * ELSEWHERE + n * 3_600, identifiers=[("po_number", f"SPR{n:02}", "identity")]
        )
        for n in hours
    ]
    insert(engine, *rows)
    asked = []
    monkeypatch.setattr(search_module, "page_sql", lambda sort: asked.append(sort) or page_sql(sort))
    seen, cursor = [], ""
    while True:
        page = reader.transactions(TransactionFilter(q="SPR", limit=2, cursor=cursor))
        seen += [item["transaction_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == [row.id for row in reversed(rows)]
    assert len(asked) == len(rows) / 2
    holding = [at(13 * ELSEWHERE + n * 3_600) for n in hours]
    windows = search_module._reaching_back(reader._context, TransactionFilter(limit=2), narrowed=True, holding=holding)
    assert next(windows) == holding[-4]
    assert reader.transactions(TransactionFilter(q="SPR", limit=2, status=("failed",)))["items"] == []


def test_origins_of_a_window_name_the_system_that_slowed_down(engine, reader):
    slow, usual = 3 * ELSEWHERE, 3 * ELSEWHERE - 3_600
    for number in range(20):
        for begins, took_s in ((slow, 9.0), (usual, 1.0)):
            spans = [
                {
                    "span": hex_id(f"{begins}-{number}", 16),
                    "system": "erp-finance",
                    "name": "post",
                    "at_s": begins + number,
                },
                {
                    "span": hex_id(f"{begins}+{number}", 16),
                    "system": "invented",
                    "name": "map",
                    "at_s": begins + number,
                },
            ]
            spans[0]["took_s"], spans[1]["took_s"] = took_s, 1.0
            insert(engine, Transaction(f"w{begins}{number}", started_s=begins + number, observations=spans))
    times = (at(slow), at(slow + 60), at(usual), at(usual + 60))
    ranked = reader.origins(*times)["ranked"]
    assert [(suspect["system"], suspect["category"]) for suspect in ranked] == [("erp-finance", "erp")]
    assert ranked[0]["evidence"][0]["kind"] == "self_time"
    assert reader.origins(*times, flow="workforce_sync") == {"ranked": []}


def test_a_transaction_is_not_shown_with_evidence_that_its_row_does_not_know_of(reader, engine):
    """A tick stores the evidence a moment before the row: who asks in between waits for the row."""
    wanted = Transaction("overtaken", started_s=7 * ELSEWHERE)
    insert(engine, wanted)
    newer = "INSERT INTO {0} SELECT * REPLACE (7 AS version{1}) FROM {0} FINAL WHERE transaction_id = '{2}'"
    engine.execute(newer.format("transaction_units", "", wanted.id))
    row = newer.format("transactions", ", 9 AS revision", wanted.id)
    verdict = f"INSERT INTO verdicts (transaction_id, rule, verdict) VALUES ('{wanted.id}', 'late', 'met')"

    def rest_of_tick() -> None:
        engine.execute(verdict)
        engine.execute(row)

    late = threading.Timer(0.05, rest_of_tick)
    late.start()
    body = reader.transaction(wanted.id).body
    late.join()
    assert (body["revision"], [one["verdict"] for one in body["verdicts"]]) == (9, ["met"])
