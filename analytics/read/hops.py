"""
What raw spans of a window tell of ways between systems: who is above whom, who links to whom, and the other sides.

They are read five minutes at a time and kept, each until there are more or fewer spans in its five minutes, so that a
page that is drawn again reads what is new. Pairs are found over the window as a whole, as if it had been read at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.clock import ns_from_datetime
from storage.sqlfiles import load_sql
from storage.store import Store

Column = NDArray[Any]
_WIDTH = timedelta(minutes=5)
_WIDTH_NS = 300_000_000_000
_MAX_KEPT = 1_000_000
"""Spans that are kept, of all windows together: some 60 bytes each."""
_OF_ITSELF = 20
"""Five minutes take as much room as so many spans, however few they hold."""


@dataclass(frozen=True)
class Hops:
    """
    Spans by column; ids are hashes of trace and span.

    Attributes:
        at_ns: When it began, Unix nanoseconds.
        duration_ns: How long it took.
        hop: The span.
        above: The span above it, 0 for none.
        chosen: Whether its trace is one of the sample, else it is here for its links.
        kind: Kind as in OTLP.
        is_error: Whether it failed.
        service: Place of its service in *names*.
        peer: Place of the other side of a call or message in *names*.
        linked: The spans that are linked to, one after the other.
        linking: For each of those the row it is linked from.
        names: Names of services and other sides.
    """

    at_ns: Column
    duration_ns: Column
    hop: Column
    above: Column
    chosen: Column
    kind: Column
    is_error: Column
    service: Column
    peer: Column
    linked: Column
    linking: Column
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.hop)

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """Return the rows of ``hops.sql``."""
        plain = {name: table.column(name).to_numpy() for name in _PLAIN}
        service, service_names = _coded(table, "service")
        peer, peer_names = _coded(table, "peer")
        links = table.column("linked").combine_chunks()
        each = np.diff(links.offsets.to_numpy())
        return cls(
            **plain,
            service=service,
            peer=peer + len(service_names),
            linked=links.flatten().to_numpy(),
            linking=np.repeat(np.arange(len(each)), each),
            names=(*service_names, *peer_names),
        )

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Return the spans for which *mask* holds."""
        kept = mask[self.linking]
        place = np.cumsum(mask) - 1
        rows = {name: getattr(self, name)[mask] for name in _ROW}
        return type(self)(**rows, linked=self.linked[kept], linking=place[self.linking[kept]], names=self.names)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the spans of *parts*, one after the other."""
        # What was read at once has the same names.
        lists = {id(part.names): part.names for part in parts}
        names = {name: place for place, name in enumerate(dict.fromkeys(chain.from_iterable(lists.values())))}
        of_list = {key: np.array([names[name] for name in of], np.int64) for key, of in lists.items()}
        of_part = [of_list[id(part.names)] for part in parts]
        first = np.cumsum([0, *(len(part) for part in parts)])
        plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in (*_PLAIN, "linked")}
        return cls(
            **plain,
            service=np.concatenate([of[part.service] for of, part in zip(of_part, parts, strict=True)]),
            peer=np.concatenate([of[part.peer] for of, part in zip(of_part, parts, strict=True)]),
            linking=np.concatenate([part.linking + at for at, part in zip(first, parts, strict=False)]),
            names=tuple(names),
        )

    def split(self, place: Column, count: int) -> list[Self]:
        """Return the spans by *place*, which is below *count*."""
        order = np.argsort(place, kind="stable")
        turned = np.empty_like(order)
        turned[order] = np.arange(len(order))
        link_order = np.argsort(turned[self.linking], kind="stable")
        linked, linking = self.linked[link_order], turned[self.linking][link_order]
        rows = {name: getattr(self, name)[order] for name in _ROW}
        ends = np.cumsum(np.bincount(place, minlength=count))
        link_ends = np.searchsorted(linking, ends)
        bounds = zip([0, *ends[:-1]], ends, [0, *link_ends[:-1]], link_ends, strict=True)
        return [
            type(self)(
                **{name: column[begin:end].copy() for name, column in rows.items()},
                linked=linked[first:last].copy(),
                linking=linking[first:last] - begin,
                names=self.names,
            )
            for begin, end, first, last in bounds
        ]

    def once(self) -> Self:
        """Return the spans, each once: one that was sent twice is stored twice."""
        _, first = np.unique(self.hop, return_index=True)
        mask = np.zeros(len(self), bool)
        mask[first] = True
        return self.where(mask)


_PLAIN = ("at_ns", "duration_ns", "hop", "above", "chosen", "kind", "is_error")
_ROW = (*_PLAIN, "service", "peer")


def _coded(table: pa.Table, name: str) -> tuple[Column, list[str]]:
    column = table.column(name).combine_chunks()
    return column.indices.to_numpy().astype(np.int64), column.dictionary.to_pylist()


_NOTHING = Hops(**{name: np.zeros(0, np.int64) for name in (*_ROW, "linking")}, linked=np.zeros(0, np.uint64), names=())


@dataclass(frozen=True)
class Sample:
    """
    The spans of a window.

    Attributes:
        hops: The spans.
        one_in: One trace in so many is among them.
    """

    hops: Hops
    one_in: int


class HopReader:
    """
    Reads the hops of windows and keeps what it read.

    Args:
        store: The engine.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[bool, int, datetime], tuple[int, Hops]] = OrderedDict()

    def read(self, since: datetime, until: datetime, enough: int, *, every: bool) -> Sample:
        """
        Return the spans of [since, until), about *enough* of them at most.

        Args:
            since: Start, aware.
            until: End, aware.
            enough: Of more spans whole traces are left out, but for spans that link to those that stay.
            every: Whether all kinds of span are wanted, not those alone that move messages.
        """
        counts = self._store.rows(load_sql("analytics.read", "sql/span_counts"), {"since": since, "until": until})
        one_in = _one_in(sum(row["inside"] for row in counts), enough)
        spans = {row["bucket"]: row["spans"] for row in counts}
        with self._lock:
            kept = {at: self._kept.get((every, one_in, at), (-1, None)) for at in spans}
        parts = {at: hops for at, (count, hops) in kept.items() if hops is not None and count == spans[at]}
        for first, last in _stretches(at for at in spans if at not in parts):
            parts |= self._read(first, last, one_in, every=every)
        found = {at: parts[at] for at in spans if at in parts}
        self._keep({(every, one_in, at): (spans[at], hops) for at, hops in found.items()})
        hops = Hops.joined([*found.values()] or [_NOTHING])
        inside = (hops.at_ns >= ns_from_datetime(since)) & (hops.at_ns < ns_from_datetime(until))
        return Sample(hops.where(inside).once(), one_in)

    def _read(self, first: datetime, last: datetime, one_in: int, *, every: bool) -> dict[datetime, Hops]:
        """Return the hops of each five minutes from *first* to *last*."""
        params = {"first": first, "last": last, "one_in": one_in, "every": int(every)}
        hops = Hops.of(self._store.arrow(load_sql("analytics.read", "sql/hops"), params))
        count = (last - first) // _WIDTH + 1
        place = np.clip((hops.at_ns - ns_from_datetime(first)) // _WIDTH_NS, 0, count - 1)
        return {first + number * _WIDTH: part for number, part in enumerate(hops.split(place, count))}

    def _keep(self, read: dict[tuple[bool, int, datetime], tuple[int, Hops]]) -> None:
        with self._lock:
            for key, found in read.items():
                self._kept[key] = found
                self._kept.move_to_end(key)
            held = sum(len(hops) + _OF_ITSELF for _, hops in self._kept.values())
            while held > _MAX_KEPT:
                _, (_, hops) = self._kept.popitem(last=False)
                held -= len(hops) + _OF_ITSELF


def _one_in(spans: int, enough: int) -> int:
    """Return how many traces there are to one that is looked at: a power of two, so that it seldom changes."""
    times = -(-spans // enough)
    return 1 << (times - 1).bit_length() if times > 1 else 1


def _stretches(buckets: Iterable[datetime]) -> Iterable[tuple[datetime, datetime]]:
    """Return first and last of each run of neighbours in *buckets*, which ascend."""
    found: list[tuple[datetime, datetime]] = []
    for at in buckets:
        if found and at - found[-1][1] <= _WIDTH:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found
