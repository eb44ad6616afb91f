"""Which span fed which: callers with their callees, producers with their consumers, over whole columns; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.read.hops import Column, Hops
from core.clock import datetime_from_ns

CLIENT, PRODUCER, CONSUMER, SERVER = 3, 4, 5, 2
_QUANTILES = (0.5, 0.95)
Row = dict[str, Any]


@dataclass(frozen=True)
class Named:
    """
    Hops under the systems they stand for.

    Attributes:
        systems: Names of systems in order, the empty one for none.
        own: For each hop the place of its system among them.
        other: Likewise of the other side.
        none: Place of the empty name.
    """

    systems: list[str]
    own: Column
    other: Column
    none: int

    @classmethod
    def of(cls, hops: Hops, system_named: Callable[[str], str]) -> "Named":
        """Return *hops* under the names that *system_named* gives for services and peers."""
        named = [system_named(name) if name else "" for name in hops.names]
        systems = sorted({*named, ""})
        place = {name: number for number, name in enumerate(systems)}
        of_name = np.array([place[name] for name in named], np.int64)
        return cls(systems, of_name[hops.service], of_name[hops.peer], place[""])


def follows(hops: Hops, *, above: Column) -> tuple[Column, Column, Column]:
    """
    Return pairs of a sampled hop and one that follows it: their rows, and whether by a link.

    Args:
        hops: The hops, each once.
        above: Which of them follow the span above them.
    """
    row = np.arange(len(hops))
    # One that stands above and is linked to as well is followed once.
    linked = ~above[hops.linking] | (hops.linked != hops.above[hops.linking])
    target = np.concatenate([hops.above[above], hops.linked[linked]])
    follower = np.concatenate([row[above], hops.linking[linked]])
    by_link = np.concatenate([np.zeros(int(above.sum()), bool), np.ones(int(linked.sum()), bool)])
    chosen = row[hops.chosen != 0]
    order = chosen[np.argsort(hops.hop[chosen])]
    ids = hops.hop[order]
    if not len(ids):
        return row[:0], row[:0], by_link[:0]
    place = np.minimum(np.searchsorted(ids, target), len(ids) - 1)
    known = ids[place] == target
    pairs = np.unique((order[place[known]] * len(hops) + follower[known]) * 2 + by_link[known])
    return pairs // 2 // len(hops), pairs // 2 % len(hops), pairs % 2 != 0


def edges(hops: Hops, named: Named, one_in: int) -> list[Row]:
    """Return what called or fed what, as ``analytics.read.topology.dependencies`` says, most calls first."""
    one, two, by_link = follows(hops, above=hops.above != 0)
    apart = (named.own[two] != named.none) & (named.own[two] != named.own[one])
    one, two, by_link = one[apart], two[apart], by_link[apart]
    through = np.where(hops.kind[one] == PRODUCER, named.other[one], named.none)
    seen = (named.own[one], named.own[two], by_link | (hops.kind[two] == CONSUMER), through, np.ones_like(one))
    # A client or producer whose other side sent nothing stands for it.
    silent = (hops.chosen != 0) & np.isin(hops.kind, (CLIENT, PRODUCER))
    silent &= (named.other != named.none) & (named.other != named.own)
    silent[one] = False
    row = np.flatnonzero(silent)
    alone = (named.own[row], named.other[row], hops.kind[row] == PRODUCER, row * 0 + named.none, row * 0)
    sides = [np.concatenate(both) for both in zip(seen, alone, strict=True)]
    return _edges(named.systems, sides, hops, np.concatenate([two, row]), one_in)


def _edges(systems: list[str], sides: list[Column], hops: Hops, row: Column, one_in: int) -> list[Row]:
    """Return the figures of each edge; *row* is the hop whose time and outcome an edge has."""
    source, target, queue, through, observed = sides
    keys = ((source * len(systems) + target) * 2 + queue) * len(systems) + through
    order = np.argsort(keys, kind="stable")
    _, first, calls = np.unique(keys[order], return_index=True, return_counts=True)
    rows = []
    for begin, count in zip(first, calls, strict=True):
        of = order[begin : begin + count]
        one = of[0]
        rows.append(
            {
                "source": systems[source[one]],
                "target": systems[target[one]],
                "edge_kind": "queue" if queue[one] else "call",
                "via": systems[through[one]],
                "calls": int(count) * one_in,
                "errors": int((hops.is_error[row[of]] != 0).sum()) * one_in,
                "quantiles_ms": np.quantile(hops.duration_ns[row[of]] / 1e6, _QUANTILES).tolist(),
                "observed": int(observed[of].max()),
            }
        )
    rows.sort(key=lambda row: (-row["calls"], row["source"], row["target"], row["edge_kind"], row["via"]))
    return rows


def waiting(hops: Hops, named: Named, one_in: int) -> list[Row]:
    """Return per queue what producers sent and nobody took yet, as ``analytics.read.queues.queues`` says."""
    taking = np.isin(hops.kind, (SERVER, CONSUMER)) & (hops.above != 0)
    sent, took, _ = follows(hops, above=taking)
    taken_ns = np.full(len(hops), np.iinfo(np.int64).max)
    np.minimum.at(taken_ns, sent, hops.at_ns[took])
    was_taken = np.zeros(len(hops), bool)
    was_taken[sent] = True
    rows = np.flatnonzero((hops.chosen != 0) & (hops.kind == PRODUCER))
    ends_ns = hops.at_ns + hops.duration_ns.astype(np.int64)
    wait_us = np.maximum(taken_ns // 1_000 - ends_ns // 1_000, 0)
    unnamed = named.other[rows] == named.none
    key = np.where(unnamed, named.own[rows] + len(named.systems), named.other[rows])
    found = []
    for place in np.unique(key).tolist():
        mine = rows[key == place]
        done = was_taken[mine]
        open_ns = ends_ns[mine][~done & (hops.is_error[mine] == 0)]
        waits_ms = wait_us[mine][done] / 1e3
        name = named.systems[place % len(named.systems)]
        found.append(
            {
                "queue": name if place < len(named.systems) else f"{name} (unnamed)",
                "produced": len(mine) * one_in,
                "consumed": int(done.sum()) * one_in,
                "waiting": len(open_ns) * one_in,
                "oldest_at": datetime_from_ns(int(open_ns.min())) if len(open_ns) else None,
                "wait_quantiles_ms": np.quantile(waits_ms, _QUANTILES).tolist() if len(waits_ms) else [None, None],
                "last_at": datetime_from_ns(int(hops.at_ns[mine].max())),
            }
        )
    return sorted(found, key=lambda row: (-row["waiting"], row["queue"]))
