    -- Most telemetry holds nothing that a rule takes out. So it is first only looked at, with the same patterns as in
    -- values_redacted.sql: planning that takes three times as long. What hits is refused and read again by that.
    VALUE_PATTERNS AS value_patterns,
    (text, limits) -> substring(text, 1 + throwIf(TEXT_HIT, 'a rule may be for a text')) AS clean,
    text -> substring(text, 1 + throwIf(TEXT_HIT, 'a rule may be for a text')) AS clean_value,
    (keys, texts) -> mapFromArrays(arraySlice(keys, 1 + throwIf(
        SUSPICIOUS OR arrayExists(text -> TEXT_HIT, texts), 'a rule may be for a key or value')), texts) AS clean_map,
    y -> base64Encode(substring(y, 1 + throwIf(isValidUTF8(y) AND BYTES_HIT, 'a rule may be for bytes'))) AS bytes_text,
    kvs -> 0 AS limits_of,
