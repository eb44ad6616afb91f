"""
A layered drawing of a directed graph: who comes before whom stands to the left.

The steps are those of Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures"
(1981): turn edges round that would close a cycle, put every node one layer behind its furthest predecessor, let edges
that span several layers pass through empty places, order each layer by the average place of the neighbours, and place.
The same graph gives the same drawing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[str, str]
_SWEEPS = 8
_WAYPOINT_HEIGHT = 0.3


@dataclass(frozen=True)
class Place:
    """
    Where a node stands.

    Attributes:
        layer: Column, from 0.
        row: Place within its column, from 0, in heights of a node; an edge that passes through needs less.
    """

    layer: int
    row: float


@dataclass(frozen=True)
class Layout:
    """
    A drawing.

    Attributes:
        places: Node -> where it stands.
        routes: Edge -> the places it passes, from its source to its target.
        layers: Number of columns.
        rows: Height of the longest column.
    """

    places: Mapping[str, Place]
    routes: Mapping[Edge, tuple[Place, ...]]
    layers: int
    rows: float


def lay_out(nodes: Iterable[str], edges: Iterable[Edge]) -> Layout:
    """Return a drawing of *nodes* and *edges*; edges from a node to itself and to unknown nodes are left out."""
    names = sorted(set(nodes))
    wanted = sorted({(a, b) for a, b in edges if a != b and a in set(names) and b in set(names)})
    forward = _without_cycles(names, wanted)
    layer_of = _layers(names, forward)
    columns, chains = _with_waypoints(names, wanted, layer_of)
    _reduce_crossings(columns, chains)
    return _place(names, columns, chains)


def _without_cycles(names: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """Return the edges with those turned round that lead back to a node under way in a depth-first walk."""
    following: dict[str, list[str]] = defaultdict(list)
    entered: dict[str, int] = defaultdict(int)
    for source, target in edges:
        following[source].append(target)
        entered[target] += 1
    under_way: set[str] = set()
    done: set[str] = set()
    forward: set[Edge] = set()
    # Those that nothing leads to come first, so that edges are turned round only where there is a cycle.
    for root in sorted(names, key=lambda name: (entered[name] > 0, name)):
        if root in done:
            continue
        stack = [(root, iter(following[root]))]
        under_way.add(root)
        while stack:
            node, rest = stack[-1]
            target = next(rest, "")
            if not target:
                stack.pop()
                under_way.discard(node)
                done.add(node)
            elif target in under_way:
                forward.add((target, node))
            else:
                forward.add((node, target))
                if target not in done:
                    under_way.add(target)
                    stack.append((target, iter(following[target])))
    return forward


def _layers(names: Sequence[str], forward: set[Edge]) -> dict[str, int]:
    before: dict[str, list[str]] = defaultdict(list)
    waiting = dict.fromkeys(names, 0)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in sorted(forward):
        before[target].append(source)
        after[source].append(target)
        waiting[target] += 1
    layer_of: dict[str, int] = {}
    ready = [name for name in names if waiting[name] == 0]
    while ready:
        name = ready.pop()
        layer_of[name] = max((layer_of[source] + 1 for source in before[name]), default=0)
        for target in after[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return layer_of


def _with_waypoints(
    names: Sequence[str], edges: Sequence[Edge], layer_of: Mapping[str, int]
) -> tuple[list[list[str]], dict[Edge, list[str]]]:
    columns: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for name in names:
        columns[layer_of[name]].append(name)
    chains: dict[Edge, list[str]] = {}
    for source, target in edges:
        first, last = layer_of[source], layer_of[target]
        step = 1 if last > first else -1
        chain = [source]
        for layer in range(first + step, last, step):
            waypoint = f"\0{source}\0{target}\0{layer}"
            columns[layer].append(waypoint)
            chain.append(waypoint)
        chains[source, target] = [*chain, target]
    return columns, chains


def _reduce_crossings(columns: list[list[str]], chains: Mapping[Edge, Sequence[str]]) -> None:
    """Order each column by the mean place of the neighbours in the one before, to and fro."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for chain in chains.values():
        for one, other in pairwise(chain):
            neighbours[one].add(other)
            neighbours[other].add(one)
    for sweep in range(_SWEEPS):
        order = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for layer in order:
            beside = columns[layer - 1 if sweep % 2 == 0 else layer + 1]
            place = {name: number for number, name in enumerate(beside)}
            means = {
                name: _mean([place[other] for other in neighbours[name] if other in place], number)
                for number, name in enumerate(columns[layer])
            }
            columns[layer].sort(key=lambda name, means=means: (means[name], name))  # type: ignore[misc]  # bound at once


def _mean(values: Sequence[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else float(otherwise)


def _height(name: str) -> float:
    return _WAYPOINT_HEIGHT if name.startswith("\0") else 1.0


def _place(names: Sequence[str], columns: Sequence[Sequence[str]], chains: Mapping[Edge, Sequence[str]]) -> Layout:
    rows = max((sum(map(_height, column)) for column in columns), default=0.0)
    places: dict[str, Place] = {}
    for layer, column in enumerate(columns):
        top = (rows - sum(map(_height, column))) / 2
        for name in column:
            places[name] = Place(layer, round(top + (_height(name) - 1) / 2, 3))
            top += _height(name)
    routes = {edge: tuple(places[point] for point in chain) for edge, chain in chains.items()}
    return Layout({name: places[name] for name in names}, routes, len(columns), rows)
