"""
The catalogue of Wayline's own metrics: every name, kind, unit and help text in one place.

Components import the metric they feed; ``/metrics`` renders the whole registry. Labels never carry a value
from telemetry.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

_SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Counter:
    """Declare a counter; *name* without the ``_total`` that the exposition format appends."""
    return Counter(name, help_text, labels, registry=REGISTRY)


def gauge(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Gauge:
    """Declare a gauge."""
    return Gauge(name, help_text, labels, registry=REGISTRY)


def histogram(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Histogram:
    """Declare a histogram of seconds."""
    return Histogram(name, help_text, labels, buckets=_SECONDS_BUCKETS, registry=REGISTRY)


ACCEPTED_ITEMS = counter(
    "wayline_collector_accepted_items",
    "Spans, log records, data points and events acknowledged",
    ("signal", "transport"),
)
REFUSED_REQUESTS = counter(
    "wayline_collector_refused_requests", "Requests not acknowledged, by reason", ("signal", "reason")
)
SPOOL_BYTES = gauge("wayline_spool_bytes", "Bytes acknowledged and not yet retired")
SPOOL_SEGMENTS = gauge("wayline_spool_segments", "Segments acknowledged and not yet retired")
SPOOLED_BYTES = counter("wayline_spool_spooled_bytes", "Bytes of requests written and synced to the spool", ("signal",))
RETIRED_SEGMENTS = counter("wayline_spool_retired_segments", "Segments stored, verified and let go of", ("signal",))
RETIRED_BYTES = counter("wayline_spool_retired_bytes", "Bytes of those segments", ("signal",))
SPOOL_MISSING_SEGMENTS = gauge(
    "wayline_spool_missing_segments", "Segments that vanished before they were stored, until someone deals with them"
)
FSYNC_SECONDS = histogram("wayline_spool_fsync_seconds", "Time of one group fsync")
DECODE_SECONDS = histogram(
    "wayline_flush_decode_seconds", "Time of the engine's decode-and-insert statement", ("signal",)
)
STORED_ROWS = counter("wayline_flush_stored_rows", "Rows stored and verified", ("signal",))
DEAD_LETTERS = counter(
    "wayline_dead_letters", "Frames moved to the dead-letter folder, by reason", ("signal", "reason")
)
DEAD_LETTER_BYTES = gauge("wayline_dead_letter_bytes", "Bytes in the dead-letter folder")
BROKEN_PARTS = gauge("wayline_store_broken_parts", "Parts that the engine could not read at its start and set aside")
INGEST_LAG_SECONDS = gauge("wayline_ingest_lag_seconds", "Age of the oldest acknowledged frame that is not yet stored")
TICK_SECONDS = histogram("wayline_correlate_tick_seconds", "Time of one correlation tick")
TICK_OBSERVATIONS = counter("wayline_correlate_observations", "Observations correlated")
NOTIFICATIONS = counter(
    "wayline_alerting_notifications", "Notifications by channel type and result", ("channel_type", "result")
)
