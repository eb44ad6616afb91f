-- Ways of NUMBER transactions of four flows over a day, one in a hundred still open, some with repeats and failures.
INSERT INTO transaction_paths
SELECT
    flow, toStartOfHour(fromUnixTimestamp64Micro(begun, 'UTC')), lower(hex(sipHash128(number))), 1, 0,
    multiIf(lost, 'failed', open, 'in_progress', over > begun + 600000000, 'completed_late', 'completed') AS status,
    begun, if(open OR lost, 0, over), over, begun + if(open, 90000000000, 600000000),
    over > begun + 600000000, labels, at_us,
    cityHash64(arrayFilter((l, before) -> l != before, labels, arrayPopBack(arrayPushFront(labels, '')))),
    cityHash64(labels)
FROM
(
    SELECT
        number,
        {flows:Array(String)}[1 + number % length({flows:Array(String)})] AS flow,
        {names:Array(Array(String))}[1 + number % length({names:Array(Array(String))})] AS names,
        toInt64({begin_us:Int64} + number * 86400000000 / {number:UInt64}) AS begun,
        cityHash64(number, 'chance') % 100 AS chance,
        chance = 0 AS open,
        chance IN (1, 2) AS lost,
        arrayFlatten(arrayMap(
            (n, i) -> multiIf(
                lost AND i = 2, [concat(n, ':failed')],
                (open OR lost) AND i > 2, [],
                cityHash64(number, i) % 23 = 0, [n, n],
                cityHash64(number, i) % 29 = 0 AND i > 1, [n, names[i - 1], n],
                [n]),
            names, arrayEnumerate(names))) AS labels,
        arrayMap(i -> begun + toInt64(i * exp(10 + (cityHash64(number, i, 'took') % 1000) / 110)), arrayEnumerate(labels)) AS raw,
        arraySort(raw) AS at_us,
        at_us[-1] AS over
    FROM numbers({number:UInt64})
)
SETTINGS max_insert_threads = 2
