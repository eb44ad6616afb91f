"""Insert exporter rows unless they are there, take them, store them, and say what there is; may die on the way."""

import json
import sys
from pathlib import Path

from collector.commit import Commit
from collector.config import LimitsConfig, SpoolConfig
from collector.ingest import Ingest
from collector.keys import SpoolKey
from collector.otel_ingest.config import OtelIngestConfig
from collector.otel_ingest.mover import OtelIngest
from collector.spool import Spool
from collector.validate import Validator
from core.clock import SystemClock
from storage.config import StorageConfig
from storage.migrate import list_migrations
from storage.store import open_store
from tests.integration.collector import exporter_rows as rows

WAITING = "SELECT sum(total_rows) FROM system.tables WHERE database = 'otel_ingest' AND name LIKE 'otel_%'"


def main() -> None:
    folder = Path(sys.argv[1])
    store = open_store(StorageConfig(path=folder / "store", pool_size=1))
    for migration in list_migrations():
        if migration.name in ("create_spans", "create_ingest_ledger") or "otel_ingest" in migration.name:
            store.execute(
                migration.sql.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ").replace(
                    "EXISTS IF NOT EXISTS", "EXISTS"
                )
            )
    marker = folder / "inserted"
    if not marker.exists():
        for part in range(3):
            rows.insert(store, "otel_traces", [rows.span(part * 100 + number) for number in range(100)])
        marker.touch()
    spool = Spool(SpoolConfig(path=folder / "spool", resend_entries=100), SpoolKey(b"k" * 32), SystemClock())
    spool.start()
    OtelIngest(store, spool, Validator(LimitsConfig()), OtelIngestConfig(chunk_bytes=20_000)).step()
    spool.seal_open(10)
    commit = Commit(spool, Ingest(store, SystemClock()), chunk_bytes=2**20)
    for segment in spool.sealed():
        commit.store([segment])
    found = store.rows("SELECT count() AS rows, uniqExact(span_id) AS distinct FROM spans")[0]
    found["ledger"] = store.value("SELECT sum(rows) FROM ingest_ledger")
    found["waiting"] = store.value(WAITING)
    print(json.dumps(found))
    spool.stop(10)
    store.close()


if __name__ == "__main__":
    main()
