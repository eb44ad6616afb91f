"""
What became of each step of each component, and the way a component took through the steps of its flow; pure.

Times are Unix microseconds, 0 is "not".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute

from analytics.correlate.columns import Coded, flat, in_order, list_array, whole
from analytics.correlate.rows import DONE, ERROR, LOG, Rows
from analytics.correlate.segments import BIG, Ints, Segments, among, distinct, numbered, offsets, starts_of
from analytics.correlate.signatures import STEP_SEPARATOR

_MOST_TOLD = 10_000
"""Passages of one step by one reporter that are kept of a way."""
_ENDINGS = (b"", b":failed", b":retry")


@dataclass(frozen=True)
class Passages:
    """
    One element for each step that an observation tells of.

    Attributes:
        steps: Which step.
        component, at_us, state: Whose, when, and how it went.
        system: Code of the system.
        reporter: A number for who tells.
        log: Whether that is a log record.
        row: The observation.
    """

    steps: Coded
    component: Ints
    at_us: Ints
    state: Ints
    system: Ints
    reporter: Ints
    log: Ints
    row: Ints

    @property
    def code(self) -> Ints:
        """Place of the step in *steps*."""
        return self.steps.codes


def passages(rows: Rows, component: Ints, systems: Coded) -> Passages:
    """Return what *rows*, each part of a *component*, tell of steps."""
    steps, row = flat(rows.table, "steps")
    return Passages(
        in_order(steps),
        component[row],
        np.maximum(1, rows.column("end_us")[row]),
        rows.column("state")[row],
        systems.codes[row],
        rows.column("reporter")[row],
        (rows.column("kind_code") == LOG)[row],
        row,
    )


@dataclass(frozen=True)
class Steps:
    """
    What became of each step of each component, in the order of component and code.

    An error is repaired by the attempt that follows it within settle, whatever became of that one: *error_us* is the
    last one that nothing followed, *waiting_us* one that may still be followed. *tries* are the deliveries that the
    same reporter tells of; several reporters of one attempt do not make it several. Systems are codes, -1 is none.
    """

    component: Ints
    code: Ints
    done_us: Ints
    done_last_us: Ints
    error_us: Ints
    waiting_us: Ints
    done_system: Ints
    error_system: Ints
    tries: Ints
    passes: pa.Array


def steps_of(told: Passages, codes: Ints, settles_us: Ints, paused: Sequence[int], now_us: int) -> Steps:
    """
    Return what became of the steps.

    Args:
        told: Passages.
        codes: Code in the catalog of each of its steps, 0 for one that is not there.
        settles_us: Settle by code in the catalog, from 1.
        paused: Codes of the steps whose every passage counts.
        now_us: The moment of judgement.
    """
    code = codes[told.code] if len(codes) else told.code
    known = np.flatnonzero(code > 0)
    code, at_us, state, system = code[known], told.at_us[known], told.state[known], told.system[known]
    width = len(settles_us) + 1
    step = Segments(told.component[known] * width + code)
    count, place, done = len(step.keys), step.place, state == DONE
    done_us = step.least_where(at_us, done)
    errors = _errors(place, at_us, state, system, settles_us[code - 1])
    error_us, waiting_us, error_system = _standing(errors, count, now_us)
    return Steps(
        component=step.keys // width,
        code=step.keys % width,
        done_us=done_us,
        done_last_us=step.greatest(np.where(done, at_us, 0)),
        error_us=error_us,
        waiting_us=waiting_us,
        done_system=step.least_where(system, done & (at_us == done_us[place]), -1),
        error_system=error_system,
        tries=_deliveries(place, told.reporter[known], count),
        passes=_passes(place, at_us, done & among(code, np.sort(np.array(paused, np.int64))), count),
    )


def _errors(place: Ints, at_us: Ints, state: Ints, system: Ints, settle_us: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return step, time, system and end of waiting of every error that nothing repaired."""
    broken = np.zeros(int(place.max()) + 1 if len(place) else 0, bool)
    broken[place[state == ERROR]] = True
    some = np.flatnonzero(broken[place])
    some = some[np.lexsort((at_us[some], place[some]))]
    step, at, how = place[some], at_us[some], state[some]
    moment = np.ones(len(some), bool)
    moment[1:] = (step[1:] != step[:-1]) | (at[1:] != at[:-1])
    number = np.cumsum(moment) - 1
    starts = np.flatnonzero(moment)
    succeeded = np.zeros(len(starts), bool)
    succeeded[number[how == DONE]] = True
    next_us = np.full(len(starts), BIG)
    if len(starts) > 1:
        follows = step[starts[1:]] == step[starts[:-1]]
        next_us[:-1][follows] = at[starts[1:]][follows]
    until_us = at + settle_us[some]
    left = (how == ERROR) & ~succeeded[number] & (next_us[number] > until_us)
    return step[left], at[left], system[some][left], until_us[left]


def _standing(errors: tuple[Ints, Ints, Ints, Ints], count: int, now_us: int) -> tuple[Ints, Ints, Ints]:
    """Return for each of *count* steps the last error that stands, the last that waits, and the system of the first."""
    step, at_us, system, until_us = errors
    error_us, waiting_us = np.zeros(count, np.int64), np.zeros(count, np.int64)
    stands = until_us <= now_us
    np.maximum.at(error_us, step[stands], at_us[stands])
    np.maximum.at(waiting_us, step[~stands], at_us[~stands])
    error_system = np.full(count, -1)
    meant = at_us == np.where(error_us > 0, error_us, waiting_us)[step]
    np.maximum.at(error_system, step[meant], system[meant])
    return error_us, waiting_us, error_system


def _deliveries(place: Ints, reporter: Ints, count: int) -> Ints:
    reporters, number = numbered(reporter)
    told = Segments(place * max(1, len(reporters)) + number)
    most = np.zeros(count, np.int64)
    np.maximum.at(most, told.keys // max(1, len(reporters)), told.sizes)
    return most


def _passes(place: Ints, at_us: Ints, counts: Ints, count: int) -> pa.Array:
    moments, moment = numbered(at_us[counts])
    pairs = distinct(place[counts] * max(1, len(moments)) + moment)
    return list_array(offsets(pairs // max(1, len(moments)), count), pa.array(moments[pairs % max(1, len(moments))]))


def ways(told: Passages, rows: Rows, flows: Ints, flow_names: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """
    Return labels and times of the way of each component through the steps of its flow, in the order of time.

    At one moment the order is that of event ids, which for an imported log is that of its rows. Of several reporters
    of one step the one that tells of most passages is heard, log records last; of very many passages the earliest are
    kept, whatever order the observations are in.

    Args:
        told: Passages.
        rows: The observations they come from.
        flows: Code of the flow of each component, 0 for none.
        flow_names: Names of the flows by code, from 0.
    """
    flow_of, milestone_of = _parted(told.steps, flow_names)
    own = np.flatnonzero(flow_of[told.code] == np.where(flows > 0, flows, -1)[told.component])
    heard, many = _heard(told, own)
    names = [milestone + ending for milestone in milestone_of for ending in _ENDINGS]
    place = {name: number for number, name in enumerate(sorted(set(names)))}
    rank = np.array([place[name] for name in names], np.int64)
    label = rank[told.code[heard] * len(_ENDINGS) + told.state[heard]] if len(rank) else heard
    order = np.lexsort((label, _event_rank(rows, told.row[heard]), told.at_us[heard], told.component[heard]))
    if many:
        order = order[_earliest((told.component * len(told.steps.names) + told.code)[heard[order]])]
    bounds = offsets(told.component[heard[order]], len(flows))
    labels = Coded(list(place), label[order])
    return list_array(bounds, labels.few(labels.codes)), list_array(bounds, pa.array(told.at_us[heard[order]]))


def _parted(steps: Coded, flow_names: Sequence[str]) -> tuple[Ints, list[bytes]]:
    number = {name.encode(): code for code, name in enumerate(flow_names)}
    parts = [name.partition(STEP_SEPARATOR.encode()) for name in steps.names]
    return np.array([number.get(flow, -2) for flow, _, _ in parts], np.int64), [step for _, _, step in parts]


def _heard(told: Passages, own: Ints) -> tuple[Ints, bool]:
    """Return those of *own* that the reporter tells who is heard of their step, and if any are too many to keep."""
    width = max(1, len(told.steps.names))
    reporters, number = numbered(told.reporter[own])
    step = told.component[own] * width + told.code[own]
    telling = Segments(step * max(1, len(reporters)) + number)
    of_step = telling.keys // max(1, len(reporters))
    order = np.lexsort((telling.keys, ~telling.one(told.log[own]), np.minimum(telling.sizes, _MOST_TOLD), of_step))
    last = np.append(of_step[order][1:] != of_step[order][:-1], True)[: len(order)]
    kept = np.zeros(len(order), bool)
    kept[order[last]] = True
    return own[kept[telling.place]], bool((telling.sizes > _MOST_TOLD).any())


def _earliest(step: Ints) -> Ints:
    """Return which passages, given in the order of time, are among the first of their *step* that are kept."""
    together = np.argsort(step, kind="stable")
    starts = starts_of(step[together])
    nth = np.empty(len(step), np.int64)
    nth[together] = np.arange(len(step)) - np.repeat(starts, np.diff(np.append(starts, len(step))))
    return np.flatnonzero(nth < _MOST_TOLD)


def _event_rank(rows: Rows, row: Ints) -> Ints:
    """Return numbers that sort as the event ids of *row* do: by length, then by their bytes."""
    if not len(row) or "event_id" not in rows.table.column_names:
        return np.zeros(len(row), np.int64)
    own = whole(rows.table, "event_id").take(pa.array(row))
    lengths = pa.compute.binary_length(own).to_numpy()
    by_text = pa.compute.rank(own, tiebreaker="dense").to_numpy().astype(np.int64)
    ranks: Ints = lengths.astype(np.int64) * (len(row) + 1) + by_text
    return ranks
