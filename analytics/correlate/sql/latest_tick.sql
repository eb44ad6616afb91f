SELECT max(version) FROM correlation_ticks
