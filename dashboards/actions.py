"""What buttons do: acknowledge, silence, end a silence. Everything else on the pages only reads."""

import asyncio
from datetime import timedelta
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from alerting.service import AlertService
from core.access import Scope, require, signed
from core.clock import Clock
from core.errors import WaylineError
from core.units import parse_duration
from dashboards.components import notice

ANONYMOUS = "somebody at the dashboard"


def register_alert_buttons(dash_app: Dash, alerts: AlertService, clock: Clock) -> None:
    """Connect the buttons of the alerts page; the page is drawn again after each press."""

    @dash_app.callback(
        Output("tick", "data", allow_duplicate=True),
        Output("banner", "children", allow_duplicate=True),
        Input({"action": "ack", "alert": ALL}, "n_clicks"),
        Input({"action": "silence", "alert": ALL, "length": ALL}, "n_clicks"),
        Input({"action": "unsilence", "silence": ALL}, "n_clicks"),
        State("acting-as", "value"),
        prevent_initial_call=True,
    )
    async def press(_acks: list[int], _silences: list[int], _ends: list[int], name: str | None) -> tuple[Any, Any]:
        pressed = ctx.triggered_id
        # Buttons that are drawn for the first time come here too, with no click.
        if not pressed or not any(part["value"] for part in ctx.triggered):
            return no_update, no_update
        try:
            require(Scope.OPERATE)
            await asyncio.to_thread(act, alerts, clock, dict(pressed), signed((name or "").strip() or ANONYMOUS))
        except WaylineError as error:
            return no_update, notice("bad", "That did not work.", str(error))
        return {"pressed": clock.now().isoformat()}, None


def act(alerts: AlertService, clock: Clock, pressed: dict[str, str], name: str) -> None:
    """
    Do what a button says.

    Args:
        alerts: The alert service.
        clock: Source of time.
        pressed: Identity of the button.
        name: Who pressed it.

    Raises:
        WaylineError: The alert or silence is gone, or over.
    """
    if pressed["action"] == "ack":
        alerts.ack(pressed["alert"], by=name)
    elif pressed["action"] == "unsilence":
        alerts.expire_silence(pressed["silence"])
    else:
        alert = next((row for row in alerts.read.open_alerts() if str(row["id"]) == pressed["alert"]), None)
        if alert is not None:
            alerts.silence(
                until=clock.now() + timedelta(seconds=parse_duration(pressed["length"]).seconds),
                by=name,
                reason="silenced on the alerts page",
                alertname=alert["alertname"],
                flow=alert.get("flow") or None,
            )
