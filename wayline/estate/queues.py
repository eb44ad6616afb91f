"""Simulated brokers: messages whose headers carry the W3C trace context from producer to consumer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from wayline.estate.calls import peer
from wayline.estate.landscape import Service
from wayline.estate.story import Story
from wayline.estate.telemetry import NS_PER_S, Attributes, Severity, SpanItem, SpanRef
from wayline.estate.trouble import Effect, Place, StalledError, StepFailedError

_DELIVERIES = 3
_QUEUE_WAIT_S = (0.5, 5.0)
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class Message:
    """
    A message on a queue.

    Attributes:
        broker: Catalog system of the broker.
        conversation: Correlation id the producer put into the message properties; empty when it put none.
        headers: Carrier of the trace context.
    """

    id: str
    destination: str
    broker: str
    conversation: str
    headers: Mapping[str, str]


def publish(story: Story, broker: str, destination: str, *, conversation: bool = True) -> Message:
    """Send a message from the current service: a PRODUCER span whose context travels in the headers."""
    message_id = story.numbers.token("m-", 16)
    said = story.identifiers.get("correlation", "") if conversation else ""
    attributes = _messaging(story.landscape.service(broker), destination, message_id, said, "send")
    with story.span(story.here.system, f"send {destination}", SpanKind.PRODUCER, attributes=attributes) as item:
        story.busy(0.5, 4)
    headers: dict[str, str] = {}
    _PROPAGATOR.inject(headers, trace.set_span_in_context(trace.NonRecordingSpan(remote_context(item.ref))))
    return Message(message_id, destination, broker, said, headers)


@contextmanager
def consume(
    story: Story,
    message: Message,
    system: str,
    *,
    milestone: str = "",
    keys: tuple[str, ...] = (),
    linked: bool = False,
    first: bool = True,
) -> Iterator[SpanItem]:
    """
    Process *message* in *system* after its wait in the queue.

    Args:
        story: The transaction.
        message: What `publish` returned.
        system: The consumer.
        milestone: Reached when the block ends well.
        keys: Identifiers the consumer puts on its span.
        linked: Start a trace of its own that links to the producer, instead of continuing the producer's.
        first: It has not been delivered before.

    Raises:
        StalledError: The queue is backed up and the message is never taken.
    """
    broker = story.landscape.service(message.broker)
    with story.reaching(milestone):
        place = f"{message.broker}:{message.destination}"
        struck = story.strikes(place, Place.QUEUE, broker) if first else None
        if struck and struck.effect is Effect.BACKLOG:
            raise StalledError
        if struck:
            story.at_ns += round(struck.delay_s * NS_PER_S)
        story.wait(*_QUEUE_WAIT_S)
        producer = _extracted(message)
        attributes = _messaging(broker, message.destination, message.id, message.conversation, "process")
        if story.redelivers and first:
            _drop_duplicate(story, system, message, attributes, producer)
        with story.span(
            system,
            f"process {message.destination}",
            SpanKind.CONSUMER,
            attributes={**attributes, **story.business(milestone), **story.keys(*keys)},
            parent=None if linked else producer,
            links=(producer,) if linked else (),
        ) as item:
            yield item


def deliver(
    story: Story,
    message: Message,
    system: str,
    process: Callable[[], None],
    *,
    milestone: str = "",
    attempting: str = "",
    keys: tuple[str, ...] = (),
    linked: bool = False,
) -> None:
    """
    Let *system* process *message*, redelivered after each failure until its deliveries are used up.

    Args:
        story: The transaction.
        message: What `publish` returned.
        system: The consumer.
        process: What the consumer does with it.
        milestone: Reached when the processing ends well.
        attempting: Milestone that the consumer works towards and another system reaches.
        keys: Identifiers the consumer puts on its span.
        linked: Start a trace of its own that links to the producer, instead of continuing the producer's.
    """
    for delivery in range(1, _DELIVERIES + 1):
        try:
            with consume(
                story, message, system, milestone=milestone, keys=keys, linked=linked, first=delivery == 1
            ) as item:
                item.attributes["messaging.message.delivery_count"] = delivery
                with story.attempting(attempting) if attempting else nullcontext():
                    process()
        except StepFailedError:
            if delivery == _DELIVERIES:
                raise
            story.busy(2_000, 5_000)
        else:
            return


def _drop_duplicate(story: Story, system: str, message: Message, attributes: Attributes, producer: SpanRef) -> None:
    """At-least-once delivery: the broker hands the message over twice; the consumer drops the other copy."""
    before_ns = story.at_ns
    story.busy(400, 900)
    said: Attributes = {**attributes, "messaging.rabbitmq.message.redelivered": True}
    with story.span(system, f"process {message.destination}", SpanKind.CONSUMER, attributes=said, parent=producer):
        story.log(Severity.WARN, "message was processed before, dropped")
    story.at_ns = before_ns


def remote_context(ref: SpanRef) -> trace.SpanContext:
    """Return the API's span context of *ref* as one that came over the wire."""
    return trace.SpanContext(
        ref.trace_id, ref.span_id, is_remote=True, trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED)
    )


def _extracted(message: Message) -> SpanRef:
    context = trace.get_current_span(_PROPAGATOR.extract(message.headers)).get_span_context()
    return SpanRef(context.trace_id, context.span_id)


def _messaging(broker: Service, destination: str, message_id: str, said: str, operation: str) -> Attributes:
    attributes: Attributes = {
        **peer(broker),
        "messaging.system": "rabbitmq",
        "messaging.destination.name": destination,
        "messaging.operation.name": operation,
        "messaging.message.id": message_id,
    }
    if said:
        attributes["messaging.message.conversation_id"] = said
    return attributes
