"""Query results turned into what a page says: pure functions, no store, no browser."""
