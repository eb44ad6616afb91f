"""
To which value of its trace each span of a batch belongs; pure.

Everything goes by doubling: a trace as deep as it is long takes about the logarithm of that in rounds, and spans that
name each other as parents end like any others.
"""

import numpy as np

from analytics.correlate.segments import Ints, numbered

_MOST = np.iinfo(np.uint64).max
_NONE = np.uint64(0)


def owners(units: Ints, spans: Ints, parents: Ints, own: Ints, spare: Ints) -> Ints:
    """
    Return the owner of each span: the nearest above it, else the only one below it, else 0.

    Args:
        units: Number of the trace of each span.
        spans: Number of each span, once in its trace.
        parents: Number of the span above it, 0 for none.
        own: The one value that makes it its owner's, 0 where it carries none or several.
        spare: Such a value of a lesser kind, for spans that *own* leaves without an owner.
    """
    above = _places(units, spans, parents)
    found = _nearest(above, own)
    found = _nearest(above, np.where(found == _NONE, spare, found))
    return np.where(found == _NONE, _only_below(above, found), found)


def _places(units: Ints, spans: Ints, parents: Ints) -> Ints:
    """Return the place of the span above each, their number where there is none; that one is its own."""
    count = len(spans)
    ids, place = numbered(np.concatenate((spans, parents)))
    trace = numbered(units)[1] * max(1, len(ids))
    keys = trace + place[:count]
    order = np.argsort(keys)
    wanted = trace + place[count:]
    at = np.minimum(np.searchsorted(keys[order], wanted), max(0, count - 1))
    known = (keys[order][at] == wanted) & (parents != 0)
    return np.append(np.where(known, order[at], count), count)


def _nearest(above: Ints, own: Ints) -> Ints:
    """Return what each has, else the nearest above it: a round looks twice as far up."""
    found, up = np.append(own, _NONE), above
    for _ in range(len(own).bit_length()):
        found = np.where(found == _NONE, found[up], found)
        up = up[up]
    return found[:-1]


def _only_below(above: Ints, found: Ints) -> Ints:
    """Return the one owner that there is below each span which has none, 0 where there are several or none."""
    least, greatest = np.full(len(above), _MOST), np.zeros(len(above), np.uint64)
    owned = np.append(found != _NONE, True)
    given = np.flatnonzero(owned[:-1])
    np.minimum.at(least, above[given], found[given])
    np.maximum.at(greatest, above[given], found[given])
    end = len(found)
    up = np.where(owned, end, above)  # all that is above a span without an owner has none
    for _ in range(end.bit_length()):
        np.minimum.at(least, up, least.copy())
        np.maximum.at(greatest, up, greatest.copy())
        up = up[up]
    return np.where(least == greatest, least, _NONE)[:-1]
