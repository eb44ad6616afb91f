"""Running the estate: tell what has arrived, send what is due, write down what it truly was."""

import heapq
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.clock import Clock
from runbooks.catalogs import Catalog
from wayline.estate.arrivals import live_arrivals, past_arrivals
from wayline.estate.cloudevents import EventSender
from wayline.estate.config import EstateConfig
from wayline.estate.delivery import Delivery
from wayline.estate.depths import QueueDepths
from wayline.estate.emit import TelemetrySender
from wayline.estate.episodes import Episodes, Schedule
from wayline.estate.incidents import Incidents
from wayline.estate.outcome import Ending, Told, cut_off, judge
from wayline.estate.telemetry import NS_PER_S, EventItem, Item, LogItem, SpanItem
from wayline.estate.teller import Arrival, Teller
from wayline.estate.trouble import NEVER_NS
from wayline.estate.truth import TruthFile

_LONGEST_SLEEP_S = 0.2
_PAST_A_ROUND = 50
_LIVE_LATE_S = (20.0, 90.0)
_SHORT_LATE_S = (4.0, 12.0)
_LIVE_PACE = 0.6


@dataclass(slots=True)
class Summary:
    """
    What a run did.

    Attributes:
        transactions: Told, children included.
        statuses: Count by true status.
        lost: Spans, log records and events that were never acknowledged; not 0 means the truth is not what was sent.
    """

    seed: int
    transactions: int = 0
    items: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    lost: int = 0


@dataclass(slots=True)
class _Open:
    told: Told
    unsent: int


class Estate:
    """
    The simulated hospital group.

    Args:
        catalog: Flows and systems to simulate.
        config: How much, how fast, where to.
        clock: Source of time.
    """

    def __init__(self, catalog: Catalog, config: EstateConfig, clock: Clock) -> None:
        self._catalog = catalog
        self._config = config
        self._clock = clock
        self.seed = config.seed if config.seed is not None else clock.now_ns() // 1_000_000 % 2**31

    def run(self, ending: threading.Event) -> Summary:
        """Send until the run is over or *ending* is set; returns when everything is acknowledged or lost."""
        start_ns = self._clock.now_ns()
        teller, past, coming = self._plan(start_ns)
        summary = Summary(self.seed)
        with TruthFile(self._config.truth) as truth:
            _Run(self._config, self._clock, teller, truth, summary).go(past, coming, start_ns, ending)
        return summary

    def _plan(self, start_ns: int) -> tuple[Teller, list[Arrival], Iterator[Arrival]]:
        config = self._config
        end_ns = None if config.duration_s is None else start_ns + round(config.duration_s * NS_PER_S)
        first_ns = start_ns - round(config.history_s * NS_PER_S)
        schedule: Schedule = (
            Incidents(self.seed, start_ns) if config.incidents else Episodes(self.seed, config.faults, first_ns, end_ns)
        )
        delivery = Delivery(
            start_ns=first_ns,
            end_ns=None if end_ns is None else end_ns + round(0.75 * config.drain_s * NS_PER_S),
            short=schedule.short,
            late_s=_SHORT_LATE_S if schedule.short else _LIVE_LATE_S,
        )
        teller = Teller(self._catalog, self.seed, schedule, delivery, config.pace or default_pace(config))
        past = past_arrivals(config, self.seed, schedule, start_ns)
        return teller, past, live_arrivals(config, self.seed, schedule, start_ns, len(past))


def default_pace(config: EstateConfig) -> float:
    """Return the factor on waits at which transactions of a run as short as this one end inside it."""
    if config.duration_s is None or config.history_s:
        return _LIVE_PACE
    return min(0.05, max(0.004, config.duration_s / 3_000))


class _Run:
    """The state of one run while it goes on."""

    def __init__(self, config: EstateConfig, clock: Clock, teller: Teller, truth: TruthFile, summary: Summary) -> None:
        self._config = config
        self._clock = clock
        self._teller = teller
        self._truth = truth
        self._summary = summary
        self._telemetry = TelemetrySender(config.endpoint, config.give_up_s, config.token.get_secret_value())
        self._events = EventSender(config.events_url, config.give_up_s, config.token.get_secret_value())
        self._depths = QueueDepths(config.endpoint, token=config.token.get_secret_value())
        self._later: list[tuple[int, int, Item, _Open]] = []
        self._stalled: list[Told] = []
        self._order = itertools.count()

    def go(self, past: list[Arrival], coming: Iterator[Arrival], start_ns: int, ending: threading.Event) -> None:
        """Work through the *past* in rounds, and between them through whatever is due now."""
        config = self._config
        stop_ns = NEVER_NS
        if config.duration_s is not None:
            stop_ns = start_ns + round((config.duration_s + config.drain_s) * NS_PER_S)
        earlier = iter(past)
        older, upcoming = next(earlier, None), next(coming, None)
        while not ending.is_set() and (older or upcoming or self._later):
            now_ns = self._clock.now_ns()
            if now_ns >= stop_ns and not older and not upcoming:
                break
            while upcoming and upcoming.at_ns <= now_ns:
                self._begin(self._teller.tell(upcoming), now_ns)
                upcoming = next(coming, None)
            self._send_due(now_ns)
            for _ in range(_PAST_A_ROUND):
                if older:
                    self._begin(self._teller.tell(older), now_ns)
                    older = next(earlier, None)
            self._events.flush()
            if not older:
                self._sleep(upcoming, ending)
        self._finish()

    def _begin(self, told: Told, now_ns: int) -> None:
        opened = _Open(told, len(told.items))
        for item in sorted(told.items, key=lambda item: item.send_at_ns):
            if item.send_at_ns <= now_ns:
                self._send(item, opened)
            else:
                heapq.heappush(self._later, (item.send_at_ns, next(self._order), item, opened))

    def _send_due(self, now_ns: int) -> None:
        while self._later and self._later[0][0] <= now_ns:
            _, _, item, opened = heapq.heappop(self._later)
            self._send(item, opened)

    def _send(self, item: Item, opened: _Open) -> None:
        if isinstance(item, SpanItem):
            self._telemetry.send_span(item)
            self._depths.notice(item)
        elif isinstance(item, LogItem):
            self._telemetry.send_log(item)
        elif isinstance(item, EventItem):
            self._events.send(item)
        self._summary.items += 1
        opened.unsent -= 1
        if not opened.unsent:
            self._settle(opened.told)

    def _settle(self, told: Told) -> None:
        """Everything of *told* is sent: write its truth now, or at the end when it stays open."""
        if told.ending in {Ending.STALLED, Ending.UNHEARD}:
            if self._config.duration_s is not None or self._config.truth:  # a run without end says no sums
                self._stalled.append(told)
        else:
            self._write(told)

    def _write(self, told: Told) -> None:
        now_ns = self._clock.now_ns()
        for part in (told, *told.children):
            line = judge(part, now_ns)
            self._truth.write(line)
            self._summary.transactions += 1
            self._summary.statuses[line.status] = self._summary.statuses.get(line.status, 0) + 1

    def _sleep(self, upcoming: Arrival | None, ending: threading.Event) -> None:
        moments = [self._later[0][0]] if self._later else []
        if upcoming:
            moments.append(upcoming.at_ns)
        if moments:
            until_s = (min(moments) - self._clock.now_ns()) / NS_PER_S
            if until_s > 0:
                ending.wait(min(until_s, _LONGEST_SLEEP_S))

    def _finish(self) -> None:
        self._telemetry.close()
        self._events.close()
        self._depths.close()
        for told in self._stalled:
            self._write(told)
        unsent = {id(opened): opened for _, _, _, opened in self._later}
        left = {id(item) for _, _, item, _ in self._later}
        for opened in unsent.values():
            self._write(cut_off(opened.told, [item for item in opened.told.items if id(item) not in left]))
        self._summary.lost = self._telemetry.lost + self._events.lost
