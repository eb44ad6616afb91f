"""Correlation, transactions, origin, SLA and the read API."""

import core  # noqa: F401  it chooses what numpy sorts with, which is to come before numpy
