"""Edges and queues of columns of spans against what the same words say of one span after the other."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.read.hops import Hops
from analytics.read.ways import CLIENT, CONSUMER, PRODUCER, SERVER, Named, edges, waiting

NAMES = ("", "a", "b", "c", "queue")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    hop: int
    above: int
    kind: int
    service: int
    peer: int
    links: tuple[int, ...]
    is_error: bool
    chosen: bool
    at_ns: int
    duration_ns: int


def hops_of(spans: list[Span]) -> Hops:
    def column(name: str, kind: str = "i8"):
        return np.array([getattr(span, name) for span in spans], kind)

    return Hops(
        at_ns=column("at_ns"),
        duration_ns=column("duration_ns", "u8"),
        hop=column("hop", "u8"),
        above=column("above", "u8"),
        chosen=column("chosen", "u1"),
        kind=column("kind", "u1"),
        is_error=column("is_error", "u1"),
        service=column("service"),
        peer=column("peer"),
        linked=np.array([link for span in spans for link in span.links], "u8"),
        linking=np.array([row for row, span in enumerate(spans) for _ in span.links], "i8"),
        names=NAMES,
    )


def named(name: str) -> str:
    return "a" if name == "c" else name


def name_of(place: int) -> str:
    return named(NAMES[place])


spans = st.lists(
    st.builds(
        Span,
        hop=st.integers(1, 12),
        above=st.integers(0, 12),
        kind=st.integers(1, 5),
        service=st.integers(0, 3),
        peer=st.integers(0, 4),
        links=st.lists(st.integers(1, 12), max_size=3).map(tuple),
        is_error=st.booleans(),
        chosen=st.booleans(),
        at_ns=st.integers(0, 9_000_000),
        duration_ns=st.integers(0, 9_000_000),
    ),
    max_size=12,
    unique_by=lambda span: span.hop,
)


def edges_one_by_one(found: list[Span]) -> dict:
    figures = defaultdict(list)
    for span in filter(lambda span: span.chosen, found):
        own, other = name_of(span.service), name_of(span.peer)
        taken = []
        for follower in found:
            target = name_of(follower.service)
            if target in ("", own):
                continue
            by = other if span.kind == PRODUCER else ""
            if follower.above == span.hop:
                taken.append((target, "queue" if follower.kind == CONSUMER else "call", by, follower, 1))
            elif span.hop in follower.links:
                taken.append((target, "queue", by, follower, 1))
        if not taken and span.kind in (CLIENT, PRODUCER) and other not in ("", own):
            taken = [(other, "queue" if span.kind == PRODUCER else "call", "", span, 0)]
        for target, kind, by, whose, observed in taken:
            figures[own, target, kind, by].append((whose, observed))
    return figures


@given(spans)
def test_edges_are_those_of_one_span_after_the_other(found: list[Span]):
    hops = hops_of(found)
    rows = edges(hops, Named.of(hops, named), 3)
    expected = edges_one_by_one(found)
    assert {(row["source"], row["target"], row["edge_kind"], row["via"]) for row in rows} == set(expected)
    for row in rows:
        of = expected[row["source"], row["target"], row["edge_kind"], row["via"]]
        assert row["calls"] == 3 * len(of)
        assert row["errors"] == 3 * sum(span.is_error for span, _ in of)
        assert row["observed"] == max(observed for _, observed in of)
        assert row["quantiles_ms"][0] == pytest.approx(np.median([span.duration_ns / 1e6 for span, _ in of]))
    assert [row["calls"] for row in rows] == sorted((row["calls"] for row in rows), reverse=True)


@given(spans)
def test_queues_are_those_of_one_span_after_the_other(found: list[Span]):
    hops = hops_of(found)
    rows = {row["queue"]: row for row in waiting(hops, Named.of(hops, named), 1)}
    queues = defaultdict(list)
    for span in found:
        if span.chosen and span.kind == PRODUCER:
            taken = [
                other.at_ns
                for other in found
                if span.hop in other.links or (other.kind in (SERVER, CONSUMER) and other.above == span.hop)
            ]
            name = name_of(span.peer) or f"{name_of(span.service)} (unnamed)"
            queues[name].append((span, min(taken, default=None)))
    assert set(rows) == set(queues)
    for name, sent in queues.items():
        row = rows[name]
        left = [span.at_ns + span.duration_ns for span, at in sent if at is None and not span.is_error]
        waits = [
            max(at // 1_000 - (span.at_ns + span.duration_ns) // 1_000, 0) / 1e3 for span, at in sent if at is not None
        ]
        assert (row["produced"], row["consumed"], row["waiting"]) == (len(sent), len(waits), len(left))
        assert row["oldest_at"] == (_EPOCH + timedelta(microseconds=min(left) // 1_000) if left else None)
        assert row["last_at"] == _EPOCH + timedelta(microseconds=max(span.at_ns for span, _ in sent) // 1_000)
        if waits:
            assert row["wait_quantiles_ms"] == pytest.approx(np.quantile(waits, (0.5, 0.95)).tolist())


@given(spans, st.integers(1, 4))
def test_spans_split_and_joined_are_the_same_spans(found: list[Span], count: int):
    hops = hops_of(found)
    place = np.array([span.hop % count for span in found], np.int64)
    parts = hops.split(place, count)
    assert [len(part) for part in parts] == np.bincount(place, minlength=count).tolist()
    assert [set(part.hop.tolist()) for part in parts] == [
        {span.hop for span in found if span.hop % count == number} for number in range(count)
    ]
    whole = Hops.joined([part for part in parts if len(part)] or parts)
    again = {
        hop: (whole.names[whole.service[row]], sorted(whole.linked[whole.linking == row].tolist()))
        for row, hop in enumerate(whole.hop.tolist())
    }
    assert again == {span.hop: (NAMES[span.service], sorted(span.links)) for span in found}
