"""Steps between services: work inside one, calls to another, statements to a database, and how each of them fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import SpanKind

from wayline.estate.landscape import Service
from wayline.estate.story import Story
from wayline.estate.telemetry import NS_PER_S, Attributes
from wayline.estate.trouble import Effect, Place, StepFailedError, Trouble

_TIMEOUT_S = 2.0
_ANSWERS_LATE_RATIO = 0.6
_SERVICE_UNAVAILABLE = 503


def work(story: Story, name: str, low_ms: float = 3, high_ms: float = 40) -> None:
    """Do a named piece of work in the current service; it may fail there."""
    service = story.here
    struck = story.strikes(f"{service.system}:{name}", Place.WORK, service)
    with story.span(service.system, name):
        story.busy(low_ms, high_ms)
        if struck:
            story.complain(struck.failure)
            raise StepFailedError(struck.failure)


@contextmanager
def call(story: Story, system: str, name: str, *, attempts: int = 2, remote: bool = False) -> Iterator[None]:
    """
    Call another system: CLIENT span here, SERVER span there; the block is what happens over there.

    Args:
        story: The transaction.
        system: Who is called.
        name: Operation in the form ``POST /path``.
        attempts: Tries in all before the caller gives up.
        remote: The other side sends no telemetry.
    """
    here, there = story.here, story.landscape.service(system)
    key = f"{here.system}>{system}:{name}"
    for attempt in range(1, attempts + 1):
        struck = story.strikes(key, Place.CALL, there, retry=attempt > 1)
        if struck is None:
            break
        _failed_call(story, there, name, struck, resend=attempt - 1, remote=remote)
        if attempt == attempts:
            raise StepFailedError(struck.failure)
        story.wait(2.0 * attempt, 5.0 * attempt)
    with story.span(here.system, name, SpanKind.CLIENT, attributes={**_http(name), **peer(there)}):
        if remote:
            story.busy(40, 400)
            yield
        else:
            with story.span(system, name, SpanKind.SERVER, attributes=_http(name)):
                story.busy(2, 30)
                yield


def _failed_call(story: Story, there: Service, name: str, struck: Trouble, *, resend: int, remote: bool) -> None:
    attributes = {**_http(name), **peer(there), "http.request.resend_count": resend}
    with story.span(story.here.system, name, SpanKind.CLIENT, attributes=attributes) as client:
        if struck.effect is Effect.TIMEOUT:
            _answer_too_late(story, there, name)
        elif struck.effect is Effect.UNREACHABLE or remote:
            story.busy(20, 300)
        else:
            with story.span(there.system, name, SpanKind.SERVER, attributes=_http(name)) as server:
                story.busy(5, 60)
                server.attributes["http.response.status_code"] = _SERVICE_UNAVAILABLE
                story.complain(struck.failure)
        if struck.effect is Effect.ERROR:
            client.attributes["http.response.status_code"] = _SERVICE_UNAVAILABLE
        story.complain(struck.failure)


def _answer_too_late(story: Story, there: Service, name: str) -> None:
    """The other side answers after the caller has hung up, or is never seen to answer at all."""
    started_ns = story.at_ns
    if story.numbers.rng.random() < _ANSWERS_LATE_RATIO:
        with story.span(there.system, name, SpanKind.SERVER, attributes=_http(name)) as server:
            story.busy(_TIMEOUT_S * 1_100, _TIMEOUT_S * 1_900)
        server.attributes["http.response.status_code"] = 200
    story.at_ns = started_ns + round(_TIMEOUT_S * NS_PER_S)


def database(story: Story, system: str, statement: str, table: str, *, attempts: int = 2) -> None:
    """Run a statement from the current service; the database itself sends no telemetry."""
    there = story.landscape.service(system)
    name = f"{statement} {table}"
    attributes: Attributes = {
        **peer(there),
        "db.system.name": "oracle.db",
        "db.operation.name": statement,
        "db.collection.name": table,
    }
    for attempt in range(1, attempts + 1):
        struck = story.strikes(f"{system}:{name}", Place.DATABASE, there, retry=attempt > 1)
        with story.span(story.here.system, name, SpanKind.CLIENT, attributes=attributes):
            story.busy(1, 25)
            if struck:
                story.complain(struck.failure)
        if struck is None:
            return
        if attempt == attempts:
            raise StepFailedError(struck.failure)
        story.busy(50, 200)


def peer(there: Service) -> Attributes:
    """Return the attributes by which a CLIENT or PRODUCER span names the other side."""
    return {"peer.service": there.name, "server.address": there.name}


def _http(name: str) -> Attributes:
    method, _, path = name.partition(" ")
    return {"http.request.method": method, "url.path": path} if path.startswith("/") else {}
