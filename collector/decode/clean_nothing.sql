    -- Without redaction rules every text stays as it is (the other case is values_redacted.sql).
    (text, limits) -> text AS clean,
    kvs -> 0 AS limits_of,
