SELECT
    (SELECT max(stored_at) FROM correlation_progress) AS stored_at,
    (SELECT max(ticked_at) FROM correlation_ticks) AS ticked_at,
    (SELECT max(version) FROM correlation_ticks) AS version
