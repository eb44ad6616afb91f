"""The four kinds of telemetry, always in this order."""

from enum import StrEnum


class Signal(StrEnum):
    """One kind of telemetry; a segment holds one kind only."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
    EVENTS = "events"


SIGNALS = tuple(Signal)
ITEM_NAMES = {
    Signal.TRACES: "spans",
    Signal.LOGS: "log records",
    Signal.METRICS: "data points",
    Signal.EVENTS: "events",
}
