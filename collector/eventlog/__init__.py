"""Event logs (CSV, XES, OCEL 2.0) read as business events, in bounded memory."""
