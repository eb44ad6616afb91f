"""
What a tick found out is compared with what is stored, and the difference becomes new versions.

Every statement may be repeated: the rows of a tick that was cut short are replaced by those of its repetition.
"""

from datetime import datetime

from analytics.correlate.lineage import relate, store_made_parents
from analytics.correlate.statements import Statements

_QUARANTINE = ("store_quarantine_notices", "store_quarantined")
_CHANGED = (
    "store_identifiers",
    "store_edges",
    "store_verdicts",
    "store_paths",
    # Side by side: who reads between them sees evidence that the version does not know of yet.
    "store_unit_transactions",
    "store_transaction_units",
    "store_transactions",
)
_VANISHED = ("store_vanished_identifiers", "store_vanished_paths", "store_vanished", "store_vanished_units")


def load_prior(statements: Statements) -> int:
    """Fill ``tick_prior`` with what is stored of the closed set; return how many transactions that is."""
    statements.empty("tick_prior")
    statements.send("prior")
    return statements.count("tick_prior")


def publish(statements: Statements, version: int, now: datetime, *, replaces: bool) -> int:
    """
    Store what changed as *version*.

    Args:
        statements: How to send.
        version: Greater than that of every earlier tick.
        now: When this was decided.
        replaces: Whether anything was stored of the closed set before.

    Returns:
        The number of transactions that changed.
    """
    statements.empty("tick_final")
    traits = statements.rows("traits")[0]
    named, adopted = relate(statements, version, named=traits["parents"] > 0, had=traits["children"] > 0)
    statements.send("final", version=version, now=now)
    store_made_parents(statements, version, now, named=named, adopted=adopted)
    if traits["judgements"]:
        statements.work("store_judgements")
    if traits["waits"]:
        statements.work("store_waiting")
    sizes = statements.sizes()
    without = {
        "store_edges": not sizes["tick_members"],
        "store_verdicts": not (traits["verdicts"] or replaces),
        "store_paths": not (traits["flows"] or adopted),
    }
    if sizes["tick_final"]:
        for name in _CHANGED:
            if not without.get(name):
                statements.work(name, version=version, now=now)
    _store_held(statements, version, suspects=sizes["tick_suspects"])
    if replaces:
        for name in _VANISHED:
            statements.work(name, version=version, now=now)
    if sizes["tick_quarantine"]:
        # After all: while a value does not stand as quarantined, the units it had joined are resolved anew.
        for name in _QUARANTINE:
            statements.work(name, version=version, now=now)
    return sizes["tick_final"]


def _store_held(statements: Statements, version: int, *, suspects: int) -> None:
    """After the units of the new versions: what a tick that is cut short leaves here is then known as its own."""
    if not suspects:
        return
    statements.empty("tick_held")
    statements.work("held")
    statements.work("store_held", version=version)
    statements.send("store_vanished_held", version=version)
