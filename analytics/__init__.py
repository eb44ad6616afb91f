"""Correlation, transactions, origin, SLA and the read API."""
