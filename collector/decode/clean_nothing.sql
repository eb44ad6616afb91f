    -- Without redaction rules every text stays as it is (other cases: clean_probed.sql, values_redacted.sql).
    (text, limits) -> text AS clean,
    text -> text AS clean_value,
    (keys, texts) -> mapFromArrays(keys, texts) AS clean_map,
    y -> base64Encode(y) AS bytes_text,
    kvs -> 0 AS limits_of,
