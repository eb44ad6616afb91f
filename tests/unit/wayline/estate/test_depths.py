from opentelemetry.trace import SpanKind

from wayline.estate.depths import QueueDepths
from wayline.estate.telemetry import SpanItem, SpanRef


def message(kind: SpanKind, number: int) -> SpanItem:
    return SpanItem(
        service="any",
        name="x",
        kind=kind,
        ref=SpanRef(1, number + 1),
        parent=None,
        start_ns=1,
        end_ns=2,
        attributes={
            "server.address": "order-queue",
            "messaging.destination.name": "orders.outbound",
            "messaging.message.id": f"m-{number}",
        },
    )


def test_depth_counts_each_message_once_whatever_is_sent_twice_or_out_of_order():
    depths = QueueDepths("127.0.0.1:1", metered=False)
    for item in (
        message(SpanKind.PRODUCER, 1),
        message(SpanKind.PRODUCER, 1),
        message(SpanKind.CONSUMER, 2),
        message(SpanKind.PRODUCER, 2),
        message(SpanKind.PRODUCER, 3),
        message(SpanKind.CONSUMER, 3),
        message(SpanKind.CONSUMER, 3),
        message(SpanKind.INTERNAL, 4),
    ):
        depths.notice(item)
    assert depths.depth("order-queue", "orders.outbound") == 1
