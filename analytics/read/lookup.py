"""Which transactions hold an identifier, of whatever type a person happens to have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.observed import units_of
from analytics.read.points import latest, point_rows, text_of
from runbooks.catalogs import Catalog
from runbooks.normalisation import normalise
from storage.sqlfiles import load_sql

Row = dict[str, Any]
MAX_MATCHES = 1_000
TRANSACTION_TYPE = "transaction"
TRACE_TYPE = "trace"
_FIELDS = {"transaction_id": TRANSACTION_TYPE, "trace_id": TRACE_TYPE}
"""What the fields of an answer are called that hold ids: people take the name of one for its type."""
OTHER_TYPE = "other"
"""Stands for every type that no catalog entry names, such as the parents of an imported log."""
_HEX_128 = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class Candidate:
    """One reading of what was typed: this value, as this type writes it."""

    type: str
    value: str


def candidates(catalog: Catalog, text: str, wanted_type: str | None, pseudonyms: Sequence[str] = ()) -> list[Candidate]:
    """
    Return every reading of *text*, each normalised as its type prescribes.

    Args:
        catalog: The catalog in force.
        text: What a person typed or a link carries.
        wanted_type: Only this type, or None for all; a type no catalog entry names is looked up as it is written.
        pseudonyms: What *text* may have been replaced by before it was stored.
    """
    if wanted_type not in catalog.identifiers:
        wanted_type = _FIELDS.get(wanted_type or "", wanted_type)
    found = []
    if _HEX_128.fullmatch(text.strip()):
        value = text.strip().lower()
        found = [Candidate(TRANSACTION_TYPE, value), Candidate(TRACE_TYPE, value)]
    for spelling in (text, *pseudonyms):
        found += [Candidate(name, normalise(entry, spelling)) for name, entry in catalog.identifiers.items()]
    if wanted_type is None:
        found += [Candidate(OTHER_TYPE, spelling.strip()) for spelling in (text, *pseudonyms)]
        return [reading for reading in found if reading.value]
    declared = wanted_type in catalog.identifiers or wanted_type in (TRANSACTION_TYPE, TRACE_TYPE)
    if not declared:
        return [Candidate(wanted_type, spelling.strip()) for spelling in (text, *pseudonyms)]
    return [reading for reading in found if reading.value and reading.type == wanted_type]


@dataclass(frozen=True)
class Holder:
    """
    A transaction that holds an identifier.

    Attributes:
        transaction_id: Its id; where a person typed an id, there need be no such transaction.
        started_hour: The hour it started in; None where that is not known from the index.
        units: Its units, where they have been read already.
    """

    transaction_id: str
    started_hour: datetime | None
    units: list[Row] | None = None


def holders(context: ReadContext, readings: list[Candidate]) -> list[Holder]:
    """
    Return the transactions that hold any of *readings*, holders of an identity first.

    An id a transaction had before more evidence came stands in the index under the transaction it is now.
    """
    if not readings:
        return []
    own = list(dict.fromkeys(reading.value for reading in readings if reading.type == TRANSACTION_TYPE))
    found, *units = context.together(
        partial(_index_matches, context, readings), *(partial(units_of, context.store, value) for value in own)
    )
    known = {holder.transaction_id for holder in found}
    # Without units it is a parent that has no evidence of its own, which is searched for everywhere; not so where the
    # value has a meaning already, as every trace id has.
    unknown = [
        Holder(value, None, of)
        for value, of in zip(own, units, strict=True)
        if value not in known and (of or not found)
    ]
    return [*unknown, *found]


def with_hours(context: ReadContext, found: list[Holder]) -> list[Holder]:
    """Return *found* with the hours they started in; what has none is no transaction and is left out."""
    timed = ((holder, holder.started_hour or _started_hour(context, holder)) for holder in found)
    return [replace(holder, started_hour=hour) for holder, hour in timed if hour]


def _index_matches(context: ReadContext, readings: list[Candidate]) -> list[Holder]:
    wanted = {(reading.type, reading.value) for reading in readings}
    declared = [*context.catalogs.current().identifiers, TRANSACTION_TYPE, TRACE_TYPE]
    values = sorted({reading.value for reading in readings})
    rows = point_rows(context.store, "identifier_matches", {"values": values, "rows": MAX_MATCHES})
    if len(rows) == MAX_MATCHES:
        rows = context.store.rows(
            load_sql("analytics.read", "sql/identifier_matches_first"),
            {
                "values": values,
                "types": [reading.type for reading in readings],
                "readings": [reading.value for reading in readings],
                "declared": declared,
                "others": ["", *(reading.value for reading in readings if reading.type == OTHER_TYPE)],
                "rows": MAX_MATCHES,
            },
        )
    else:
        rows = latest(rows, "value", "type", "transaction_id")
    matches = [
        (row["role"] != "identity", text_of(row["transaction_id"]), row["started_at"])
        for row in rows
        if (row["type"] if row["type"] in declared else OTHER_TYPE, row["value"]) in wanted
        or (row["type"], row["value"]) in wanted
    ]
    found = {transaction_id: started_at for _, transaction_id, started_at in sorted(matches)}
    return [Holder(transaction_id, _hour(started_at)) for transaction_id, started_at in found.items()]


def _hour(started_at: datetime) -> datetime:
    return started_at.replace(minute=0, second=0, microsecond=0)


def _started_hour(context: ReadContext, holder: Holder) -> datetime | None:
    units = units_of(context.store, holder.transaction_id) if holder.units is None else holder.units
    hour: datetime | None = None
    if units:
        rows = point_rows(context.store, "started_hour", {"units": [unit["unit_id"] for unit in units]})
        rows = latest(rows, "unit_id", "transaction_id")
        hours = [row["started_hour"] for row in rows if text_of(row["transaction_id"]) == holder.transaction_id]
        hour = max(hours, default=None)
    if hour is None:
        hour = context.store.value(
            load_sql("analytics.read", "sql/started_hour_anywhere"), {"id": holder.transaction_id}
        )
    return hour
