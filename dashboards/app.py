"""
The pages on the same ASGI application as the API.

Dash calls a synchronous callback on the event loop; everything here that reads the store is therefore async and
reads in a worker thread, so that a slow page never holds up the API or the doors.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import structlog
from dash import ClientsideFunction, Dash, Input, Output, State, ctx
from dash.backends import _fastapi as dash_fastapi  # index() wants to know the request it answers
from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from alerting.service import AlertService
from analytics.read import Reader
from core.clock import Clock
from core.errors import WaylineError
from dashboards.actions import register_alert_buttons
from dashboards.components import notice
from dashboards.config import DashboardsConfig
from dashboards.context import PageContext
from dashboards.frame import build_layout, controls, navigation
from dashboards.router import PATTERNS, DrawingFailed, draw, page_for
from dashboards.security import SecurityHeaders, content_security_policy, script_hashes
from dashboards.urlstate import path_segments, read_state
from runbooks import CatalogProvider

log = structlog.get_logger("wayline.dashboards")
ASSETS = Path(__file__).parent / "assets"
_NEVER_MS = 3_600_000
_NOT_PAGES = ("api/", "v1/", "assets/", "_dash")
_INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
    <link rel="preload" href="/assets/fonts/inter-latin-wght-normal.woff2" as="font" type="font/woff2" crossorigin>
    <script src="/assets/boot.js"></script>
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>
      {%config%}
      {%scripts%}
      {%renderer%}
    </footer>
  </body>
</html>"""


def build_dash(
    server: FastAPI,
    reader: Reader,
    alerts: AlertService,
    catalog_provider: CatalogProvider,
    clock: Clock,
    config: DashboardsConfig,
    endpoints: Sequence[tuple[str, str]] = (),
) -> None:
    """
    Mount the pages at / on *server*; routes that *server* has, or gets later, go before them.

    Args:
        server: The application that also holds the API.
        reader: Transactions, flows, systems, runbooks.
        alerts: The alert service.
        catalog_provider: The catalog in force.
        clock: Source of time.
        config: Settings of the pages.
        endpoints: Where telemetry is sent, as (name, address); shown while nothing is stored yet.
    """
    if not config.enabled:
        return
    options: dict[str, Any] = {"server": server, "update_title": None}  # Dash's annotations forget both
    dash_app = Dash(
        "wayline-dashboards",
        **options,
        assets_folder=str(ASSETS),
        assets_ignore=r"^boot\.js$",
        title=config.title,
        index_string=_INDEX,
        suppress_callback_exceptions=True,
        add_log_handler=False,
        use_pages=False,
        meta_tags=[{"name": "color-scheme", "content": "light dark"}],
    )
    dash_app.layout = build_layout(config)
    artist = Artist(reader, alerts, catalog_provider, clock, config, tuple(endpoints) or _local_endpoints())
    _register_drawing(dash_app, artist)
    register_alert_buttons(dash_app, alerts, clock)
    _register_browser_side(dash_app)
    _mount(server, dash_app)


def _local_endpoints() -> tuple[tuple[str, str], ...]:
    return (
        ("OTLP/gRPC", "127.0.0.1:4317"),
        ("OTLP/HTTP", "http://127.0.0.1:4318"),
        ("CloudEvents", "POST http://127.0.0.1:8080/api/v1/events"),
    )


class Artist:
    """
    Draws pages in worker threads.

    Args:
        reader: Transactions, flows, systems, runbooks.
        alerts: The alert service.
        catalogs: The catalog in force.
        clock: Source of time.
        config: Settings of the pages.
        endpoints: Where telemetry is sent.
    """

    def __init__(
        self,
        reader: Reader,
        alerts: AlertService,
        catalogs: CatalogProvider,
        clock: Clock,
        config: DashboardsConfig,
        endpoints: tuple[tuple[str, str], ...],
    ) -> None:
        self.reader = reader
        self.alerts = alerts
        self.catalogs = catalogs
        self.clock = clock
        self.config = config
        self.endpoints = endpoints

    def context(self, path: str | None, search: str | None, browser_zone: str) -> PageContext:
        """Understand an address at the present time."""
        now = self.clock.now()
        state = read_state(
            path,
            search,
            now=now,
            default_range=self.config.default_range,
            default_refresh_s=self.config.refresh_s,
            browser_zone=browser_zone,
        )
        return PageContext(
            self.reader,
            self.alerts,
            state,
            self.catalogs.current(),
            now,
            self.config,
            self.endpoints,
            "; ".join(found.message for found in self.catalogs.notices()),
        )

    def draw(self, path: str | None, search: str | None, browser_zone: str) -> list[Any]:
        """
        Return what fills the frame at an address that was just opened.

        Args:
            path: Path of the address.
            search: Query of the address.
            browser_zone: IANA zone of the reader.
        """
        context = self.context(path, search, browser_zone)
        try:
            page, failed = draw(context), False
        except DrawingFailed as failure:
            page, failed = failure.page, True
        refresh_ms = context.state.refresh_s * 1000
        drawn = {"title": f"{page.title} \u00b7 {self.config.title}", "refresh_ms": refresh_ms, "failed": failed}
        return [
            page.body,
            navigation(context.state, page.section, self._open_alerts()),
            controls(context.state, context.now),
            _misunderstood(context),
            drawn,
            refresh_ms or _NEVER_MS,
            refresh_ms == 0,
        ]

    def redraw(self, path: str | None, search: str | None, browser_zone: str) -> list[Any]:
        """
        Return the same page as it is now, for the browser to compare with what it shows.

        A failure leaves on the screen what is there and says above it that it grows old.
        """
        context = self.context(path, search, browser_zone)
        try:
            page = draw(context)
        except DrawingFailed as failure:
            return [{"failed": True}, failure.banner]
        fresh = {
            "path": path,
            "search": search or "",
            "title": f"{page.title} \u00b7 {self.config.title}",
            "page": page.body,
            "nav": navigation(context.state, page.section, self._open_alerts()),
        }
        return [fresh, _misunderstood(context)]

    def _open_alerts(self) -> int | None:
        try:
            return len(self.alerts.read.open_alerts())
        except WaylineError:
            log.warning("navigation_alerts_error")
            return None


def _misunderstood(context: PageContext) -> Any:
    problem = context.state.problem
    return notice("warn", "Part of the address was not understood.", problem) if problem else None


def _register_drawing(dash_app: Dash, artist: Artist) -> None:
    @dash_app.callback(
        Output("page", "children"),
        Output("nav", "children"),
        Output("controls", "children"),
        Output("banner", "children"),
        Output("drawn", "data"),
        Output("metronome", "interval"),
        Output("metronome", "disabled"),
        Input("url", "pathname"),
        Input("url", "search"),
    )
    async def show(path: str | None, search: str | None) -> list[Any]:
        return await asyncio.to_thread(artist.draw, path, search, _browser_zone())

    @dash_app.callback(
        Output("fresh", "data"),
        Output("banner", "children", allow_duplicate=True),
        Input("tick", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    async def refresh(_tick: Any, path: str | None, search: str | None) -> list[Any]:
        return await asyncio.to_thread(artist.redraw, path, search, _browser_zone())


def _browser_zone() -> str:
    return unquote(ctx.cookies.get("wayline_zone", ""))


def _register_browser_side(dash_app: Any) -> None:
    def run(name: str, *parts: Any, **options: Any) -> None:
        dash_app.clientside_callback(ClientsideFunction("wayline", name), *parts, **options)

    run("tick", Output("tick", "data"), Input("metronome", "n_intervals"), prevent_initial_call=True)
    run("refreshed", Output("noticed", "data", allow_duplicate=True), Input("fresh", "data"), prevent_initial_call=True)
    run("noticed", Output("noticed", "data"), Input("drawn", "data"), prevent_initial_call=True)
    run(
        "search",
        Output("url", "href"),
        Output("search", "value"),
        Input("search", "n_submit"),
        State("search", "value"),
        prevent_initial_call=True,
    )
    run(
        "range",
        Output("url", "href", allow_duplicate=True),
        Input("range-apply", "n_clicks"),
        Input("since-input", "n_submit"),
        Input("until-input", "n_submit"),
        State("since-input", "value"),
        State("until-input", "value"),
        prevent_initial_call=True,
    )
    for figure in ("flow-throughput", "flow-latency"):
        run(
            "zoom",
            Output("url", "href", allow_duplicate=True),
            Input(figure, "relayoutData"),
            prevent_initial_call=True,
        )


def _mount(server: FastAPI, dash_app: Any) -> None:
    current_request: Any = dash_fastapi._current_request_var  # noqa: SLF001  # Dash has no public way to name the request

    async def index(request: Request) -> Response:
        token = current_request.set(request)
        try:
            known = page_for(path_segments(request.scope.get("raw_path", b"").decode("ascii", "replace"))) is not None
            return Response(dash_app.index(), media_type="text/html", status_code=200 if known else 404)
        finally:
            current_request.reset(token)

    for pattern in PATTERNS:
        server.add_api_route(pattern, index, methods=["GET", "HEAD"], include_in_schema=False)
    unmatched = server.router.default

    async def anything_else(scope: Scope, receive: Receive, send: Send) -> None:
        page_wanted = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if page_wanted and not scope["path"].lstrip("/").startswith(_NOT_PAGES):
            await (await index(Request(scope, receive)))(scope, receive, send)
        else:
            await unmatched(scope, receive, send)

    # Dash's own catch-all is a route: it would answer 200 with a page to unknown addresses of the API.
    server.router.default = anything_else
    dash_app.backend._setup_catchall = _no_route  # noqa: SLF001  # Dash has no public switch for its catch-all
    dash_app._setup_server()  # noqa: SLF001  # else the first visit to a deep link would come without style sheets
    server.add_middleware(SecurityHeaders, policy=content_security_policy(script_hashes(dash_app)))


def _no_route() -> None:
    """Stand for Dash's catch-all route."""
