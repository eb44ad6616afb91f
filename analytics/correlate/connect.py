"""
Which groups belong together: they carry one value within one epoch of its use, one message id, or a link; pure.

A value whose use pauses for longer than its gap is a value of its own in each epoch. The smallest group of what belongs
together stands for all of it.
"""

from dataclasses import dataclass

import numpy as np

from analytics.correlate.rows import Rows
from analytics.correlate.segments import BIG, NOTHING, Ints, Joint, Segments, among, distinct, numbered, starts_of


@dataclass(frozen=True)
class Pairs:
    """
    Group and value within one epoch of it, one element a pair.

    Attributes:
        groups: Place of the group.
        kinds: Type and value, as in `Identifiers.kinds`.
        epochs: When this use of the value began, in gaps.
        nodes: A number for each value and epoch, from 0.
    """

    groups: Ints
    kinds: Ints
    epochs: Ints
    nodes: Ints

    def carried_by_more_than(self, least: int) -> bool:
        """Return whether more than *least* groups carry one value."""
        kinds = np.sort(self.kinds)
        return bool(len(kinds) > least and (kinds[least:] == kinds[: len(kinds) - least]).any())


@dataclass(frozen=True)
class Connected:
    """
    What belongs together.

    Attributes:
        labels: For each group the place of the smallest group of its component.
        joined: Places of the groups that something joins to another.
        pairs: By which values.
    """

    labels: Ints
    joined: Ints
    pairs: Pairs


def connect(rows: Rows, excluded: Ints) -> Connected:
    """Return what belongs together; hashes of values that are not followed are *excluded*."""
    pairs = use(rows, excluded)
    groups, nodes = [pairs.groups], [pairs.nodes]
    for more_groups, more_nodes in (_hops(rows, excluded), _links(rows)):
        groups.append(more_groups)
        nodes.append(more_nodes + max((int(part.max()) + 1 for part in nodes if len(part)), default=0))
    labels, joined = spread(np.concatenate(groups), np.concatenate(nodes), len(rows.group_ids))
    return Connected(labels, joined, pairs)


def use(rows: Rows, excluded: Ints) -> Pairs:
    """Return which groups carry a value together; absurd times do not count as time."""
    ids = rows.identifiers
    row, gap_s, carriers = ids.rows[ids.joining], rows.lists("identity_gaps_s").values, rows.carriers
    if len(excluded):
        followed = ~among(rows.lists("identity_hashes").values, excluded)
        row, gap_s = row[followed], gap_s[followed]
        carriers = Segments(rows.grouped.of(ids.kinds[ids.joining][followed], rows.group[row]))
    if rows.timely.all():
        first_us, last_us = carriers.least(rows.column("at_us")[row]), carriers.greatest(rows.column("end_us")[row])
    else:
        timely = rows.timely[row]
        first_us = carriers.least_where(rows.column("at_us")[row], timely)
        last_us = carriers.greatest(np.where(timely, rows.column("end_us")[row], 0))
    gap_us = carriers.greatest(gap_s).astype(np.int64) * 1_000_000
    return _epochs(rows.grouped.first(carriers.keys), rows.grouped.second(carriers.keys), first_us, last_us, gap_us)


def _epochs(kinds: Ints, groups: Ints, first_us: Ints, last_us: Ints, gap_us: Ints) -> Pairs:
    """Return the pairs of carriers sorted by value; times are 0 where none is known."""
    starts = starts_of(kinds)
    if not len(starts):
        return Pairs(groups, kinds, first_us, groups)
    value = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(kinds))))
    begin_us = np.minimum.reduceat(np.where(first_us > 0, first_us, BIG), starts)
    begin_us[begin_us == BIG] = 0
    finish_us = np.maximum.reduceat(last_us, starts)
    gap = np.maximum.reduceat(gap_us, starts)
    epochs = begin_us // np.maximum(gap, 1)
    reused = (finish_us - begin_us > gap)[value]
    if not reused.any():
        return Pairs(groups, kinds, epochs[value], value)
    of = value[reused]
    from_us = np.where(first_us > 0, first_us, begin_us[value])[reused]
    to_us = np.where(last_us > 0, last_us, begin_us[value])[reused]
    order = np.lexsort((groups[reused], from_us, of))
    part, part_begin_us = _parts(of[order], from_us[order], to_us[order], gap)
    whole = ~reused
    return Pairs(
        np.concatenate((groups[whole], groups[reused][order])),
        np.concatenate((kinds[whole], kinds[reused][order])),
        np.concatenate((epochs[value[whole]], part_begin_us // gap[of[order]])),
        np.concatenate((value[whole], len(starts) + part)),
    )


def _parts(value: Ints, from_us: Ints, to_us: Ints, gap: Ints) -> tuple[Ints, Ints]:
    """Return for each use of a value, in order, the number of its epoch and when that began."""
    ends, rank = numbered(to_us)
    joint = Joint(len(ends))
    latest = np.maximum.accumulate(joint.of(value, rank))  # values are in order: one does not reach the next
    begins = np.ones(len(value), bool)
    same = value[1:] == value[:-1]
    begins[1:] = ~same | (from_us[1:] - ends[joint.second(latest[:-1])] > gap[value[1:]])
    part = np.cumsum(begins) - 1
    return part, from_us[begins][part]


def message_carried_by_more_than(rows: Rows, least: int) -> bool:
    """Return whether more than *least* groups carry one message id."""
    groups, nodes = _hops(rows, NOTHING)
    if len(nodes) <= least:
        return False
    pairs = distinct(rows.grouped.of(nodes, groups))
    return bool(np.bincount(rows.grouped.first(pairs)).max() > least)


def _hops(rows: Rows, excluded: Ints) -> tuple[Ints, Ints]:
    hops = rows.lists("hop_hashes")
    followed = ~among(hops.values, excluded)
    return rows.group[hops.rows[followed]], numbered(hops.values[followed])[1]


def _links(rows: Rows) -> tuple[Ints, Ints]:
    linked = rows.lists("linked_units")
    if not len(linked.values):
        return linked.rows, linked.rows
    units, node = numbered(linked.values)
    place = np.searchsorted(units, rows.group_ids)
    meant = np.flatnonzero(units[np.minimum(place, len(units) - 1)] == rows.group_ids)
    return np.concatenate((rows.group[linked.rows], meant)), np.concatenate((node, place[meant]))


def spread(groups: Ints, nodes: Ints, count: int) -> tuple[Ints, Ints]:
    """
    Return for each of *count* groups the smallest that *nodes* connect it to, and which groups are connected at all.

    Every round gives a node the smallest label of its groups and a group the smallest of its nodes, and takes labels
    of labels, so that a chain needs about the logarithm of its length.
    """
    labels = np.arange(count)
    by_node = Segments(nodes)
    apart = (by_node.least(groups) != by_node.greatest(groups))[by_node.place]
    groups, nodes = groups[apart], nodes[apart]
    if not len(groups):
        return labels, groups
    by_node, by_group = Segments(nodes), Segments(groups)
    node = by_node.place
    while True:
        pulled = by_group.least(by_node.least(labels[groups])[node])
        following = labels.copy()
        following[by_group.keys] = pulled
        following = np.minimum(following, following[following])
        if np.array_equal(following, labels):
            return labels, by_group.keys
        labels = following
