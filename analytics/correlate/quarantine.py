"""
Which values are not followed, because without them there would be more separate transactions than their type allows.

What there is without a value depends on which others are not followed either. The answer is the greatest set of values
each of which has too many, none of the set being followed: it is found by beginning with every value that is carried
often and letting go those that have not, in any order, and so is the same in whatever order the evidence came. Evidence
that nothing but such values names, a trace without an identifier of its own, is no reason to tear it apart: of two
values that always come together there each speaks for the other, and both are followed.

A value that is followed has all its carriers in the closed set of a tick. Of one that is not followed only those that
the tick touches are there; the others stand in ``quarantine_carriers``.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.correlate.statements import Statements

Parts = dict[frozenset[int], int]
"""Transactions that carry a value, by the other suspects which their nameless evidence carries."""

DEFAULT_LIMIT = 200
"""What a type allows that the catalog does not name any more: the default of ``max_transactions``."""
_WORK = ("tick_suspects", "tick_carried", "tick_quarantine")
_SAMPLES = ("001", "04", "g")
"""Ids of transactions are hexadecimal: 1 in 4096, 1 in 64, all."""
_VERDICT = ("identity_hash", "type", "value", "transactions", "quarantined", "was_quarantined")


@dataclass(frozen=True)
class Followed:
    """A value that stands as quarantined and is followed again, and how many transactions there were without it."""

    type: str
    value: str
    transactions: int


def judge_values(
    statements: Statements,
    limits: Mapping[str, int],
    followed: Mapping[int, Followed],
    connect: Callable[[], None],
) -> dict[int, Followed]:
    """
    Judge the values of the closed set; afterwards it is connected without those that are quarantined.

    There is nothing to judge where none is quarantined and none is carried by more groups than any type allows.

    Args:
        statements: How to send.
        limits: Identifier type -> how many separate transactions one value may join.
        followed: Values that stand as quarantined, but have their units in the closed set to be followed again.
        connect: Connects the closed set anew, without what is in ``tick_excluded``.

    Returns:
        More of these: their units have to come into the closed set, and then all is judged anew. When there are none,
        ``tick_quarantine`` holds the verdict.
    """
    statements.empty(*_WORK)
    statements.work("suspects", types=[*limits, ""], limits=[*limits.values(), 0], limit=DEFAULT_LIMIT)
    suspects = {row["value_hash"]: _Suspect(**row) for row in statements.rows("suspects_known")}
    if any(not suspect.excluded for suspect in suspects.values()):
        statements.work("suspects_exclude")
        connect()
    if suspects:
        statements.work("carried")
    quarantined, counted = set(suspects), dict.fromkeys(suspects, 0)
    while quarantined:
        asked = {value: suspects[value] for value in quarantined}
        counted |= _separate(statements, asked)
        let_go = {value for value, suspect in asked.items() if counted[value] <= suspect.most}
        elsewhere = {value: suspects[value] for value in let_go if suspects[value].excluded}
        if elsewhere:
            return {value: Followed(s.type, s.value, counted[value]) for value, s in elsewhere.items()}
        if not let_go:
            break
        quarantined -= let_go
        statements.change("suspects_follow", values=sorted(let_go))
        connect()
    _enter(statements, suspects, counted, quarantined, followed)
    return {}


@dataclass(frozen=True)
class _Suspect:
    value_hash: int
    type: str
    value: str
    most: int
    excluded: bool


def _enter(
    statements: Statements,
    suspects: Mapping[int, _Suspect],
    counted: Mapping[int, int],
    quarantined: set[int],
    followed: Mapping[int, Followed],
) -> None:
    """Fill ``tick_quarantine`` with what changes."""
    rows: list[list[object]] = [
        [value, suspects[value].type, suspects[value].value, counted[value], True, False]
        for value in sorted(quarantined - followed.keys())
        if not suspects[value].excluded
    ]
    rows += [
        [value, was.type, was.value, was.transactions, False, True]
        for value, was in sorted(followed.items())
        if value not in quarantined
    ]
    if rows:
        statements.insert("tick_quarantine", _VERDICT, rows)


def _separate(statements: Statements, asked: Mapping[int, _Suspect]) -> dict[int, int]:
    """Return how many separate transactions there are without each value; of many stored ones a part is enough."""
    here: dict[int, Parts] = _parts(statements.rows("carried_parts"))
    counted = {value: separate(here.get(value, {})) for value in asked}
    for below in _SAMPLES:
        open_ones = [value for value, suspect in asked.items() if suspect.excluded and counted[value] <= suspect.most]
        if not open_ones:
            break
        stored = _parts(statements.rows("carriers_elsewhere", values=open_ones, below=below))
        for value in open_ones:
            parts = Counter(here.get(value, {})) + Counter(stored.get(value, {}))
            # of a part only those count that nothing outside it can join
            certain = parts if below == _SAMPLES[-1] else {k: n for k, n in parts.items() if not k}
            counted[value] = separate(certain)
    return counted


def _parts(rows: Iterable[Mapping[str, Any]]) -> dict[int, Parts]:
    found: dict[int, Parts] = defaultdict(dict)
    for row in rows:
        found[row["value_hash"]][frozenset(row["others"])] = row["transactions"]
    return found


def separate(parts: Parts) -> int:
    """
    Return how many transactions there are, those taken as one whose nameless evidence shares a value.

    Pure; quick, because few sets of values differ.
    """
    groups: list[frozenset[int]] = []
    for others in parts:
        if others:
            joined = others.union(*(group for group in groups if group & others))
            groups = [*(group for group in groups if not group & others), joined]
    return parts.get(frozenset(), 0) + len(groups)
