"""From connected observations to what each component says of itself: the rows of ``tick_components``; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import Coded, list_array
from analytics.correlate.connect import Connected
from analytics.correlate.flows import FlowBook
from analytics.correlate.naming import names_of, parents_of
from analytics.correlate.passages import Steps, passages, steps_of, ways
from analytics.correlate.rows import EVENT, LOG, SPAN, Rows
from analytics.correlate.segments import (
    BIG,
    Ints,
    Joint,
    Nested,
    Segments,
    among,
    distinct,
    numbered,
    offsets,
    starts_of,
)
from analytics.correlate.units import units_of

_MOST_ATTEMPTS = np.iinfo(np.uint16).max
"""Attempts that a milestone counts to: the type of its column, beyond which it would begin again at 0."""


@dataclass(frozen=True)
class Components:
    """
    Components and who belongs to them.

    Attributes:
        count: How many there are.
        of_group, of_row: Place of each group's and each observation's component.
        ids: Their numbers: that of the smallest group of each.
    """

    count: int
    of_group: Ints
    of_row: Ints
    ids: Ints


def components_of(rows: Rows, labels: Ints) -> Components:
    """Return the components that *labels* make of the groups of *rows*."""
    own = np.flatnonzero(labels == np.arange(len(labels)))
    place = np.zeros(len(labels), np.int64)
    place[own] = np.arange(len(own))
    of_group = place[labels]
    return Components(len(own), of_group, of_group[rows.group], rows.group_ids[own])


def summarize(
    rows: Rows, connected: Connected, book: FlowBook, now_us: int, operations: Callable[[], Ints]
) -> pa.Table:
    """
    Return the rows of ``tick_components``, for components that are evident: named, or more than log records.

    Args:
        rows: The observations.
        connected: What belongs together.
        book: Flows of the catalog.
        now_us: The moment of judgement, Unix microseconds.
        operations: Gives a number for what each observation did where; asked only where that matters.
    """
    own = components_of(rows, connected.labels)
    systems = rows.coded("system")
    told = passages(rows, own.of_row, systems)
    settles_us = np.array(book.step_settles_us, np.int64)
    steps = steps_of(told, _codes(told.steps, book), settles_us, book.paused, now_us)
    flows = _flows(rows, own, steps, book)
    names, named = names_of(rows, own.of_group, own.count, connected.pairs)
    by_component = Nested(rows.by_group, own.of_group)
    labels, at_us = ways(told, rows, flows, ["", *(flow.name for flow in book.flows)])
    columns: dict[str, Any] = {
        "component": own.ids,
        "flow_code": flows.astype(np.uint32),
        "smallest": by_component.least(rows.column("observation_id")),
        **_times(rows, by_component),
        "observation_count": by_component.sizes.astype(np.uint32),
        "untimely": by_component.greatest(rows.column("untimely")),
        "root_failed": _root_failed(rows, own, flows, operations),
        **names,
        "parents": parents_of(rows, own.of_row, own.count),
        "systems": _texts(systems, own),
        **_milestones(steps, systems, flows, book),
        **_paused(steps, own.count, book),
        **units_of(rows, own.of_row, own.of_group, own.count),
        "labels": labels,
        "at_us": at_us,
    }
    evident = named | (by_component.greatest((rows.column("kind_code") != LOG).astype(np.int8)) > 0)
    table = pa.table(columns)
    return table if evident.all() else table.take(pa.array(np.flatnonzero(evident)))


def _times(rows: Rows, by_component: Nested) -> dict[str, Ints]:
    """Absurd times count only where there is no other."""
    at_us, end_us = rows.column("at_us"), rows.column("end_us")
    if rows.timely.all():
        return {"started_us": by_component.least(at_us), "last_us": by_component.greatest(end_us)}
    last = by_component.greatest(np.where(rows.timely, end_us, 0))
    return {
        "started_us": np.where(last == 0, by_component.least(at_us), by_component.least_where(at_us, rows.timely)),
        "last_us": np.where(last == 0, by_component.greatest(end_us), last),
    }


def _codes(steps: Coded, book: FlowBook) -> Ints:
    known = {name.encode(): code for code, name in enumerate(book.steps, start=1)}
    return np.array([known.get(name, 0) for name in steps.names], np.int64)


def _flows(rows: Rows, own: Components, steps: Steps, book: FlowBook) -> Ints:
    """
    Return the code of the flow of each component, 0 for none.

    A named one before one that only its milestones suggest, then the one most of whose milestones were passed, then the
    more important, then by name: codes are in that order.
    """
    code_of = {flow.name.encode(): code for code, flow in enumerate(book.flows, start=1)}
    said = rows.coded("flow")
    codes = np.array([code_of.get(name, 0) for name in said.names], np.int64)
    flow = codes[said.codes] if len(codes) else said.codes
    joint = Joint(len(book.flows) + 1)
    named = distinct(joint.of(own.of_row, flow)[flow > 0])
    step_flows = np.array([0, *book.step_flows], np.int64)
    passed = Segments(joint.of(steps.component, step_flows[steps.code]))
    candidates = distinct(np.concatenate((named, passed.keys)))
    found = np.zeros(own.count, np.int64)
    if not len(candidates):
        return found
    place = np.searchsorted(passed.keys, candidates)
    times = np.append(passed.sizes, 0)[place]
    times[np.append(passed.keys, -1)[place] != candidates] = 0
    most = int(times.max()) + 1
    score = joint.of((~among(candidates, named)) * most + (most - times), joint.second(candidates))
    starts = starts_of(joint.first(candidates))
    found[joint.first(candidates[starts])] = joint.second(np.minimum.reduceat(score, starts))
    return found


def _root_failed(rows: Rows, own: Components, flows: Ints, operations: Callable[[], Ints]) -> Ints:
    """
    Return of which components without a flow what they began with ended in an error.

    That are their events and the roots of their traces, or, where there is none, the first observation; an error that
    the same operation repaired later does not count.
    """
    failed = np.zeros(own.count, np.uint8)
    error = rows.column("is_error") != 0
    asked = np.zeros(own.count, bool)
    asked[own.of_row[error]] = True
    asked &= flows == 0
    row = np.flatnonzero(asked[own.of_row])
    if not len(row):
        return failed
    kind = rows.column("kind_code")[row]
    root = (kind == EVENT) | ((kind == SPAN) & (rows.column("at_root")[row] != 0))
    of = own.of_row[row]
    rooted = np.zeros(own.count, bool)
    rooted[of[root]] = True
    order = np.lexsort((rows.column("observation_id")[row], rows.column("at_us")[row], of))
    first = np.zeros(len(row), bool)
    first[order[starts_of(of[order])]] = True
    meant = row[root | (first & ~rooted[of])]
    if not len(meant):
        return failed
    kinds, operation = numbered(operations()[meant])
    each = Segments(own.of_row[meant] * len(kinds) + operation)
    end_us, wrong = rows.column("end_us")[meant], error[meant]
    last_error = each.greatest(np.where(wrong, end_us, -BIG))
    last_success = each.greatest(np.where(wrong, -BIG, end_us))
    failed[each.keys[(last_error > -BIG) & (last_error >= last_success)] // len(kinds)] = 1
    return failed


def _texts(texts: Coded, own: Components) -> pa.Array:
    joint = Joint(len(texts.names))
    pairs = distinct(joint.of(own.of_row, texts.codes))
    return list_array(offsets(joint.first(pairs), own.count), texts.few(joint.second(pairs)))


def _milestones(steps: Steps, systems: Coded, flows: Ints, book: FlowBook) -> dict[str, pa.Array]:
    """Return what became of the milestones of the flow of each component, in the order of the catalog."""
    step_flows = np.array([0, *book.step_flows], np.int64)
    lengths = np.bincount(step_flows, minlength=len(book.flows) + 1)
    lengths[0] = 0
    before = np.cumsum(lengths) - lengths + 1  # codes of steps begin at 1, those of one flow follow each other
    bounds = np.concatenate(([0], np.cumsum(lengths[flows])))
    own = np.flatnonzero(step_flows[steps.code] == flows[steps.component])
    place = bounds[steps.component[own]] + steps.code[own] - before[flows[steps.component[own]]]

    def placed(values: Ints, default: int = 0) -> Ints:
        found = np.full(bounds[-1], default, np.int64)
        found[place] = values[own]
        return found

    columns = {
        "done": pa.array(placed(steps.done_us)),
        "done_last": pa.array(placed(steps.done_last_us)),
        "broken_at": pa.array(placed(steps.error_us)),
        "waiting_at": pa.array(placed(steps.waiting_us)),
        "done_systems": systems.few_or_none(placed(steps.done_system, -1)),
        "error_systems": systems.few_or_none(placed(steps.error_system, -1)),
        "attempts": pa.array(np.minimum(placed(steps.tries), _MOST_ATTEMPTS).astype(np.uint64)),
    }
    return {name: list_array(bounds, values) for name, values in columns.items()}


def _paused(steps: Steps, count: int, book: FlowBook) -> dict[str, pa.Array]:
    """Return every passage of the steps that begin or end a pause."""
    if not book.paused:
        nothing = np.zeros(count + 1, np.int32)
        times = list_array(np.zeros(1, np.int32), pa.array([], pa.int64()))
        return {
            "seen_codes": list_array(nothing, pa.array([], pa.uint32())),
            "seen_passes": list_array(nothing, times),
        }
    bounds = offsets(steps.component, count)
    return {
        "seen_codes": list_array(bounds, pa.array(steps.code.astype(np.uint32))),
        "seen_passes": list_array(bounds, steps.passes),
    }
