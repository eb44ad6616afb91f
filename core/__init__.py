"""Clock, errors, identifiers, units and self-metrics; no network, no database."""
