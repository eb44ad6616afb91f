"""
Batch traces are taken apart: a span belongs to the nearest value above it, else to the only one below it.

What belongs to neither is the shared context of the batch and keeps the unit as its group.
"""

import pyarrow as pa

from analytics.correlate.columns import numbers
from analytics.correlate.owners import owners
from analytics.correlate.segments import Ints
from analytics.correlate.statements import Statements

BATCH_WORK = ("tick_batches", "tick_batch_observations", "tick_batch_spans", "tick_fragments")


def split_batches(statements: Statements) -> bool:
    """Give the observations of batch traces in ``tick_observations`` the group of their part; return if any is."""
    statements.work("batches")
    if not statements.count("tick_batches"):
        return False
    statements.work("batch_take")
    statements.command("batch_leave")
    statements.put("tick_batch_spans", _owned(statements.arrow("batch_spans")))
    statements.work("fragments")
    statements.work("batch_put")
    return True


def _owned(spans: pa.Table) -> pa.Table:
    """Return the spans of ``batch_spans.sql`` with their owners."""
    units, span, parent = numbers(spans, "unit_id"), numbers(spans, "span"), numbers(spans, "parent")
    found = owners(units, span, parent, numbers(spans, "own"), numbers(spans, "own_spare"))
    ids = {"span_id": _binary(span), "parent_span_id": _binary(parent)}
    return pa.table({"unit_id": units, **ids, "owner": found})


def _binary(ids: Ints) -> pa.Array:
    """Return the ids that the engine read as numbers."""
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(8), len(ids), [None, pa.py_buffer(ids.astype("<u8").tobytes())]
    )
