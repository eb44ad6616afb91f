"""What surrounds every page: brand, navigation, search, time range, refresh, theme."""

from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboards.components import aria, icon, link, menu
from dashboards.config import DashboardsConfig
from dashboards.formats import clock_time
from dashboards.urlstate import PRESETS, PageState

Node = Any
_SECTIONS = (
    ("overview", "Overview", "/"),
    ("transactions", "Transactions", "/transactions"),
    ("exceptions", "Exceptions", "/exceptions"),
    ("alerts", "Alerts", "/alerts"),
    ("sla", "SLA", "/sla"),
    ("queues", "Queues", "/queues"),
    ("systems", "Systems", "/systems"),
    ("runbooks", "Runbooks", "/runbooks"),
)
_PRESET_WORDS = {
    "15m": "Last 15 minutes",
    "1h": "Last hour",
    "6h": "Last 6 hours",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
}
_REFRESH = (("5s", 5), ("10s", 10), ("30s", 30), ("60s", 60), ("off", 0))


def build_layout(config: DashboardsConfig) -> Node:
    """Return the layout that stays while pages come and go."""
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Interval(id="metronome", interval=config.refresh_s * 1000 or 10_000, disabled=config.refresh_s == 0),
            dcc.Store(id="tick"),
            dcc.Store(id="drawn"),
            dcc.Store(id="fresh"),
            dcc.Store(id="noticed"),
            html.A("Skip to the page", href="#page", className="skip"),
            html.Header(
                [
                    dcc.Link([html.I(className="brand-mark"), html.Span(config.title)], href="/", className="brand"),
                    html.Nav(id="nav", **aria("Main")),
                    html.Div(
                        [
                            icon("search"),
                            dcc.Input(
                                id="search",
                                type="search",
                                placeholder="Any identifier: PO, employee, trace …",
                                autoComplete="off",
                                spellCheck=False,
                                debounce=False,
                                value="",
                            ),
                            html.Kbd("/"),
                        ],
                        className="search",
                        role="search",
                    ),
                    html.Div(id="controls", className="controls"),
                    html.Button(
                        icon("theme"),
                        id="theme",
                        className="icon-button",
                        title="Light, dark or as the system says (t)",
                        **aria("Theme"),
                    ),
                ],
                className="top",
            ),
            html.Div(id="stale", className="stale", role="alert"),
            html.Div(id="banner", className="banner"),
            html.Main(_skeleton(), id="page", className="page"),
            html.Footer(_keys(), className="foot"),
        ],
        className="app",
    )


def _skeleton() -> Node:
    return html.Div(
        [
            html.Div(className="bone bone-title"),
            html.Div(className="bone bone-wide"),
            html.Div(className="bone bone-tall"),
        ],
        className="skeleton",
        **aria("Loading"),
    )


def _keys() -> list[Node]:
    keys = (
        ("/", "search"),
        ("j k", "row"),
        ("enter", "open"),
        ("g o", "overview"),
        ("g t", "transactions"),
        ("g a", "alerts"),
        ("t", "theme"),
    )
    return [html.Span([html.Kbd(key), f" {what}"]) for key, what in keys]


def navigation(state: PageState, section: str, open_alerts: int | None) -> list[Node]:
    """Return the navigation; the number of open alerts stands beside its entry."""
    entries = []
    for name, title, path in _SECTIONS:
        badge = html.Span(str(open_alerts), className="nav-count") if name == "alerts" and open_alerts else None
        entries.append(link([title, badge], state.link(path), "nav-link on" if name == section else "nav-link"))
    return entries


def controls(state: PageState, now: datetime) -> list[Node]:
    """Return the time range with refresh and zone."""
    window = state.range
    title = _range_title(state, now)
    presets = [
        link(
            [html.I(className="tick"), _PRESET_WORDS[preset]],
            _ranged(state, range=preset, since=None, until=None),
            _item(window.text == preset),
        )
        for preset in PRESETS
    ]
    custom = html.Div(
        [
            html.Label(["From", _moment("since-input", window.since, state)]),
            html.Label(["To", _moment("until-input", window.until, state)]),
            html.Button("Look at this", id="range-apply", className="button", n_clicks=0),
        ],
        className="menu-form",
    )
    refresh = [
        link(
            [html.I(className="tick"), text if seconds else "Off"],
            state.link(refresh=text),
            _item(state.refresh_s == seconds),
        )
        for text, seconds in _REFRESH
    ]
    zones = [
        link([html.I(className="tick"), "My time zone"], state.link(tz=None), _item(not state.get("tz"))),
        link([html.I(className="tick"), "UTC"], state.link(tz="UTC"), _item(state.get("tz") == "UTC")),
    ]
    every = f"{state.refresh_s} s" if state.refresh_s else ("paused" if window.live else "fixed")
    live = html.Span([html.I(className="pulse"), every], className=f"live {'on' if state.refresh_s else ''}")
    parts = [
        *presets,
        html.Hr(),
        custom,
        html.Hr(),
        html.H3("Refresh"),
        html.Div(refresh, className="menu-row"),
        html.H3("Times in"),
        *zones,
    ]
    return [menu([html.Span(title, className="range-title"), live], parts, "menu-right range-menu")]


def _range_title(state: PageState, now: datetime) -> str:
    window = state.range
    if window.live:
        return _PRESET_WORDS.get(window.text, f"Last {window.text}")
    ends = (clock_time(moment, state.zone, now, seconds=False) for moment in (window.since, window.until))
    return " \u2013 ".join(ends)


def _ranged(state: PageState, **changes: str | None) -> str:
    # A cursor belongs to the range it was made for.
    return state.link(**{**changes, "cursor": None})


def _item(chosen: bool) -> str:
    return "menu-item on" if chosen else "menu-item"


def _moment(identity: str, moment: Any, state: PageState) -> Node:
    local = moment.astimezone(state.zone)
    return dcc.Input(id=identity, type="text", value=f"{local:%Y-%m-%dT%H:%M%z}", autoComplete="off", spellCheck=False)
