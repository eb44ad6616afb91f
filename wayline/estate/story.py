"""
Telling one business transaction: a cursor in time, the open spans, the milestones passed.

A flow is a plain function that tells its steps to a `Story`; trouble strikes at one named place and unwinds as an
exception, so that every span around it reports the error exactly as real callers do.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.trace import SpanKind

from wayline.estate.keys import Numbers
from wayline.estate.landscape import Landscape, Service
from wayline.estate.passages import Child, Passed
from wayline.estate.telemetry import (
    NS_PER_MS,
    NS_PER_S,
    Attributes,
    Failure,
    Item,
    LogItem,
    Severity,
    SpanItem,
    SpanRef,
)
from wayline.estate.trouble import Place, StepFailedError, Touch, Trouble


def _always_heard(_system: str, _at_ns: int) -> int | None:
    return None


@dataclass(slots=True, kw_only=True)
class Story:
    """
    One transaction being told.

    Attributes:
        flow: Flow name.
        numbers: Ids and randomness of this transaction.
        landscape: Systems of the catalog.
        at_ns: The cursor: what is told next happens now.
        pace: Factor on waiting times between steps; 1.0 is natural, service times are never scaled.
        trouble: What goes wrong, if anything.
        redelivers: Every broker hands each message over twice.
        silent_until: Until when a system's events of a moment are not heard; None when they are heard at once.
        supplier_rule: ``special``, ``ordinary`` or ``any``: which supplier the transaction deals with.
        batch_size: Children, for flows that have any.
        batch_rejects: How many of the children fail.
        identifiers: Business keys by identifier type.
        items: Everything told so far, in the order of telling.
        touches: Every place where trouble could have struck.
        milestones: What became of the milestones told so far.
        children: Transactions of the batch.
    """

    flow: str
    numbers: Numbers
    landscape: Landscape
    at_ns: int
    pace: float = 1.0
    trouble: Trouble | None = None
    redelivers: bool = False
    silent_until: Callable[[str, int], int | None] = _always_heard
    supplier_rule: str = "any"
    batch_size: int = 8
    batch_rejects: int = 0
    identifiers: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    milestones: dict[str, Passed] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    _stack: list[tuple[Service, SpanItem]] = field(default_factory=list)
    _milestone: str = ""
    _struck: int = 0

    def wait(self, low_s: float, high_s: float) -> None:
        """Let business time pass between two steps, uniform in the interval, scaled by the pace."""
        self.at_ns += round(self.numbers.rng.uniform(low_s, high_s) * self.pace * NS_PER_S)

    def busy(self, low_ms: float, high_ms: float) -> None:
        """Let service time pass; never scaled."""
        self.at_ns += round(self.numbers.rng.uniform(low_ms, high_ms) * NS_PER_MS)

    @property
    def here(self) -> Service:
        """The service of the innermost open span."""
        return self._stack[-1][0]

    def keys(self, *types: str) -> Attributes:
        """Return attributes carrying the named identifiers, each under one of the names the catalog knows."""
        attributes: Attributes = {}
        for kind in types:
            if kind in self.identifiers:
                names = self.landscape.attribute_names(kind)
                attributes[self.numbers.rng.choice(names)] = self.identifiers[kind]
        return attributes

    def business(self, milestone: str) -> Attributes:
        """Return the convention attributes of a span at which *milestone* happens."""
        attributes: Attributes = {"business.flow": self.flow}
        if milestone:
            attributes["business.milestone"] = milestone
        return attributes

    @contextmanager
    def span(
        self,
        system: str,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        *,
        attributes: Attributes | None = None,
        parent: SpanRef | None = None,
        links: tuple[SpanRef, ...] = (),
    ) -> Iterator[SpanItem]:
        """Open a span of *system*, child of *parent*, else of the innermost open span, else a root."""
        service = self.landscape.service(system)
        above = parent or (self._stack[-1][1].ref if self._stack and not links else None)
        item = SpanItem(
            service=service.name,
            name=name,
            kind=kind,
            ref=self.numbers.span(above.trace_id if above else None),
            parent=above,
            start_ns=self.at_ns,
            end_ns=self.at_ns,
            attributes=dict(attributes or {}),
            links=links,
        )
        self.items.append(item)
        self._stack.append((service, item))
        self.busy(0.2, 3)
        try:
            yield item
        except StepFailedError as error:
            self.report_error(item, error.failure)
            raise
        finally:
            self.busy(0.1, 2)
            item.end_ns = item.send_at_ns = self.at_ns
            self._stack.pop()

    @contextmanager
    def step(
        self,
        system: str,
        name: str,
        *,
        milestone: str = "",
        keys: tuple[str, ...] = ("correlation",),
        kind: SpanKind = SpanKind.INTERNAL,
        said_as: str = "",
    ) -> Iterator[SpanItem]:
        """
        Open a span that carries business *keys* and, when the block ends well, reaches *milestone*.

        *said_as* is the value of the milestone attribute where it differs from the name in the catalog.
        """
        said = {**self.business(said_as or milestone), **self.keys(*keys)}
        with self.reaching(milestone), self.span(system, name, kind, attributes=said) as item:
            yield item

    @contextmanager
    def reaching(self, milestone: str) -> Iterator[None]:
        """Note *milestone* as done when the block ends, as failed when a step inside failed for good."""
        outer = self._milestone
        self._milestone = milestone or outer
        try:
            yield
        except StepFailedError:
            if milestone:
                self.milestones[milestone] = Passed("failed", self.at_ns)
            raise
        finally:
            self._milestone = outer
        if milestone:
            self.milestones[milestone] = Passed("done", self.at_ns)

    @contextmanager
    def attempting(self, milestone: str) -> Iterator[None]:
        """Let the innermost span name *milestone* as what failed, when the block fails before anyone else did."""
        try:
            yield
        except StepFailedError:
            passed = self.milestones.get(milestone)
            if passed is None or passed.status != "failed":
                self._stack[-1][1].attributes["business.milestone"] = milestone
            self.milestones[milestone] = Passed("failed", self.at_ns)
            raise

    def log(self, severity: Severity, body: str, *, keys: tuple[str, ...] = ()) -> None:
        """Write a log line in the innermost open span."""
        service, item = self._stack[-1]
        said = self.keys(*keys)
        self.items.append(
            LogItem(
                service=service.name,
                at_ns=self.at_ns,
                severity=severity,
                body=body,
                attributes=said,
                span=item.ref,
                send_at_ns=self.at_ns,
            )
        )

    def complain(self, failure: Failure) -> None:
        """Mark the innermost span as failed by *failure* and log it there."""
        item = self._stack[-1][1]
        item.failure = item.failure or failure
        item.attributes["error.type"] = failure.error_type
        self.log(Severity.ERROR, f"{failure.error_type}: {failure.message}")

    def report_error(self, item: SpanItem, failure: Failure) -> None:
        """Mark *item* as a caller that only passes on the error of something below it."""
        if item.failure is not None:
            return
        if item.kind is SpanKind.SERVER:
            item.attributes["http.response.status_code"] = 500
        item.failure = Failure("StepFailed", f"failed: {failure.message}")

    def strikes(self, key: str, place: Place, service: Service, *, retry: bool = False) -> Trouble | None:
        """
        Register a place where trouble may strike and return the trouble when it does.

        A *retry* is a further visit of a place already registered.
        """
        if not retry:
            self.touches.append(Touch(key, place, service.system, service.category, self._milestone))
        if self.trouble is None or self.trouble.key != key or self._struck >= self.trouble.strikes:
            return None
        self._struck += 1
        return self.trouble
