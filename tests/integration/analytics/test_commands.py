"""tx, search, flows and sla against a real server over HTTP."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import typer
import uvicorn
from fastapi import FastAPI
from path_rows import insert_ways, random_ways
from stored_rows import Transaction, hex_id, insert
from typer.testing import CliRunner

from analytics.api import build_router, install_problem_handlers
from analytics.read import Reader
from core.errors import WaylineError
from storage.store import Store
from wayline.cli import drafts, processes, queries

RUN = CliRunner()
APP = typer.Typer()
queries.register(APP)
drafts.register(APP)
processes.register(APP)


@pytest.fixture(scope="module")
def url(engine: Store, reader: Reader) -> Iterator[str]:
    held = [("po_number", "45/1", "identity"), ("supplier_id", "S-77", "reference")]
    spans = [{"span": hex_id("a", 16), "system": "erp-finance", "name": "POST", "took_s": 1}]
    order = Transaction("order", status="failed", identifiers=held, origin=("erp", "erp-finance"), observations=spans)
    other = Transaction("other", flow="", tier=0, identifiers=[("supplier_id", "S-77", "reference")])
    evil = Transaction("evil", started_s=5, identifiers=[("po_number", "=HYPERLINK([red]X[/])", "identity")])
    insert(engine, order, other, evil)
    names = ["approved", "sent_to_supplier", "goods_receipt"]
    begin = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    insert_ways(engine, random_ways("procure_to_pay", names, 60, begin, seed=2))
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_router(reader))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_tx_shows_status_origin_and_owner(url):
    result = RUN.invoke(APP, ["tx", "45/1", "--url", url])
    assert result.exit_code == 0, result.output
    for word in ("failed", "erp-finance", "supply-integration", "deepest failing span"):
        assert word in result.output


def test_tx_as_json_is_the_api_body(url):
    result = RUN.invoke(APP, ["tx", "45/1", "--type", "po_number", "--json", "--url", url])
    assert json.loads(result.output)["transaction_id"] == hex_id("order")


def test_tx_exits_3_when_there_is_none(url):
    result = RUN.invoke(APP, ["tx", "nowhere", "--url", url])
    assert result.exit_code == 3


def test_tx_lists_several(url):
    result = RUN.invoke(APP, ["tx", "S-77", "--url", url])
    assert result.exit_code == 0
    assert "2 transactions hold" in result.output
    assert hex_id("order") in result.output


def test_search_narrows_and_never_reads_values_as_markup(url):
    assert hex_id("order") in RUN.invoke(APP, ["search", "--status", "failed", "--url", url]).output
    assert "[red]X[/]" in RUN.invoke(APP, ["search", "=HYPER", "--url", url]).output
    assert "No transactions match" in RUN.invoke(APP, ["search", "zzz", "--url", url]).output


def test_csv_is_safe_for_spreadsheets(url):
    result = RUN.invoke(APP, ["search", "=HYPER", "--csv", "--url", url])
    row = next(csv.DictReader(io.StringIO(result.output)))
    assert row["identifiers"].startswith("po_number=")
    assert row["transaction_id"] == hex_id("evil")


@pytest.mark.parametrize("command", ["flows", "sla"])
def test_tables_come_as_text_json_and_csv(url, command):
    assert "procure_to_pay" in RUN.invoke(APP, [command, "--url", url]).output
    assert json.loads(RUN.invoke(APP, [command, "--json", "--url", url]).output)["items"]
    rows = list(csv.DictReader(io.StringIO(RUN.invoke(APP, [command, "--csv", "--url", url]).output)))
    assert "procure_to_pay" in [row["flow"] for row in rows]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["latency", "procure_to_pay"], "goods_receipt"),
        (["variants", "procure_to_pay", "--open", "--keep-repeats"], "approved"),
        (["rework", "procure_to_pay"], "sent_to_supplier"),
        (["queues"], "order-queue"),
        (["exceptions"], "order 4711 broke"),
        (["search", "--at-risk"], "No transactions match"),
    ],
)
def test_how_flows_run_is_told_as_text_json_and_csv(url, words, said):
    assert said in RUN.invoke(APP, [*words, "--url", url]).output
    body = json.loads(RUN.invoke(APP, [*words, "--json", "--url", url]).output)
    rows = list(csv.DictReader(io.StringIO(RUN.invoke(APP, [*words, "--csv", "--url", url]).output)))
    other = 1 if body.get("other") else 0
    assert len(rows) == len(body["items"]) + other


def test_a_refusal_says_what_the_server_says(url):
    with pytest.raises(WaylineError, match="cannot be sorted by"):
        RUN.invoke(APP, ["search", "--sort", "colour", "--url", url], catch_exceptions=False)


def test_no_server_is_one_clear_error_with_address_and_remedy():
    with pytest.raises(WaylineError, match=r"http://127\.0\.0\.1:9.*wayline serve"):
        RUN.invoke(APP, ["flows", "--url", "http://127.0.0.1:9"], catch_exceptions=False)
