"""
``wayline serve`` as an object: every component in one process, started in the order of the data path backwards.

Start: state and store, catalog, correlation, alerting, pages and API, and last the doors. Stop: the doors first,
so that nothing is acknowledged that could not be flushed.
"""

import contextlib
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from alerting.api import build_router as build_alert_router
from alerting.service import AlertService
from analytics.api import HeadAsGet, build_probe_router, build_router, install_problem_handlers
from analytics.correlate import Correlator
from analytics.drafts.api import build_drafts_router
from analytics.read import Reader
from analytics.reindex import Reindexer
from analytics.reindex.api import build_reindex_router
from collector.api import build_events_router
from collector.auth import TokenDoor
from collector.keys import load_key
from collector.letters_api import build_letters_router
from collector.redaction_rules import RedactionRules
from collector.service import CollectorService
from core.access import in_address
from core.clock import Clock, SystemClock
from core.component import Component, Health
from core.errors import ConfigError
from core.heap import keep_freed_memory, settle_heap
from core.tls import ServerTls
from core.turns import take_short_turns
from dashboards.app import build_dash
from runbooks import CatalogProvider
from storage.compact import Compactor
from storage.migrate import apply_migrations
from storage.state import open_state
from storage.store import Store, open_store
from storage.token_watch import TokenWatch
from storage.tokens import TokenBook
from wayline.access.beyond import asks_for_credentials, own_names, refuse_open_ports
from wayline.access.guard import Guard
from wayline.access.sessions import Sessions
from wayline.access.signin import build_sign_in_router
from wayline.api_docs import add_api_docs
from wayline.logs import configure_logging, log_dying_threads
from wayline.roles import EVERYTHING, Role, alerting_part, refuse_embedded
from wayline.selftraces import RequestSpans, SelfTracing
from wayline.settings import Settings

log = structlog.get_logger("wayline.serve")
_POLL_S = 0.02


class Wayline:
    """
    All components on one store, and the ASGI application that shows them.

    Args:
        settings: Composed settings.
        clock: Source of time.
        doors: False for no OTLP ports, e.g. for an import into the folder of a stopped server.
        roles: What this process does, where several share store and state.
    """

    def __init__(
        self, settings: Settings, clock: Clock | None = None, *, doors: bool = True, roles: frozenset[Role] = EVERYTHING
    ) -> None:
        self.settings = settings
        self.roles = roles
        self.clock = clock or SystemClock()
        refuse_embedded(settings, roles)
        data = settings.server.data
        data.mkdir(parents=True, exist_ok=True)
        # The embedded engine keeps its compiled message schemas in the current directory and nowhere else.
        os.chdir(data)
        self.state = open_state(settings.server.state_url or data)
        access = settings.access
        self.tokens = TokenWatch(
            TokenBook(self.state),
            self.clock,
            refresh_s=access.token_refresh_s,
            stale_after_s=access.token_stale_after_s,
        )
        self.tokens.refresh()
        if doors:
            refuse_open_ports(settings, self.tokens)
        self.tls = ServerTls(settings.server.tls) if settings.server.tls.is_on else None
        self.store: Store = open_store(settings.storage)
        apply_migrations(self.store)
        self.catalog = CatalogProvider(settings.catalog.dirs or None, self.clock)
        self._collector = self._build_collector(data, doors=doors) if Role.COLLECT in roles else None
        self.reader = Reader(self.store, self.catalog, self.clock, pseudonyms=self._redaction_rules(data).pseudonyms)
        holder = f"{socket.gethostname()}:{settings.server.port}"  # the same after a restart
        self.correlator = Correlator(self.store, self.catalog, self.clock, settings.correlate, holder)
        self.alerts = AlertService(
            self.store,
            self.state,
            self.catalog,
            self.clock,
            settings.alerting,
            self.public_url,
            part=alerting_part(roles),
        )
        self.reindexer = Reindexer(self.store, self.correlator, self.catalog, self.clock, settings.correlate)
        if Role.CORRELATE in roles:
            self.reindexer.recover()
        self.components: list[Component] = self._choose_components()
        self.app = self._build_app()

    @property
    def public_url(self) -> str:
        """Address under which people reach the pages, without a trailing slash."""
        server = self.settings.server
        scheme = "https" if server.tls.is_on else "http"
        host = socket.gethostname() if server.host in ("0.0.0.0", "::") else server.host  # noqa: S104  # compared, not bound
        return (server.public_url or f"{scheme}://{in_address(host)}:{server.port}").rstrip("/")

    @property
    def endpoints(self) -> tuple[tuple[str, str], ...]:
        """Where telemetry and business events are sent, as (name, address)."""
        collector = self.settings.collector
        host = in_address(collector.host)
        return (
            ("OTLP/gRPC", f"{host}:{collector.grpc_port}"),
            ("OTLP/HTTP", f"{'https' if collector.tls.is_on else 'http'}://{host}:{collector.http_port}"),
            ("CloudEvents", f"POST {self.public_url}/api/v1/events"),
        )

    @property
    def collector(self) -> CollectorService:
        """
        The collector.

        Raises:
            ConfigError: This process does not collect.
        """
        if self._collector is None:
            raise ConfigError("this process does not collect", remedy="run wayline collect or wayline serve")
        return self._collector

    def _choose_components(self) -> list[Component]:
        chosen: list[Component] = [self.tokens]
        if self.roles & {Role.ALERT, Role.DASHBOARD}:
            chosen.append(self.alerts)
        if Role.CORRELATE in self.roles:
            chosen += [self.correlator, self.reindexer]
            storage = self.settings.storage
            if storage.compact_at and not storage.url:
                chosen.append(Compactor(self.store, self.clock, storage.compact_at))
        if self._collector is not None:
            own_traces = self._collector.accept_own_traces
            chosen += [self._collector, SelfTracing(self.settings.self_traces, version("wayline"), own_traces)]
        return chosen

    def health(self) -> list[Health]:
        """Return the state of every component."""
        return [state for component in self.components for state in component.health()]

    def start(self) -> None:
        """Start every component; on a failure stop those that had started."""
        take_short_turns()
        keep_freed_memory()
        with contextlib.ExitStack() as undo:
            for component in self.components:
                component.start()
                undo.callback(component.stop, 5.0)
            undo.pop_all()
        settle_heap()

    def stop(self) -> None:
        """Stop along the data path within the shutdown time, then close the stores."""
        for component in reversed(self.components):
            component.stop(self.settings.server.shutdown_timeout_s)
        self.close()

    def close(self) -> None:
        """Close the stores; the components must have stopped."""
        self.store.close()
        self.state.dispose()

    def _redaction_rules(self, data: Path) -> RedactionRules:
        """What a person types is looked for as it is stored: under the same key as the collector's."""
        spool = self.settings.collector.spool
        key = load_key(data / spool.key_file, spool.key.get_secret_value())
        return RedactionRules(self.catalog, *key.pseudonym_key())

    def _build_collector(self, data: Path, *, doors: bool) -> CollectorService:
        return CollectorService(
            self.store,
            self.state,
            self.catalog,
            self.clock,
            self.settings.collector,
            data,
            doors=doors,
            authenticator=self._build_authenticator(),
        )

    def _build_authenticator(self) -> TokenDoor | None:
        collector = self.settings.collector
        if not asks_for_credentials(self.settings, collector.host):
            return None
        return TokenDoor(self.tokens, knows_clients=collector.tls.asks_clients)

    def _build_app(self) -> FastAPI:
        app = FastAPI(title="Wayline", docs_url=None, openapi_url="/api/v1/openapi.json", redoc_url=None)
        install_problem_handlers(app)
        app.add_middleware(HeadAsGet)
        add_api_docs(app)
        app.include_router(build_probe_router(self.health))
        if self._collector is not None:
            app.include_router(build_events_router(self._collector))
            app.include_router(build_letters_router(self._collector.letters))
        if Role.CORRELATE in self.roles:
            app.include_router(build_reindex_router(self.reindexer))
            app.include_router(build_drafts_router(self.store, self.catalog, self.clock))
        if Role.DASHBOARD in self.roles:
            app.include_router(build_router(self.reader))
            app.include_router(build_alert_router(self.alerts))
        self._guard(app)  # before the pages, whose security headers then stand on its refusals as well
        if Role.DASHBOARD in self.roles:
            build_dash(
                app,
                self.reader,
                self.alerts,
                self.catalog,
                self.clock,
                self.settings.dashboards,
                endpoints=self.endpoints,
            )
        return app

    def _guard(self, app: FastAPI) -> None:
        sessions = Sessions(self.clock, self.settings.access.session_s)
        server = self.settings.server
        app.include_router(
            build_sign_in_router(self.tokens, sessions, is_secure=self.public_url.startswith("https://"))
        )
        app.add_middleware(
            Guard,
            watch=self.tokens,
            sessions=sessions,
            is_required=asks_for_credentials(self.settings, server.host),
            own_names=own_names(self.settings),
            knows_clients=server.tls.asks_clients,
        )
        if self.settings.self_traces.enabled:
            app.add_middleware(RequestSpans)


def run(
    settings: Settings,
    *,
    when_ready: Callable[[Wayline, threading.Event], None] | None = None,
    roles: frozenset[Role] = EVERYTHING,
) -> None:
    """
    Serve until SIGTERM or SIGINT; print the addresses when ready.

    Args:
        settings: Composed settings.
        roles: What this process does.
        when_ready: Called once with the running Wayline and an event that is set when it is to end.
    """
    configure_logging(settings.server.log_level)
    log_dying_threads()
    ending = threading.Event()
    wayline = Wayline(settings, roles=roles)
    _on_signals(ending.set)
    pages = _Pages(wayline)
    end = wayline.close
    try:
        # The pages go first: while the spool is being recovered, /readyz says how far that is.
        pages.start()
        wayline.start()
        end = wayline.stop
        announce(wayline)
        if when_ready:
            when_ready(wayline, ending)
        while not ending.wait(settings.catalog.reload_interval_s):
            _reload(wayline.catalog)
    finally:
        pages.stop()
        end()


def _reload(catalog: CatalogProvider) -> None:
    before = [notice.message for notice in catalog.notices()]
    if catalog.reload_if_changed():
        log.info("another catalog is in force", version=catalog.current().version)
    for notice in catalog.notices():
        if notice.message not in before:
            log.warning("the catalog on disk is broken, the last good one stays in force", error=notice.message)


class _Pages:
    """The main port, in a thread of its own."""

    def __init__(self, wayline: Wayline) -> None:
        self._port = wayline.settings.server.port
        self._server = uvicorn.Server(
            uvicorn.Config(
                wayline.app,
                host=wayline.settings.server.host,
                port=self._port,
                log_config=None,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=5,
                ssl_context_factory=_context_of(wayline.tls) if wayline.tls else None,
            )
        )
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(_POLL_S)
        if not self._server.started:
            raise ConfigError(f"port {self._port} cannot be opened", remedy="stop what uses it, or give --port")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


def _context_of(tls: ServerTls) -> Callable[..., ssl.SSLContext]:
    return lambda _config, _default: tls.context


def announce(wayline: Wayline) -> None:
    """Print where everything is, ending in a line that says ready."""
    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    server = wayline.settings.server
    if Role.DASHBOARD in wayline.roles:
        console.print(f"  pages      {wayline.public_url}/", markup=False)
    console.print(f"  API        {wayline.public_url}/api/v1/docs", markup=False)
    if Role.COLLECT in wayline.roles:
        scheme = "https" if wayline.settings.collector.tls.is_on else "http"
        host = in_address(wayline.settings.collector.host)
        console.print(f"  OTLP/gRPC  {host}:{wayline.collector.grpc_port}", markup=False)
        console.print(f"  OTLP/HTTP  {scheme}://{host}:{wayline.collector.http_port}", markup=False)
    console.print(f"  data       {server.data.resolve()}", markup=False)
    console.print("[green]Wayline is ready.[/green]")
    sys.stdout.flush()


def _on_signals(callback: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: callback())
