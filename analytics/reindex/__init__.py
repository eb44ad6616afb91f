"""Transactions made anew from the raw tables after a catalog change, beside the old ones, while ticks go on."""

from analytics.reindex.service import Progress, Reindexer

__all__ = ["Progress", "Reindexer"]
