"""The collector alone in a process of its own, for benchmarks and crash tests: commands on stdin, JSON on stdout."""

import json
import sys
import threading
import time
from pathlib import Path

from collector.config import CollectorConfig
from collector.service import CollectorService
from core.clock import SystemClock
from core.heap import keep_freed_memory, settle_heap
from core.turns import take_short_turns
from runbooks import CatalogProvider
from storage.config import StorageConfig
from storage.migrate import apply_migrations
from storage.state import open_state
from storage.store import open_store

_TABLES = {
    "traces": "spans",
    "logs": "logs",
    "events": "events",
    "metrics": "metric_points_gauge",
}


def main() -> None:
    """Usage: ingest_server.py DATA_FOLDER [JSON of CollectorConfig]."""
    data = Path(sys.argv[1])
    config = CollectorConfig.model_validate({"grpc_port": 0, "http_port": 0, **json.loads((sys.argv[2:] or ["{}"])[0])})
    clock = SystemClock()
    store = open_store(StorageConfig(path=data / "store"))
    apply_migrations(store)
    # No redaction rules, so that the path without them is what is measured.
    (data / "catalog").mkdir(exist_ok=True)
    (data / "catalog" / "none.yaml").write_text("kind: Redaction\nname: '*'\nenabled: false\n")
    catalog = CatalogProvider([data / "catalog"], clock)
    service = CollectorService(store, open_state(data), catalog, clock, config, data)
    take_short_turns()
    keep_freed_memory()
    service.start()
    settle_heap()
    _name_threads()
    _say({"grpc_port": service.grpc_port, "http_port": service.http_port})
    for line in sys.stdin:
        command = line.strip()
        if command == "rows":
            _say({signal: store.value(f"SELECT count() FROM {table}") for signal, table in _TABLES.items()})
        elif command == "drain":
            while service.spool.room.used_bytes:
                time.sleep(0.02)
            _say({})
        elif command == "backlog":
            _say({"bytes": service.spool.room.used_bytes})
        elif command == "bytes":
            _say(
                store.rows(
                    "SELECT sum(bytes_on_disk) AS bytes, sum(rows) AS rows, count() AS parts FROM system.parts"
                    " WHERE active AND table = 'spans' AND database = currentDatabase()"
                )[0]
            )
        elif command.startswith("SELECT"):
            _say({"rows": store.rows(command)})
        elif command == "dead":
            _say({"dead": service.spool.dead_letters.names()})
        elif command == "ledger":
            _say(store.rows("SELECT max(stored_at - received_at) AS s FROM ingest_ledger")[0])
    service.stop(10)
    store.close()


def _name_threads() -> None:
    """Give the system the names of our threads, so that CPU time can be told apart."""
    for thread in threading.enumerate():
        Path(f"/proc/self/task/{thread.native_id}/comm").write_text(thread.name[:15])


def _say(answer: dict[str, object]) -> None:
    print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
