"""Which transactions hold an identifier, of whatever type a person happens to have."""

import re
from dataclasses import dataclass

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


def candidates(catalog: Catalog, text: str, wanted_type: str | None) -> list[Candidate]:
    """
    Return every reading of *text*, each normalised as its type prescribes.

    Args:
        catalog: The catalog in force.
        text: What a person typed or a link carries.
        wanted_type: Only this type, or None for all; a type no catalog entry names is looked up as it is written.
    """
    found = []
    if _HEX_128.fullmatch(text.strip()):
        value = text.strip().lower()
        found = [Candidate(TRANSACTION_TYPE, value), Candidate(TRACE_TYPE, value)]
    found += [Candidate(name, normalise(entry, text)) for name, entry in catalog.identifiers.items()]
    if wanted_type is None:
        return [reading for reading in found if reading.value]
    declared = wanted_type in catalog.identifiers or wanted_type in (TRANSACTION_TYPE, TRACE_TYPE)
    if not declared:
        return [Candidate(wanted_type, text.strip())]
    return [reading for reading in found if reading.value and reading.type == wanted_type]


def holders(context: ReadContext, readings: list[Candidate]) -> list[str]:
    """Return the ids of the transactions that hold any of *readings*, holders of an identity first."""
    own = [reading.value for reading in readings if reading.type == TRANSACTION_TYPE]
    if own:
        by_id = _by_transaction_id(context, own[0])
        if by_id:
            return by_id
    keys = [reading for reading in readings if reading.type != TRANSACTION_TYPE]
    if not keys:
        return []
    rows = context.store.rows(
        load_sql("analytics.read", "sql/identifier_matches"),
        {"types": [key.type for key in keys], "values": [key.value for key in keys], "rows": MAX_MATCHES},
    )
    return [row["transaction_id"] for row in rows]


def _by_transaction_id(context: ReadContext, transaction_id: str) -> list[str]:
    """An id a transaction had before more evidence came leads to the transaction it is now."""
    current = context.store.value(
        "SELECT transaction_id FROM transactions_current WHERE transaction_id = {id:String} LIMIT 1",
        {"id": transaction_id},
    )
    if current is not None:
        return [current]
    rows = context.store.rows(load_sql("analytics.read", "sql/known_ids"), {"id": transaction_id, "rows": MAX_MATCHES})
    return [row["transaction_id"] for row in rows]
