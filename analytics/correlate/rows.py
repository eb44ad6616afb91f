"""The observations of a closed set as columns of numbers; pure."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.correlate.columns import Coded, Lists, coded, flat, flat_numbers, in_order, lists, numbers, whole
from analytics.correlate.rules import MESSAGE_ID
from analytics.correlate.segments import Ints, Joint, Segments

SPAN, LOG, EVENT = 1, 2, 3
DONE, ERROR = 0, 1
IDENTITY = 1
"""The role of identifiers that make observations one transaction, as the engine numbers it."""


@dataclass(frozen=True)
class Identifiers:
    """
    Identifiers, one element for each that an observation carries.

    Attributes:
        rows: Observation of each.
        types: Texts as codes.
        identities: Which of them make observations one transaction, the others are only found by.
        values: Number of each value in *texts*.
        texts: The values, each once.
    """

    rows: Ints
    types: Coded
    identities: NDArray[np.bool_]
    values: Ints
    texts: pa.Array

    @cached_property
    def kinds(self) -> Ints:
        """Type and value as one number, which sorts by type."""
        return self.text.of(self.types.codes, self.values)

    @property
    def text(self) -> Joint:
        """Anything and the number of a value as one number."""
        return Joint(len(self.texts))

    @property
    def kind(self) -> Joint:
        """Anything and a kind as one number."""
        return Joint(len(self.types.names) * self.text.span)

    @cached_property
    def joining(self) -> NDArray[np.bool_]:
        """Which of them make observations one transaction; in their order stand the hashes and gaps of a row."""
        return self.identities & ~self.messages

    @cached_property
    def messages(self) -> NDArray[np.bool_]:
        """Which of them are message ids."""
        found: NDArray[np.bool_] = self.types.codes == self.types.code_of(MESSAGE_ID.encode())
        return found

    def type_of(self, kinds: Ints) -> Ints:
        """Return the code of the type in *kinds*."""
        return self.text.first(kinds)

    def value_of(self, kinds: Ints) -> Ints:
        """Return the number of the value in *kinds*."""
        return self.text.second(kinds)


@dataclass(frozen=True)
class Rows:
    """
    Observations. A group is a unit, or the part of a batch trace that belongs to one of its values.

    Attributes:
        table: Columns of ``rows.sql``.
        by_group: Its rows by their groups.
        group_ids: The groups in order; *group* is the place of each row's group among them.
    """

    table: pa.Table
    by_group: Segments
    group_ids: Ints
    group: Ints

    @classmethod
    def of(cls, table: pa.Table, known: tuple[Ints, Segments] | None = None) -> Self:
        """Return the rows of ``rows.sql``; groups that are those *known*, with rows by them, are not sorted again."""
        one = table.combine_chunks()
        groups = numbers(one, "group_id")
        by_group = known[1] if known and np.array_equal(groups, known[0]) else Segments(groups)
        return cls(one, by_group, by_group.keys, by_group.place)

    def beside(self, more: pa.Table) -> Self:
        """Return them with the columns of *more*, in the same order, that they do not have yet."""
        table = self.table
        for name in set(more.column_names) - set(table.column_names):
            table = table.append_column(name, more.column(name))
        return replace(self, table=table)

    def __len__(self) -> int:
        """Return how many observations there are."""
        return int(self.table.num_rows)

    def column(self, name: str) -> Ints:
        """Return a column of numbers."""
        return numbers(self.table, name)

    def lists(self, name: str) -> Lists:
        """Return a column of lists of numbers."""
        return lists(self.table, name)

    def coded(self, name: str) -> Coded:
        """Return a column of few distinct texts."""
        return coded(self.table, name)

    @cached_property
    def timely(self) -> NDArray[np.bool_]:
        """Which of them have a time that may be true."""
        found: NDArray[np.bool_] = self.column("untimely") == 0
        return found

    @cached_property
    def identifiers(self) -> Identifiers:
        """What they carry."""
        types, rows = flat(self.table, "types")
        values, _ = flat(self.table, "values")
        identities = flat_numbers(self.table, "roles") == IDENTITY
        encoded = values.dictionary_encode()
        return Identifiers(
            rows, in_order(types), identities, encoded.indices.to_numpy().astype(np.int64), encoded.dictionary
        )

    @cached_property
    def carriers(self) -> Segments:
        """The identifiers that join, by value and group; a key is both, as `grouped`."""
        ids = self.identifiers
        return Segments(self.grouped.of(ids.kinds[ids.joining], self.group[ids.rows[ids.joining]]))

    @property
    def grouped(self) -> Joint:
        """Anything and the place of a group as one number."""
        return Joint(len(self.group_ids))

    def has_batches(self) -> bool:
        """Return whether a trace carries several values of one type, and so may be of several transactions."""
        keys, grouped = self.carriers.keys, self.grouped
        typed = np.sort(grouped.of(self.identifiers.type_of(grouped.first(keys)), grouped.second(keys)))
        several = grouped.second(typed[1:][typed[1:] == typed[:-1]])
        if not len(several):
            return False
        traced = np.zeros(len(self.group_ids), bool)
        traced[self.group[self._traced()]] = True
        return bool(traced[several].any())

    def _traced(self) -> NDArray[np.bool_]:
        halves = trace_halves(self.table)
        found: NDArray[np.bool_] = (halves != 0).any(axis=1)
        return found


def trace_halves(table: pa.Table) -> Ints:
    """Return the trace ids as pairs of numbers that sort as the ids do."""
    column = whole(table, "trace_id")
    if not len(column):
        return np.zeros((0, 2), ">u8")
    found = np.frombuffer(column.buffers()[1], ">u8", 2 * len(column), column.offset * 16)
    return found.reshape(-1, 2)
