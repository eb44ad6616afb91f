"""Which transactions hold an identifier, of whatever type a person happens to have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from analytics.read.context import ReadContext
from runbooks.catalogs import Catalog
from runbooks.normalisation import normalise
from storage.sqlfiles import load_sql

MAX_MATCHES = 1_000
TRANSACTION_TYPE = "transaction"
TRACE_TYPE = "trace"
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
    found = []
    if _HEX_128.fullmatch(text.strip()):
        value = text.strip().lower()
        found = [Candidate(TRANSACTION_TYPE, value), Candidate(TRACE_TYPE, value)]
    for spelling in (text, *pseudonyms):
        found += [Candidate(name, normalise(entry, spelling)) for name, entry in catalog.identifiers.items()]
    if wanted_type is None:
        return [reading for reading in found if reading.value]
    declared = wanted_type in catalog.identifiers or wanted_type in (TRANSACTION_TYPE, TRACE_TYPE)
    if not declared:
        return [Candidate(wanted_type, spelling.strip()) for spelling in (text, *pseudonyms)]
    return [reading for reading in found if reading.value and reading.type == wanted_type]


@dataclass(frozen=True)
class Holder:
    """A transaction that holds an identifier, and the hour it started in (None: not known from the index)."""

    transaction_id: str
    started_hour: datetime | None


def holders(context: ReadContext, readings: list[Candidate]) -> list[Holder]:
    """
    Return the transactions that hold any of *readings*, holders of an identity first.

    An id a transaction had before more evidence came stands in the index under the transaction it is now.
    """
    if not readings:
        return []
    own = [reading.value for reading in readings if reading.type == TRANSACTION_TYPE]
    found, *hours = context.together(
        partial(_index_matches, context, readings), *(partial(_started_hour, context, value) for value in own)
    )
    known = {holder.transaction_id for holder in found}
    unknown = [Holder(value, hour) for value, hour in zip(own, hours, strict=True) if value not in known]
    return [*unknown, *found]


def _index_matches(context: ReadContext, readings: list[Candidate]) -> list[Holder]:
    rows = context.store.rows(
        load_sql("analytics.read", "sql/identifier_matches"),
        {
            "types": [reading.type for reading in readings],
            "values": [reading.value for reading in readings],
            "distinct_values": sorted({reading.value for reading in readings}),
            "rows": MAX_MATCHES,
        },
    )
    found = {row["transaction_id"]: row["started_at"] for row in rows}
    return [
        Holder(transaction_id, started_at.replace(minute=0, second=0, microsecond=0))
        for transaction_id, started_at in found.items()
    ]


def _started_hour(context: ReadContext, transaction_id: str) -> datetime | None:
    hour: datetime | None = context.store.value(load_sql("analytics.read", "sql/started_hour"), {"id": transaction_id})
    return hour
