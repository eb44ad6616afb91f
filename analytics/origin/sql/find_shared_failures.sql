-- The same failure across many transactions: a system that most recent transactions which passed it are in trouble with,
-- and few of the others. It speaks for what points at that system already, and by itself where nothing else does.
INSERT INTO origin_findings
WITH
    totals AS
    (
        SELECT sumIf(transactions, in_trouble) AS troubled, sum(transactions) AS passed FROM origin_outcomes
    ),
    shared AS
    (
        SELECT system, here, passed_here, totals.troubled - here AS there, totals.passed - passed_here AS passed_there, seen
        FROM
        (
            SELECT arrayJoin(systems) AS system, sumIf(transactions, in_trouble) AS here, sum(transactions) AS passed_here,
                arraySort(groupUniqArrayArrayIf(2)(examples, in_trouble)) AS seen
            FROM origin_outcomes
            GROUP BY system
        ) AS s, totals
        WHERE here >= {troubled:UInt32} AND here * 2 >= passed_here AND passed_there >= {others:UInt32} AND there * 10 <= passed_there
    )
SELECT
    p.transaction_id, p.category, p.system,
    if(f.weight > 0, f.weight + 2, 20) AS weight,
    if(f.weight > 0, f.confidence, 0.5) AS confidence,
    toJSONString(map(
        'kind', 'shared_path', 'system', toString(p.system),
        'transaction_id', if(s.seen[1] != p.transaction_id, s.seen[1], s.seen[2]),
        'why', concat(toString(s.here), ' of ', toString(s.passed_here), ' transactions of the last hour that passed it are in trouble, ',
            toString(s.there), ' of ', toString(s.passed_there), ' that did not'))) AS evidence
FROM
(
    SELECT transaction_id, system, any(category) AS category FROM origin_evidence WHERE system != '' GROUP BY transaction_id, system
) AS p
INNER JOIN shared AS s ON s.system = p.system
LEFT JOIN
(
    SELECT transaction_id, system, max(origin_findings.weight) AS weight, argMax(origin_findings.confidence, origin_findings.weight) AS confidence
    FROM origin_findings
    GROUP BY transaction_id, system
) AS f ON f.transaction_id = p.transaction_id AND f.system = p.system
