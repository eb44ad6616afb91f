    -- Cheap to plan, but arrays and key-value lists are refused: see `collector.decode.rewrite`.
    (arm, s, i, b, d, y) -> multiIf(
        arm = 's', s,
        arm = 'i', toString(i),
        arm = 'b', if(b, 'true', 'false'),
        arm = 'd', toString(d),
        arm = 'y', bytes_text(y),
        substring('', throwIf(arm != '', 'a nested value is left'))) AS value_text,
    (kvs, limits) -> clean_map(kvs.key, arrayMap((arm, s, i, b, d, y) -> value_text(arm, s, i, b, d, y),
        kvs.value.arm, kvs.value.s, kvs.value.i, kvs.value.b, kvs.value.d, kvs.value.y)) AS attribute_map,
    (v, limits) -> clean_value(value_text(v.arm, v.s, v.i, v.b, v.d, v.y)) AS text_of,
-- include: clean_nothing
