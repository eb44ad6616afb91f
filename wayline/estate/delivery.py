"""How evidence travels: in time, late, twice or out of order, and how a story fits into a run that ends."""

import random
from dataclasses import dataclass, replace

from wayline.estate.outcome import Ending, Told, next_due_ns
from wayline.estate.telemetry import NS_PER_S, EventItem, Item, SpanItem, shifted

_OUT_OF_ORDER_RATIO = 0.1
_OUT_OF_ORDER_S = 1.5
_RESENT_S = (1.0, 4.0)
_MARGIN_NS = 60 * NS_PER_S
_CATCH_UP_NS = NS_PER_S // 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    When a run starts and ends.

    Attributes:
        start_ns: Start of the run, Unix nanoseconds.
        end_ns: When everything has to be told; None for a run without end, where nothing is back-dated.
        short: The run is too short for a source to fall silent in its course: it is silent throughout.
        late_s: How late late evidence is.
    """

    start_ns: int
    end_ns: int | None
    short: bool
    late_s: tuple[float, float]


def fit_into_run(told: Told, arrival_ns: int, delivery: Delivery) -> None:
    """
    Back-date a story that would still be open, or not yet overdue, when the run ends.

    What is stuck has then been so for a while, what is late has ended, and what a silent source keeps to itself fell
    due inside the run. The evidence is still sent from the arrival on, in its order.
    """
    if delivery.end_ns is None:
        return
    due_ns = next_due_ns(told.flow, told.milestones, told.started_ns)
    if told.ending is Ending.STALLED and due_ns is not None:
        shift_ns = min(0, arrival_ns - _MARGIN_NS - due_ns)
    elif told.ending is Ending.UNHEARD and due_ns is not None:
        shift_ns = min(0, (delivery.start_ns + arrival_ns) // 2 - due_ns) if delivery.short else 0
    else:
        shift_ns = min(0, delivery.end_ns - told.last_send_at_ns)
    if not shift_ns:
        return
    told.items = [
        replace(shifted(item, shift_ns), send_at_ns=min(item.send_at_ns, arrival_ns + number * _CATCH_UP_NS))
        for number, item in enumerate(told.items)
    ]
    for part in (told, *told.children):
        part.started_ns += shift_ns
        for passed in part.milestones.values():
            passed.at_ns += shift_ns


def schedule_sending(told: Told, rng: random.Random, fault: str, delivery: Delivery) -> None:
    """Make evidence late (``late_events``), send it twice (``duplicate_delivery``), or now and then out of order."""
    if fault == "late_events":
        service = rng.choice([item.service for item in told.items if isinstance(item, SpanItem)])
        for item in told.items:
            if isinstance(item, EventItem) or item.service == service:
                item.send_at_ns += round(rng.uniform(*delivery.late_s) * NS_PER_S)
    elif fault == "duplicate_delivery":
        told.items += [_sent_again(item, rng) for item in told.items]
    elif rng.random() < _OUT_OF_ORDER_RATIO:
        for item in told.items:
            item.send_at_ns += round(rng.uniform(0, _OUT_OF_ORDER_S) * NS_PER_S)


def _sent_again(item: Item, rng: random.Random) -> Item:
    return replace(item, send_at_ns=item.send_at_ns + round(rng.uniform(*_RESENT_S) * NS_PER_S))
