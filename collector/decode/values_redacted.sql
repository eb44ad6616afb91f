    -- Texts as values_flat.sql makes them, and what the rules of the catalog leave of them. `collector.redact` is the
    -- same in Python, `collector.decode.redaction` writes the expressions named in capitals.
    -- The key comes from a memory file: a parameter would stand in the text of the statement.
    (SELECT secret FROM file({secret_path:String}, 'RawBLOB', 'secret String')) AS secret,
    VALUE_PATTERNS AS value_patterns,
    text -> if(trimBoth(text, ' \t\n\r\v\f') = '', text, concat({pseudonym:String},
        substring(lower(hex(HMAC('sha256', caseFoldUTF8(trimBoth(text, ' \t\n\r\v\f')), secret))), 1, 32)))
        AS pseudonym_of,
    -- ISO/IEC 7812-1, annex B. Without a lambda: inside others it would double the time of planning.
    text -> reverse(replaceRegexpAll(text, '[^0-9]', '')) AS from_last,
    text -> match(text, '[0-9][^0-9]*[0-9]') AND arraySum(CAST(extractAll(concat(
        replaceRegexpAll(from_last(text), '(.).?', '\\1'),
        translate(replaceRegexpAll(from_last(text), '.(.)|.', '\\1'), '0123456789', '0246813579')), '.'),
        'Array(UInt8)')) % 10 = 0 AS luhn_holds,
    -- Bytes that are text a pattern is found in are looked at as that text.
    y -> if(isValidUTF8(y) AND BYTES_HIT, y, base64Encode(y)) AS bytes_text,
    (arm, s, i, b, d, y) -> multiIf(
        arm = 's', s,
        arm = 'i', toString(i),
        arm = 'b', if(b, 'true', 'false'),
        arm = 'd', toString(d),
        arm = 'y', bytes_text(y),
        substring('', throwIf(arm != '', 'a nested value is left'))) AS value_text,
    (text, limits) -> CLEAN_TEXT AS clean,
    (key, limits) -> KEY_DROPPED AS is_dropped,
    (keys, texts, limits) -> CAST(arrayFilter(pair -> pair.2 != {dropped:String}, arrayMap(
        (key, text) -> (clean(key, limits), if(is_dropped(key, limits), {dropped:String}, text)),
        keys, CLEAN_VALUES)), 'Map(LowCardinality(String), String)') AS redacted_map,
    (keys, texts, limits) -> if(SUSPICIOUS,
        redacted_map(keys, texts, limits),
        mapFromArrays(keys, arrayMap(text -> clean(text, limits), texts))) AS clean_map,
    (kvs, limits) -> clean_map(kvs.key, arrayMap((arm, s, i, b, d, y) -> value_text(arm, s, i, b, d, y),
        kvs.value.arm, kvs.value.s, kvs.value.i, kvs.value.b, kvs.value.d, kvs.value.y), limits) AS attribute_map,
    -- As the argument of a function: written into an expression several times, it would be evaluated where it must not.
    (v, limits) -> arrayMap(text -> clean(text, limits), [value_text(v.arm, v.s, v.i, v.b, v.d, v.y)])[1] AS text_of,
    kvs -> LIMITS AS limits_of,
