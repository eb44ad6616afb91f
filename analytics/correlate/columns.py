"""Results of the engine as numpy columns; lists as flat values with the row each belongs to."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.correlate.segments import Ints, repeated


@dataclass(frozen=True)
class Lists:
    """A column of lists: all values one after the other, and the row of each."""

    values: Ints
    rows: Ints

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Return the lists of the rows where *mask* holds, with rows counted among those."""
        kept = mask[self.rows]
        place = np.cumsum(mask) - 1
        return type(self)(self.values[kept], place[self.rows[kept]])


@dataclass(frozen=True)
class Coded:
    """
    Texts as numbers that sort as the texts do.

    Attributes:
        names: The distinct texts in order of their bytes; some may stand for no row.
        codes: Place of each row's text among them.
    """

    names: list[bytes]
    codes: Ints

    def code_of(self, name: bytes) -> int:
        """Return the code of *name*, -1 when it is not among them."""
        return self.names.index(name) if name in self.names else -1

    def few(self, codes: Ints) -> pa.Array:
        """Return the texts of *codes*, dictionary-encoded."""
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(self.names, pa.binary()))

    def few_or_none(self, codes: Ints) -> pa.Array:
        """Return the texts of *codes*, an empty one for -1, dictionary-encoded."""
        names = self.names if b"" in self.names else [*self.names, b""]  # the engine refuses a text that is there twice
        return type(self)(names, self.codes).few(np.where(codes < 0, names.index(b""), codes))

    def plain(self, codes: Ints) -> pa.Array:
        """Return the texts of *codes*, an empty one for -1."""
        names = pa.array([*self.names, b""], pa.binary())
        return names.take(pa.array(np.where(codes < 0, len(self.names), codes)))


def numbers(table: pa.Table, name: str) -> Ints:
    """Return a column of numbers."""
    found: Ints = whole(table, name).to_numpy(zero_copy_only=False)
    return found


def lists(table: pa.Table, name: str) -> Lists:
    """Return a column of lists of numbers, all empty where *table* has none of that name."""
    if name not in table.column_names:
        return Lists(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    found, rows = flat(table, name)
    return Lists(found.to_numpy(zero_copy_only=False), rows)


def coded(table: pa.Table, name: str) -> Coded:
    """Return a column of few distinct texts."""
    return in_order(whole(table, name))


def coded_lists(table: pa.Table, name: str) -> Coded:
    """Return the values of a column of lists of few distinct texts."""
    return in_order(whole(table, name).flatten())


def flat(table: pa.Table, name: str) -> tuple[Any, Ints]:
    """Return the values of a column of lists, and the row of each."""
    return _flattened(whole(table, name))


def flat_twice(table: pa.Table, name: str) -> tuple[Any, Ints]:
    """Return the values of a column of lists of lists, and the inner list of each."""
    return _flattened(whole(table, name).flatten())


def flat_numbers(table: pa.Table, name: str) -> Ints:
    """Return the values of a column of lists of numbers."""
    found: Ints = whole(table, name).flatten().to_numpy()
    return found


def bounds_of(table: pa.Table, name: str) -> Ints:
    """Return where each row begins among the values of a column of lists, and the end."""
    found: Ints = whole(table, name).offsets.to_numpy()
    return found - found[0] if len(found) else np.zeros(1, np.int32)


def _flattened(column: Any) -> tuple[Any, Ints]:
    return column.flatten(), repeated(np.diff(column.offsets.to_numpy()))


def in_order(column: Any) -> Coded:
    """Return a dictionary-encoded *column* with its texts in order, also those of its dictionary that no row has."""
    names = column.dictionary.to_pylist()
    place = {name: number for number, name in enumerate(sorted(set(names)))}
    recoded = np.array([place[name] for name in names], np.int64)
    return Coded(list(place), recoded[column.indices.to_numpy()] if len(names) else np.zeros(len(column), np.int64))


def whole(table: pa.Table, name: str) -> Any:
    """Return a column as one array, without a copy where it is one."""
    column = table.column(name)
    if not column.num_chunks:
        return pa.array([], column.type)
    return column.combine_chunks() if column.num_chunks > 1 else column.chunk(0)


def list_array(bounds: Ints, values: Any) -> pa.Array:
    """Return lists of *values* that begin and end at *bounds*."""
    return pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), values)


def tuples(bounds: Ints, **fields: Any) -> pa.Array:
    """Return lists of tuples of *fields* that begin and end at *bounds*."""
    return list_array(bounds, pa.StructArray.from_arrays(list(fields.values()), list(fields)))
