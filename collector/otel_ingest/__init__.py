"""Rows that a stock OpenTelemetry Collector wrote with its ClickHouse exporter become requests like any other."""
