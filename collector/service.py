"""The collector as one component: doors, spool and flusher, started against the data path and stopped along it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Engine

from collector.admission import Admission
from collector.auth import Authenticator, OpenDoor
from collector.cloud_events import Event, pack_events
from collector.config import CollectorConfig, SpoolConfig
from collector.door import Door
from collector.flush import Flusher
from collector.http_events import EventsEndpoint
from collector.intake import Accepted
from collector.keys import load_key
from collector.letter_desk import LetterDesk
from collector.otel_ingest.mover import OtelIngest
from collector.redaction_rules import RedactionRules
from collector.signals import Signal
from collector.spool import Spool
from collector.validate import Validator
from collector.webhooks import find_source
from core.clock import Clock
from core.component import Health
from runbooks import CatalogProvider
from storage.store import Store

_STORE_TIMEOUT_S = 60.0


class CollectorService:
    """
    Everything between a client and the raw tables.

    Attributes:
        is_open: Whether the spool takes anything: after its recovery.
        letters: What a person does about dead letters.

    Args:
        store: Where rows go.
        state: Relational state.
        catalog: What is monitored; holds the redaction rules.
        clock: Wall clock.
        config: Addresses, limits, spool.
        data_dir: Folder that relative paths of *config* start from.
        doors: False for no listening port, e.g. for an import straight into the data folder.
        authenticator: Judges who may send; None lets everyone in, and only on loopback.
    """

    def __init__(
        self,
        store: Store,
        state: Engine,
        catalog: CatalogProvider,
        clock: Clock,
        config: CollectorConfig,
        data_dir: Path,
        *,
        doors: bool = True,
        authenticator: Authenticator | None = None,
    ) -> None:
        self.config = config
        self._state = state
        self._catalog = catalog
        self._clock = clock
        self._has_doors = doors
        self.is_open = False
        data_dir.mkdir(parents=True, exist_ok=True)
        key = load_key(data_dir / config.spool.key_file, config.spool.key.get_secret_value())
        self.spool = Spool(_rooted(config.spool, data_dir), key, clock)
        rules = RedactionRules(catalog, *key.pseudonym_key())
        self.letters = LetterDesk(self.spool.dead_letters, self.spool.redrive, rules.redactor)
        self._flusher = Flusher(self.spool, store, clock, config.flush, rules.redactor)
        self._otel_ingest = OtelIngest(store, self.spool, Validator(config.limits), config.otel_ingest)
        self._door = Door(config, self.spool, authenticator or OpenDoor(), clock)

    @property
    def grpc_port(self) -> int:
        """Port OTLP/gRPC listens on; 0 before the start."""
        return self._door.grpc_port

    @property
    def http_port(self) -> int:
        """Port OTLP/HTTP listens on; 0 before the start."""
        return self._door.http_port

    @property
    def admission(self) -> Admission:
        """Bytes under way, over all doors."""
        return self._door.admission

    @property
    def events(self) -> EventsEndpoint:
        """The endpoint for CloudEvents."""
        return self._door.events

    def take_webhook(
        self, name: str, headers: Mapping[str, str], body: bytes, reserve: Callable[[int], None]
    ) -> Accepted:
        """
        Take what was posted to the hook of the source *name* of the catalog in force.

        Raises:
            RefusalError: It is not taken.
        """
        return self.events.take_webhook(find_source(self._catalog.current().sources, name), headers, body, reserve)

    def start(self) -> None:
        """
        Recover the spool, flush what it holds, and listen.

        Raises:
            core.errors.ConfigError: Another process uses the spool, or its key is wrong.
            OSError: An address cannot be bound.
        """
        self.spool.start()
        self.is_open = True
        self._flusher.start()
        if self._has_doors:
            self._otel_ingest.start()
            self._door.start()

    def stop(self, timeout_s: float) -> None:
        """Refuse new requests, answer those under way, flush what *timeout_s* allows; the rest stays in the spool."""
        if self._has_doors:
            self._otel_ingest.stop(timeout_s / 3)
            self._door.stop(timeout_s / 3)
        self.spool.seal_open(timeout_s / 3)
        self._flusher.stop(timeout_s)
        self.spool.stop(timeout_s)

    def health(self) -> list[Health]:
        """Return the state of doors, spool and flusher."""
        doors = self._door.health() if self._has_doors else []
        return [*doors, *self.spool.health(), *self._flusher.health(), *self._otel_ingest.health()]

    def accept_own_traces(self, payload: bytes, items: int) -> None:
        """
        Take a serialized ExportTraceServiceRequest of Wayline's own spans; returns when it is on disk.

        Raises:
            OverloadedError: No room now.
        """
        self.spool.append(Signal.TRACES, payload, items=items).result(_STORE_TIMEOUT_S)

    def accept_events(self, events: list[Event]) -> None:
        """
        Take CloudEvents in JSON form without a door; returns when they are on disk.

        Raises:
            BadDataError: One of them is not a valid event; none is taken.
            OverloadedError: No room now.
        """
        if events:
            payload = pack_events(events, self._clock.now_ns())
            self.spool.append(Signal.EVENTS, payload, items=len(events)).result(_STORE_TIMEOUT_S)


def _rooted(config: SpoolConfig, data_dir: Path) -> SpoolConfig:
    return config.model_copy(update={"path": data_dir / config.path})
