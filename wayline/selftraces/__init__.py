"""Wayline's own traces through the OpenTelemetry SDK into its own spool."""

from wayline.selftraces.component import SelfTracing
from wayline.selftraces.requests import RequestSpans

__all__ = ["RequestSpans", "SelfTracing"]
