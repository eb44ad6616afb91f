"""The door: receivers, limits, redaction, spool, decode, store."""
