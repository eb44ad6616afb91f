"""
A spool and a store in a process of their own, which die at a system call: one command a line, JSON answers.

Run as ``python victim.py FOLDER STRATEGY``; STRATEGY is ``spool`` (no engine), ``verified`` (the product's commit),
``flusher`` (the product's thread), or ``naive`` (what everybody writes first: a deduplication token and retry until
success, no counting). The naive one lives here only, to show that the suite finds what it loses.
"""

import json
import sys
import time
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.config import SpoolConfig
from collector.keys import SpoolKey
from collector.refusals import OverloadedError
from collector.segment import Segment
from collector.signals import Signal
from collector.spool import Spool
from core.clock import NS_PER_S, SystemClock
from core.errors import WaylineError

KEY = SpoolKey(b"k" * 32)
DAY_NS = 86_400 * NS_PER_S
PARTITIONS = 4  # the days of receipt in one segment, hence its parts
WAIT_S = 20.0


def request(name: str, number: int) -> bytes:
    """A request of one span; two of them never have the same bytes."""
    one = ExportTraceServiceRequest()
    span = one.resource_spans.add().scope_spans.add().spans.add(name=f"{name}/{number}", start_time_unix_nano=10**18)
    span.trace_id, span.span_id = (number + 1).to_bytes(16, "big"), b"12345678"
    return one.SerializeToString()


def names_of(segments: list[Segment]) -> list[str]:
    found = []
    for segment in segments:
        for frame in segment.frames():
            for resource in ExportTraceServiceRequest.FromString(frame.payload).resource_spans:
                found += [span.name for scope in resource.scope_spans for span in scope.spans]
    return sorted(found)


class Victim:
    def __init__(self, folder: Path, strategy: str) -> None:
        config = SpoolConfig(path=folder / "spool", seal_after_s=0.0, seal_busy_after_s=0.0, resend_entries=100)
        self.spool = Spool(config, KEY, SystemClock())
        self.store = None
        self.commit = None
        self.flusher = None
        if strategy != "spool":
            self._open_store(folder, strategy)
        self.spool.start()
        if self.flusher:
            self.flusher.start()
        if self.commit:
            for segment in self.spool.sealed():
                self._store(segment)

    def _open_store(self, folder: Path, strategy: str) -> None:
        from collector.commit import Commit  # noqa: PLC0415  # loads the engine, which the spool alone does not need
        from collector.flush import Flusher  # noqa: PLC0415
        from collector.ingest import Ingest  # noqa: PLC0415
        from storage.config import StorageConfig  # noqa: PLC0415
        from storage.migrate import list_migrations  # noqa: PLC0415
        from storage.store import open_store  # noqa: PLC0415
        from tests.integration.collector.naive import NaiveCommit  # noqa: PLC0415

        self.store = open_store(StorageConfig(path=folder / "store", pool_size=1))
        for migration in list_migrations():
            if migration.name in ("create_spans", "create_ingest_ledger", "create_notices"):
                self.store.execute(migration.sql.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        if strategy == "flusher":
            self.flusher = Flusher(self.spool, self.store, SystemClock())
        elif strategy == "naive":
            self.commit = NaiveCommit(self.spool, self.store)
        else:
            self.commit = Commit(self.spool, Ingest(self.store, SystemClock()), chunk_bytes=2**20)

    def _store(self, segment: Segment) -> None:
        for _ in range(5):
            try:
                self.commit.store([segment])
            except WaylineError as error:
                print(type(error).__name__, error, file=sys.stderr)
                continue
            return
        raise SystemExit("a segment could not be stored")

    def append(self, name: str, count: str = "1") -> dict:
        try:
            stored = [
                self.spool.append(
                    Signal.TRACES,
                    request(name, number),
                    items=1,
                    received_ns=SystemClock().now_ns() - number % PARTITIONS * DAY_NS,
                )
                for number in range(int(count))
            ]
            for one in stored:
                one.result(WAIT_S)
        except OverloadedError as error:
            return {"refused": str(error)}
        return {"acknowledged": name}

    def seal(self) -> dict:
        return {"sealed": self.spool.wait_sealed(WAIT_S)}

    def take(self) -> dict:
        """Store what is sealed."""
        for segment in self.spool.sealed():
            self._store(segment)
        return {}

    def retire(self) -> dict:
        """Retire what is sealed, as if it were stored."""
        for segment in self.spool.sealed():
            try:
                self.spool.retire(segment)
            except WaylineError as error:
                return {"refused": str(error)}
        return {}

    def bury(self) -> dict:
        for segment in self.spool.sealed():
            for frame in segment.frames():
                try:
                    self.spool.quarantine(segment, frame, "unreadable")
                except WaylineError as error:
                    return {"refused": str(error)}
        return {}

    def sleep(self, seconds: str) -> dict:
        time.sleep(float(seconds))
        return {}

    def state(self) -> dict:
        rows = self.store.rows("SELECT name, count() AS copies FROM spans GROUP BY name") if self.store else []
        notices = self.store.rows("SELECT id FROM notices FINAL WHERE ended_at IS NULL") if self.flusher else []
        health = self.spool.health()[0]
        return {
            "rows": {row["name"]: row["copies"] for row in rows},
            "waiting": names_of(self.spool.sealed()),
            "retired": names_of(self.spool.retired()),
            "dead": self.spool.dead_letters.names(),
            "missing": self.spool.missing_segments(),
            "healthy": health.ok,
            "detail": health.detail,
            "notices": [row["id"] for row in notices],
            "stored_healthy": all(state.ok for state in self.flusher.health()) if self.flusher else True,
        }

    def stop(self) -> dict:
        if self.flusher:
            self.flusher.stop(WAIT_S)
        self.spool.stop(WAIT_S)
        if self.store:
            self.store.close()
        return {}


def main() -> None:
    victim = Victim(Path(sys.argv[1]), sys.argv[2])
    print("{}", flush=True)
    for line in sys.stdin:
        command, *words = line.split()
        print(json.dumps(getattr(victim, command)(*words)), flush=True)


if __name__ == "__main__":
    main()
