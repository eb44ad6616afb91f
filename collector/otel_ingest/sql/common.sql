    attributes -> arrayMap((k, v) -> (toValidUTF8(k), tuple(toValidUTF8(v))), mapKeys(attributes), mapValues(attributes))
        AS pairs,
    (attributes, service) -> pairs(if(service = '' OR mapContains(attributes, 'service.name'),
        CAST(attributes, 'Map(String, String)'),
        mapConcat(map('service.name', toString(service)), CAST(attributes, 'Map(String, String)')))) AS resource_of,
    time -> toUInt64(greatest(0, toUnixTimestamp64Nano(time))) AS ns_of,
    id -> if(length(id) = 32, unhex(id), '') AS trace_id_of,
    id -> if(length(id) = 16, unhex(id), '') AS span_id_of
