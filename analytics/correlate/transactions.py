"""
From what components say of themselves to the rows of ``tick_transactions``, flow by flow; pure.

No loop runs over transactions: those of a flow are judged side by side and put back to where their components are.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import Coded, bounds_of, coded_lists, flat_numbers, numbers, tuples
from analytics.correlate.courses import Clocks, Places, course_of, dues_of
from analytics.correlate.flows import Plan, Plans
from analytics.correlate.segments import Ints, distinct
from analytics.correlate.states import STATE_DONE, STATE_FAILED, STATES, STATUSES, Flags, awaited, judge
from analytics.correlate.verdicts import Outcome, Said

_PASSED_ON = (
    *("component", "key_type", "key_value", "key_epoch", "smallest", "part", "started_us", "last_us"),
    *("identifiers", "systems", "observation_count", "untimely", "units", "traces", "messages", "parents", "joins"),
    *("labels", "at_us"),
)
"""Columns of what components say that stay as they are."""
_UTC_US = pa.timestamp("us", "UTC")
_TEXT = np.dtype(np.int32)
"""Codes of texts."""
_COLUMNS = {
    "flow": _TEXT,
    "tier": np.uint8,
    "status": _TEXT,
    "ended_us": np.int64,
    "deadline_us": np.int64,
    "breached": np.uint8,
    "judged": np.uint8,
    "next_judge_us": np.int64,
    "next_due_us": np.int64,
    "current_milestone": _TEXT,
    "next_milestone": _TEXT,
    "failed_milestone": _TEXT,
    "failed_system": _TEXT,
    "missing_milestone": _TEXT,
    "missing_system": _TEXT,
}
_MILESTONE = {
    "name": _TEXT,
    "status": _TEXT,
    "at": np.int64,
    "due_at": np.int64,
    "system": _TEXT,
    "elapsed_us": np.int64,
}


class Words:
    """Texts of few distinct values as codes, 0 for none."""

    def __init__(self) -> None:
        self._codes: dict[bytes, int] = {b"": 0}

    def codes(self, texts: Iterable[str | bytes]) -> Ints:
        """Return the codes of *texts*."""
        own = (text.encode() if isinstance(text, str) else text for text in texts)
        return np.array([self._codes.setdefault(text, len(self._codes)) for text in own], _TEXT)

    def array(self, codes: Ints) -> pa.Array:
        """Return the texts of *codes*."""
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(self._codes), pa.binary()))


class Transactions:
    """
    The rows of ``tick_transactions``, filled flow by flow.

    Args:
        components: What components say of themselves: the columns of `summarize`.
    """

    def __init__(self, components: pa.Table) -> None:
        self._components = components
        self._words = Words()
        self._bounds = bounds_of(components, "done")
        self._done_systems = self._of_words(coded_lists(components, "done_systems"))
        self._error_systems = self._of_words(coded_lists(components, "error_systems"))
        self._columns = {name: np.zeros(components.num_rows, kind) for name, kind in _COLUMNS.items()}
        self._milestones = {name: np.zeros(self._bounds[-1], kind) for name, kind in _MILESTONE.items()}
        self._verdicts: list[tuple[Ints, Said]] = []
        self._waits: list[tuple[Ints, Said]] = []

    def _of_words(self, texts: Coded) -> Ints:
        codes = self._words.codes(texts.names)
        return codes[texts.codes] if len(codes) else np.zeros(len(texts.codes), np.int32)

    def add(self, plan: Plan, chosen: Ints, clocks: Clocks, now_us: int) -> None:
        """Judge the *chosen* components, which are of the flow of *plan*, at *now_us*."""
        places = Places(self._bounds, chosen, len(plan.stages))
        course = course_of(self._components, plan, chosen, places)
        dues = dues_of(course, clocks)
        waits = awaited(course, dues, now_us)
        outcome = Outcome(course, dues, waits, judge(course, dues, waits, now_us), now_us)
        self._add_states(outcome, chosen)
        self._add_milestones(outcome, places)
        self._verdicts += [(chosen[said.rows], said) for said in outcome.verdicts()]
        self._waits += [(chosen[said.rows], said) for said in outcome.awaited_sources()]

    def _add_states(self, outcome: Outcome, chosen: Ints) -> None:
        plan, judged, waits = outcome.course.plan, outcome.judged, outcome.waits
        # the last of each stands for no milestone, whose place is -1
        names = self._words.codes([*(stage.name for stage in plan.stages), ""])
        owners = self._words.codes([*(stage.owner for stage in plan.stages), ""])
        systems = self._systems_of(judged.failed, self._bounds[chosen], judged.refused_us > 0)
        going_on, lacking = judged.ended_us <= 0, judged.lacking
        found: dict[str, Any] = {
            "flow": self._words.codes([plan.name])[0],
            "tier": plan.tier,
            "status": self._words.codes(STATUSES)[judged.status],
            "ended_us": judged.ended_us,
            "deadline_us": outcome.dues.deadline,
            "breached": judged.breached.view(np.uint8),
            "judged": judged.known.view(np.uint8),
            "next_judge_us": outcome.next_judge_us(),
            "next_due_us": np.where(going_on, waits.due_us, 0),
            "current_milestone": names[judged.current],
            "next_milestone": np.where(going_on, names[waits.next], 0),
            "failed_milestone": names[judged.failed],
            "failed_system": systems,
            "missing_milestone": np.where(lacking, names[waits.next], 0),
            "missing_system": np.where(lacking, owners[waits.next], 0),
        }
        for name, values in found.items():
            self._columns[name][chosen] = values

    def _systems_of(self, failed: Ints, at: Ints, refused: Ints) -> Ints:
        """Return the code of the system whose doing made each fail: of the milestone at *failed*."""
        found = np.zeros(len(failed), np.int32)
        own = np.flatnonzero(failed >= 0)
        place = at[own] + failed[own]
        found[own] = np.where(refused[own], self._done_systems[place], self._error_systems[place])
        return found

    def _add_milestones(self, outcome: Outcome, places: Places) -> None:
        course, dues = outcome.course, outcome.dues
        states = self._words.codes(STATES)
        for place, stage in enumerate(course.plan.stages):
            name, owner = self._words.codes((stage.name, stage.owner))
            state, flat = outcome.judged.states[place], places[place]
            done, failed = state == STATE_DONE, state == STATE_FAILED
            at_us = np.where(done, course.done[place], np.where(failed, course.broken_at[place], 0))
            system = np.where(done, self._done_systems[flat], np.where(failed, self._error_systems[flat], owner))
            found = {
                "name": name,
                "status": states[state],
                "at": at_us,
                "due_at": dues.milestones[place],
                "system": system,
                "elapsed_us": at_us - dues.since[place],
            }
            for column, values in found.items():
                self._milestones[column][flat] = values

    def table(self) -> pa.Table:
        """Return the rows, in the order of the components."""
        columns: dict[str, Any] = {name: self._components.column(name) for name in _PASSED_ON}
        for name, values in self._columns.items():
            columns[name] = self._words.array(values) if values.dtype == _TEXT else pa.array(values)
        columns["milestones"] = self._milestone_column()
        bounds, rules, words, at_us = self._side_by_side(self._verdicts)
        columns["verdicts"] = tuples(bounds, rule=rules, verdict=words, event_at=_moments(at_us))
        bounds, _, words, until_us = self._side_by_side(self._waits)
        columns["waits"] = tuples(bounds, system=words, until_us=pa.array(until_us))
        return pa.table(columns)

    def _milestone_column(self) -> pa.Array:
        own, words = self._milestones, self._words
        never = own["at"] == 0
        return tuples(
            self._bounds,
            name=words.array(own["name"]),
            status=words.array(own["status"]),
            at=_moments(own["at"], never),
            due_at=_moments(own["due_at"], own["due_at"] == 0),
            system=words.array(own["system"]),
            elapsed_ms=pa.array(own["elapsed_us"] / 1_000, mask=never),
            attempts=pa.array(flat_numbers(self._components, "attempts").astype(np.uint16)),
        )

    def _side_by_side(self, told: Sequence[tuple[Ints, Said]]) -> tuple[Ints, pa.Array, pa.Array, Ints]:
        """Return what is *told* of the rows of each as lists: where they begin and end, rules, words, moments."""
        sizes = np.zeros(self._components.num_rows, np.int64)
        for rows, _ in told:
            sizes[rows] += 1
        bounds = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
        free, total = bounds[:-1].copy(), int(bounds[-1])
        rules, words, at_us = np.zeros(total, _TEXT), np.zeros(total, _TEXT), np.zeros(total, np.int64)
        for rows, said in told:
            at = free[rows]
            free[rows] += 1
            rules[at] = self._words.codes([said.rule])[0]
            words[at] = self._words.codes(said.vocabulary)[said.words]
            at_us[at] = said.at_us
        return bounds, self._words.array(rules), self._words.array(words), at_us


def _moments(at_us: Ints, never: Flags | None = None) -> pa.Array:
    return pa.array(at_us, pa.int64(), mask=never).view(_UTC_US)


def transactions_of(components: pa.Table, plans: Sequence[Plan] | Plans, clocks: Clocks, now_us: int) -> pa.Table:
    """
    Return the rows of ``tick_transactions``.

    Args:
        components: What components say of themselves.
        plans: By the code of their flow.
        clocks: On which limits run.
        now_us: The moment of judgement, Unix microseconds.
    """
    transactions, flows = Transactions(components), numbers(components, "flow_code")
    for code in distinct(flows).tolist():
        transactions.add(plans[code], np.flatnonzero(flows == code), clocks, now_us)
    return transactions.table()
