"""Operational knowledge: the catalog of flows and systems, and the runbooks."""
