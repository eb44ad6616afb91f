    -- Texts and whole numbers alone, which is most of telemetry: each kind of value that may come costs a column in the
    -- reading of every value. What else comes is refused, also no value at all: it cannot be told from a kind not read.
    (arm, s, i) -> if(arm = 's', s,
        substring(toString(i), 1 + throwIf(arm != 's' AND arm != 'i', 'neither text nor whole number'))) AS value_text,
    (kvs, limits) -> clean_map(kvs.key, arrayMap((arm, s, i) -> value_text(arm, s, i),
        kvs.value.arm, kvs.value.s, kvs.value.i)) AS attribute_map,
    (v, limits) -> clean_value(value_text(v.arm, v.s, v.i)) AS text_of,
-- include: clean_nothing
