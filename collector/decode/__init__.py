"""From acknowledged bytes to rows: the engine parses, Python only hands it the bytes and the statement."""
