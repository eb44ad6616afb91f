"""Reads for people: one class that answers every question of the API and the pages."""

from analytics.read.errors import InvalidQueryError, NotFoundError
from analytics.read.filters import Found, TransactionFilter
from analytics.read.reader import Reader

__all__ = ["Found", "InvalidQueryError", "NotFoundError", "Reader", "TransactionFilter"]
