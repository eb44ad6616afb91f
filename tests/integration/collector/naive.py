"""The commit that loses: a deduplication token per segment, retried until the engine says success, nothing counted."""

from collector.decode.statements import Decode
from collector.ingest import Ingest, OwnedFrame, rewritten
from collector.segment import Segment
from collector.spool import Spool
from core.clock import SystemClock
from storage.store import Store

_WITHOUT_TOKEN = "insert_deduplicate = 0"
_WINDOW = "ALTER TABLE spans MODIFY SETTING non_replicated_deduplication_window = 1000"


class TokenIngest(Ingest):
    """Inserts under a token; the engine drops what it believes to have seen."""

    token = ""

    def _insert(self, decode: Decode, path: str) -> None:
        assert _WITHOUT_TOKEN in decode.insert_sql
        with_token = f"insert_deduplicate = 1, insert_deduplication_token = '{self.token}'"
        sql = decode.insert_sql.replace(_WITHOUT_TOKEN, with_token)
        self._store.execute(sql, decode.params(path))


class NaiveCommit:
    def __init__(self, spool: Spool, store: Store) -> None:
        self._spool = spool
        self._ingest = TokenIngest(store, SystemClock())
        store.execute(_WINDOW)

    def store(self, segments: list[Segment]) -> None:
        for segment in segments:
            self._ingest.token = str(segment.id)
            frames = [OwnedFrame(segment, frame) for frame in segment.frames()]
            self._ingest.insert(segment.signal, rewritten(segment.signal, frames), "flat")
            self._spool.retire(segment)
