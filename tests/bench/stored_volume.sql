-- Evidence of SEEDED transactions within an hour, ten pieces each: eight spans in two traces, joined by a queue, a log
-- record and a business event. Four flows; most complete, some fail, some are late, some wait for their last milestone.
WITH
    {flows:Array(String)} AS flows,
    {names:Array(Array(String))} AS names,
    {systems:Array(Array(String))} AS systems,
    intDiv(n, 10) AS t, n % 10 AS part, 1 + t % length(flows) AS f,
    cityHash64(t, 'fate') % 1000 AS fate,
    fate < 12 AS fails, fate >= 12 AND fate < 30 AS waits, fate >= 30 AND fate < 45 AS late,
    length(names[f]) AS steps,
    least(part, steps - 1) AS step,
    part < steps AND NOT (waits AND step = steps - 1) AND NOT (fails AND step > 2) AS tells,
    fails AND step = 2 AS broke,
    {begin_us:Int64} + intDiv(t * 3600000000, {seeded:UInt64}) + toInt64(part * 2000000 + cityHash64(n) % 1000000
        + if(late AND step = steps - 1, 1200000000, 0)) AS at_us
SELECT
    n, t, part, at_us, broke,
    fromUnixTimestamp64Micro(at_us, 'UTC') AS time,
    toFixedString(reinterpret(sipHash128('t', t, part > 3), 'FixedString(16)'), 16) AS trace_id,
    toFixedString(reinterpret(sipHash64('s', n), 'FixedString(8)'), 8) AS span_id,
    toFixedString(if(part IN (0, 4), '', reinterpret(sipHash64('s', n - 1), 'FixedString(8)')), 8) AS parent_span_id,
    multiIf(part = 3, 4, part = 4, 5, part % 3 = 0, 3, 2) AS kind,
    if(part = 3, 'mw-orchestrator', systems[f][step + 1]) AS service,
    concat('step ', toString(part), ' of ', flows[f]) AS name,
    1000000 + cityHash64(n) % 400000000 AS duration_ns,
    map(
        'correlation.id', concat('c-', toString(t)), 'business.flow', flows[f],
        'business.milestone', if(tells, names[f][step + 1], ''),
        'erp.po.number', if(part = 1, concat('45', leftPad(toString(t), 8, '0')), ''),
        'supplier.id', if(part = 1, concat('S', toString(t % 500)), ''),
        'contract.number', if(part = 2, concat('P', toString(t)), ''),
        'messaging.destination.name', if(part = 3, 'order-queue', ''),
        'http.route', concat('/r/', toString(n % 50)), 'thread.id', toString(n % 64), 'user.id', toString(n % 5000)
    ) AS attributes,
    if(tells, names[f][step + 1], '') AS milestone,
    flows[f] AS flow
FROM (SELECT number AS n FROM numbers({seeded:UInt64} * 10))
