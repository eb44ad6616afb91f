"""
From new evidence to components: the closed set of units it touches, and which of their groups belong together.

The observations stay on the engine, in the ``tick_`` tables; what joins them comes here as columns of numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa

from analytics.correlate.batches import BATCH_WORK, split_batches
from analytics.correlate.carriers import CarrierIndex
from analytics.correlate.closure import Closed, close, follow, load
from analytics.correlate.columns import numbers
from analytics.correlate.connect import Connected, connect, message_carried_by_more_than
from analytics.correlate.quarantine import DEFAULT_LIMIT, Followed, judge_values
from analytics.correlate.rows import Rows
from analytics.correlate.segments import NOTHING, Ints, distinct
from analytics.correlate.statements import Statements
from analytics.correlate.watermarks import Move

_WORK = (
    "tick_units",
    "tick_loaded",
    "tick_members",
    "tick_excluded",
    "tick_suspects",
    "tick_carried",
    "tick_quarantine",
)


@dataclass(frozen=True)
class Resolved:
    """
    The closed set of a tick.

    Attributes:
        rows: Its observations, which also stand in ``tick_observations``.
        connected: What belongs together; ``tick_members`` says so of groups that something joins.
        batches: Whether traces were taken apart.
        stored: Whether any of it may have been stored before.
        suspects: Whether values are carried so often that they were judged; they stand in ``tick_suspects``.
        verdict: Whether that changed which values are followed; ``tick_quarantine`` says how.
    """

    rows: Rows
    connected: Connected
    batches: bool
    stored: bool
    suspects: bool = False
    verdict: bool = False


class _Resolution:
    """Resolves what stands in ``tick_loaded``, again where values turn out not to be followed."""

    def __init__(self, statements: Statements, closed: Closed, excluded: Ints = NOTHING) -> None:
        self._statements = statements
        self.excluded = excluded
        self.batches = False
        self._stored = closed.stored
        self.rows = self._group(closed)
        self.connected = self._connect()

    def resolved(self) -> Resolved:
        """Return what was found."""
        return Resolved(self.rows, self.connected, self.batches, self._stored)

    def connect(self) -> None:
        """Join the groups that share a value which is not in ``tick_excluded``, a message id or a link."""
        self.excluded = _excluded(self._statements)
        self.connected = self._connect()

    def _group(self, closed: Closed) -> Rows:
        """Every observation once, in the group that belongs together whatever values it carries."""
        statements = self._statements
        statements.empty("tick_observations", *BATCH_WORK)
        if len(distinct(closed.copies)) == len(closed.copies):
            statements.work("observations_all")
        else:
            statements.work("observations_once")
            statements.work("observations_merged")
        more = sorted(closed.holds)
        rows = Rows.of(statements.arrow("rows", _columns(more)), closed.sorted_units)
        self.batches = rows.has_batches() and split_batches(statements)
        return Rows.of(statements.arrow("rows", _columns([*more, "unit_id"]))) if self.batches else rows

    def _connect(self) -> Connected:
        if len(self.excluded):
            self.rows = self.rows.beside(self._statements.arrow("row_hashes"))
        connected, ids = connect(self.rows, self.excluded), self.rows.group_ids
        self._statements.empty("tick_members", "tick_carriers")
        joined = connected.joined
        members = {"group_id": ids[joined], "component": ids[connected.labels[joined]]}
        self._statements.put("tick_members", pa.table(members))
        if len(self.excluded):
            self._statements.put("tick_carriers", pa.table({"group_id": ids[distinct(connected.pairs.groups)]}))
        return connected


def resolve(
    statements: Statements,
    index: CarrierIndex,
    limits: Mapping[str, int],
    judged_until: datetime,
    now: datetime,
    version: int,
    moved: Sequence[Move],
    *,
    news: bool,
) -> Resolved | None:
    """
    Resolve what ``tick_new`` and the judgements due in (*judged_until*, *now*] touch.

    Args:
        statements: How to send.
        index: Who carries a value.
        limits: Identifier type -> how many separate transactions one value may join.
        judged_until: The moment of the tick before.
        now: The moment of this tick.
        version: Number of this tick.
        moved: Systems whose sources moved; what waited for them is judged.
        news: Whether there may be anything in ``tick_new``.

    Returns:
        The closed set; None when there is nothing to do.
    """
    statements.empty(*_WORK)
    due = statements.arrow(
        "units_due",
        judged_until=judged_until,
        now=now,
        moved=[*(move.system for move in moved), ""],
        moved_from_us=[*(move.from_us for move in moved), 0],
        moved_to_us=[*(move.to_us for move in moved), 0],
    )
    if not (news or due.num_rows):
        return None
    loaded = load(statements, index, version, numbers(due, "unit_id"))
    if not len(loaded.units):
        return None
    excluded = NOTHING
    if statements.count("quarantined_values"):
        statements.send("excluded", followed=[])
        excluded = _excluded(statements)
    first = Closed(units=loaded.units, stored=loaded.stored)
    closed = close(statements, index, first, loaded.keys, excluded, loaded.carriers)
    if not loaded.fresh:
        return resolve_closed(statements, closed, excluded)
    return _judged(statements, index, closed, excluded, limits)


def resolve_closed(statements: Statements, closed: Closed, excluded: Ints = NOTHING) -> Resolved:
    """Resolve a closed set without judging its values: without new evidence nothing can become too much, or less."""
    found = _Resolution(statements, closed, excluded)
    return found.resolved()


def _judged(
    statements: Statements, index: CarrierIndex, closed: Closed, excluded: Ints, limits: Mapping[str, int]
) -> Resolved:
    followed: dict[int, Followed] = {}
    least = min((*limits.values(), DEFAULT_LIMIT))
    while True:
        found = _Resolution(statements, closed, excluded)
        crowded = found.connected.pairs.carried_by_more_than(least) or message_carried_by_more_than(found.rows, least)
        if not (len(excluded) or followed or crowded):
            return found.resolved()
        freed = judge_values(statements, limits, followed, found.connect)
        if not freed:
            break
        followed |= freed
        statements.empty("tick_excluded")
        statements.send("excluded", followed=sorted(followed))
        excluded = _excluded(statements)
        closed = follow(statements, index, closed, sorted(freed), excluded)
    resolved = found.resolved()
    suspects, verdict = statements.count("tick_suspects") > 0, statements.count("tick_quarantine") > 0
    return replace(resolved, suspects=suspects, verdict=verdict)


def _excluded(statements: Statements) -> Ints:
    """Return the hashes of the values that are not followed, in order."""
    return np.sort(numbers(statements.arrow("excluded_values"), "identity_hash"))


def _columns(names: Sequence[str]) -> dict[str, str]:
    return {" MORE": "".join(f", {name}" for name in names)}
