"""The commit that loses: a deduplication token per segment, retried until the engine says success, nothing counted."""

from typing import Any, Self

from collector.ingest import Ingest, OwnedFrame, rewritten
from collector.segment import Segment
from collector.spool import Spool
from core.clock import SystemClock
from storage.store import Store

_WITHOUT_TOKEN = "insert_deduplicate = 0"
_WINDOW = "ALTER TABLE spans MODIFY SETTING non_replicated_deduplication_window = 1000"


class TokenStore:
    """A store whose inserts carry a token: the engine drops what it believes to have seen."""

    def __init__(self, store: Store) -> None:
        self._real = store
        self.token = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def local_engine(self) -> Self:
        return self

    def execute(self, sql: str, *words: Any) -> None:
        assert _WITHOUT_TOKEN in sql
        with_token = f"insert_deduplicate = 1, insert_deduplication_token = '{self.token}'"
        self._real.execute(sql.replace(_WITHOUT_TOKEN, with_token), *words)


class NaiveCommit:
    def __init__(self, spool: Spool, store: Store) -> None:
        self._spool = spool
        self._store = TokenStore(store)
        self._ingest = Ingest(self._store, SystemClock())
        store.execute(_WINDOW)

    def store(self, segments: list[Segment]) -> None:
        for segment in segments:
            self._store.token = str(segment.id)
            frames = [OwnedFrame(segment, frame) for frame in segment.frames()]
            self._ingest.insert(segment.signal, rewritten(segment.signal, frames), ["flat"])
            self._spool.retire(segment)
