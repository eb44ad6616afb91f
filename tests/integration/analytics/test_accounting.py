"""
Work, queue, retry and unexplained time of a transaction are those of a plain reckoning microsecond by microsecond, and
sum to what elapsed. Set ``WAYLINE_TEST_LONG`` for thousands of cases.
"""

import os
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tick_rows import CONSUMER, INTERNAL, PRODUCER, SERVER, Work

LONG = bool(os.environ.get("WAYLINE_TEST_LONG"))
PROFILE = settings(
    max_examples=60 if LONG else 4,
    deadline=None,
    # Forty cases at once would shrink for minutes; the failing one is small, and printed.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.too_slow],
)
TRANSACTIONS = 40
"""Cases in one call: they share tables and nothing else."""
TICKS = st.integers(0, 60) | st.integers(0, 6)
S = 1 / 8
"""A tick in seconds: exact in binary, so that both sides reckon the same microseconds."""


@dataclass(frozen=True)
class Given:
    """A span: times in ticks, its parent and links by number."""

    number: int
    start: int
    end: int
    kind: int
    name: str
    error: bool
    parent: int | None
    links: tuple[int, ...]


@st.composite
def spans(draw):
    made = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(TICKS)
        others = st.integers(0, number - 1) if number else st.nothing()
        made.append(
            Given(
                number,
                start,
                start + draw(st.integers(0, 30)),
                draw(st.sampled_from([INTERNAL, SERVER, PRODUCER, CONSUMER])),
                draw(st.sampled_from("ab")),
                draw(st.booleans()),
                draw(st.none() | others) if number else None,
                (draw(others),) if number and draw(st.booleans()) else (),
            )
        )
    return made, draw(st.integers(1, 100))


def reckoned(made: list[Given], lasted: int) -> tuple[int, int, int, int]:
    """Return work, queue, retry and unexplained ticks, by looking at each tick of the transaction."""
    cut = [(span, min(span.start, lasted), min(span.end, lasted)) for span in made]
    parents = {span.parent for span in made}
    retry, inner, outer, queue = set(), set(), set(), set()
    for span, start, end in cut:
        (outer if span.number in parents else inner).update(range(start, end))
        later = sorted(
            (other_start, other.number)
            for other, other_start, _ in cut
            if (other.name, other.kind) == (span.name, span.kind) and other.number != span.number
            and other_start > start
        )  # fmt: skip
        if span.error and later:
            retry.update(range(start, later[0][0]))
        takers = [
            other_start
            for other, other_start, _ in cut
            if other.kind in (SERVER, CONSUMER) and (other.parent == span.number or span.number in other.links)
        ]
        if span.kind == PRODUCER and takers:
            queue.update(range(end, min(takers)))
    work = (inner - retry) | (outer - retry - queue)
    waited = queue - retry - inner
    return len(work), len(waited), len(retry), lasted - len(work) - len(waited) - len(retry)


@pytest.fixture(scope="module")
def work(origin_store) -> Work:
    return Work(origin_store)


@PROFILE
@given(cases=st.lists(spans(), min_size=TRANSACTIONS, max_size=TRANSACTIONS))
def test_every_microsecond_is_accounted_for_once(work, cases):
    work.forget()
    for name, (made, lasted) in enumerate(cases):
        work.transaction(f"t{name}", "completed", lasted * S)
        for span in made:
            work.span(
                f"t{name}", f"s{span.number}", span.start * S, span.end * S, "erp", kind=span.kind, name=span.name,
                error=span.error, parent="" if span.parent is None else f"s{span.parent}",
                links=[(f"t{name}", f"s{link}") for link in span.links],
            )  # fmt: skip
    found = work.locate()
    for name, (made, lasted) in enumerate(cases):
        row = found[f"t{name}"]
        parts = (row.work_ms, row.queue_ms, row.retry_ms, row.unexplained_ms)
        assert sum(parts) == lasted * S * 1e3
        assert parts == tuple(ticks * S * 1e3 for ticks in reckoned(made, lasted)), made
