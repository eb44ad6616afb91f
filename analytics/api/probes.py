"""Liveness, readiness and metrics of Wayline itself."""

from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from analytics.api.answers import json_answer
from core.component import Health
from core.selfmetrics import REGISTRY


def build_probe_router(health: Callable[[], list[Health]]) -> APIRouter:
    """
    Return ``/healthz``, ``/readyz`` and ``/metrics``.

    Args:
        health: Gives the state of every component, cheap enough for a probe every second.
    """
    router = APIRouter(tags=["probes"])

    @router.get("/healthz")
    def healthz() -> Response:
        """Return 200 while the process answers."""
        return json_answer({"status": "ok"})

    @router.get("/readyz")
    def readyz() -> Response:
        """Return 200 when every component does its work, 503 naming those that do not."""
        states = health()
        ready = all(state.ok for state in states)
        components = [{"name": state.name, "ok": state.ok, "detail": state.detail} for state in states]
        return json_answer(
            {"status": "ready" if ready else "not ready", "components": components}, 200 if ready else 503
        )

    @router.get("/metrics")
    def metrics() -> Response:
        """Return Wayline's own metrics in the Prometheus text format."""
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router
