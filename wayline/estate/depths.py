"""Queue depths as gauges, one meter provider per broker, from the messages that really went through."""

from collections import Counter, OrderedDict

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.trace import SpanKind

from wayline.estate.emit import resource_of
from wayline.estate.telemetry import SpanItem

_INTERVAL_MS = 10_000
_TIMEOUT_S = 2
_REMEMBERED = 50_000


class QueueDepths:
    """
    Counts messages sent and taken, and exports the difference every ten seconds.

    Args:
        endpoint: ``host:port`` of OTLP/gRPC.
        token: Token to show; empty shows none.
        metered: Export at all; without, it only counts.
    """

    def __init__(self, endpoint: str, *, metered: bool = True, token: str = "") -> None:
        self._headers = {"authorization": f"Bearer {token}"} if token else None
        self._endpoint = endpoint
        self._metered = metered
        self._depths: Counter[tuple[str, str]] = Counter()
        self._seen: OrderedDict[tuple[str, SpanKind], None] = OrderedDict()
        self._providers: dict[str, MeterProvider] = {}
        self._meters: dict[str, Meter] = {}

    def depth(self, broker: str, destination: str) -> int:
        """Return how many messages wait in *destination* of *broker*."""
        return max(0, self._depths[broker, destination])

    def notice(self, item: SpanItem) -> None:
        """Count *item* when it is a message sent, or taken for the first time."""
        if item.kind not in {SpanKind.PRODUCER, SpanKind.CONSUMER}:
            return
        broker = str(item.attributes["server.address"])
        destination = str(item.attributes["messaging.destination.name"])
        message = str(item.attributes["messaging.message.id"])
        if not self._is_new(message, item.kind):
            return
        self._depths[broker, destination] += 1 if item.kind is SpanKind.PRODUCER else -1
        if self._metered:
            self._set(broker, destination)

    def _is_new(self, message: str, kind: SpanKind) -> bool:
        """Return False for redeliveries and for telemetry that is sent twice."""
        if (message, kind) in self._seen:
            return False
        self._seen[message, kind] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def close(self) -> None:
        """Export a last time and stop."""
        for provider in self._providers.values():
            provider.shutdown()

    def _set(self, broker: str, destination: str) -> None:
        if broker not in self._meters:
            reader = PeriodicExportingMetricReader(
                OTLPMetricExporter(endpoint=self._endpoint, insecure=True, headers=self._headers, timeout=_TIMEOUT_S),
                _INTERVAL_MS,
            )
            provider = MeterProvider([reader], resource_of(broker), shutdown_on_exit=False)
            self._providers[broker] = provider
            self._meters[broker] = provider.get_meter("wayline.estate", "1.0")
        gauge = self._meters[broker].create_gauge("messaging.queue.depth", "{message}", "Messages waiting")
        gauge.set(self.depth(broker, destination), {"messaging.destination.name": destination})
