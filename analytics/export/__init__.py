"""Transactions written as CSV, Parquet and XES, streamed."""
