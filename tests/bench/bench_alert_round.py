"""
What alerting costs and how fast it tells: CPU of a round over many stored transactions, and breach to notification.

Run: ``python tests/bench/bench_alert_round.py [transactions]``. The breach is the moment the transaction's row turns
``stuck`` in the store; judging it is correlation's part.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import structlog

from alerting.config import AlertingConfig
from alerting.service import AlertService
from core.clock import SystemClock
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.state import open_state
from storage.store import open_store

ROUNDS = 20
BREACHES = 15
CATALOG = """
kind: Flow
name: procure_to_pay
tier: 1
owner: supply
milestones: [{name: paid, terminal: true}]
"""
FILL = """
INSERT INTO transactions (started_hour, transaction_id, version, flow, tier, status, started_at, last_at, ended_at,
    origin_system, origin_category)
SELECT toStartOfHour(at), leftPad(toString(number), 32, '0'), 1,
    ['procure_to_pay', 'inventory_sync', 'invoice_match', 'gl_journal'][number % 4 + 1], 1 + number % 3,
    if(number % 500 = 0, 'failed', 'completed'), now64(6) - toIntervalSecond(number % 2592000) AS at, at + 60, at + 60,
    'mw-transform', 'middleware'
FROM numbers({count:UInt64})
"""


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    arrived: dict[str, float] = {}
    news = threading.Condition()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with news:
                arrived.setdefault(body["status"] + body["alerts"][0]["startsAt"], time.time())
                news.notify_all()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(StorageConfig(path=Path(folder) / "store", pool_size=2))
        apply_migrations(store)
        store.execute(FILL, {"count": count})
        catalog = Path(folder) / "catalog"
        catalog.mkdir()
        (catalog / "flow.yaml").write_text(CATALOG, encoding="utf-8")
        config = AlertingConfig(log=False, webhook_url=f"http://127.0.0.1:{server.server_port}/")
        clock = SystemClock()
        service = AlertService(
            store, open_state(Path(folder)), CatalogProvider([catalog], clock), clock, config, "http://127.0.0.1:8080"
        )
        service.recover()
        service.tick()
        print_round_cost(service, count)
        service.start()
        delays = [breach_to_notification(store, number, arrived, news) for number in range(BREACHES)]
        service.stop(5)
        delays.sort()
        print(
            f"breach to notification, {count} transactions stored, {BREACHES} breaches: "
            f"p50 {statistics.median(delays):.2f} s, worst {delays[-1]:.2f} s"
        )
        store.close()


def print_round_cost(service: AlertService, count: int) -> None:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, began_cpu = time.perf_counter(), time.process_time()
        service.tick()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
        time.sleep(max(0.0, 1.0 - wall[-1]))
    print(
        f"one round a second, {count} transactions stored: {statistics.mean(cpu) * 1_000:.0f} CPU-ms a round, "
        f"wall p50 {statistics.median(wall) * 1_000:.0f} ms, worst {max(wall) * 1_000:.0f} ms"
    )


def breach_to_notification(store, number: int, arrived: dict[str, float], news: threading.Condition) -> float:
    """Turn one transaction stuck, then done; return the seconds from the first to its notification."""
    now = datetime.now(UTC)
    columns = ["started_hour", "transaction_id", "version", "flow", "tier", "status", "started_at", "last_at"]
    columns += ["deadline_at"]
    started = now - timedelta(minutes=20)

    def put(version: int, status: str) -> None:
        hour = started.replace(minute=0, second=0, microsecond=0)
        name = f"{10**9 + number:032d}"
        deadline = now - timedelta(seconds=1)
        row = [hour, name, version, "procure_to_pay", 1, status, started, now, deadline]
        store.insert("transactions", columns, [row])

    known = len(arrived)
    began = time.time()
    put(1, "stuck")
    with news:
        if not news.wait_for(lambda: len(arrived) > known, 60):
            raise SystemExit("no notification within a minute")
    delay = max(arrived.values()) - began
    put(2, "completed_late")
    with news:
        news.wait_for(lambda: len(arrived) > known + 1, 90)
    return delay


if __name__ == "__main__":
    main()
