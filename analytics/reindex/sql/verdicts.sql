-- What is held now and was not, and the withdrawal of what was held and is not: appended, never changed.
INSERT INTO verdicts
SELECT transaction_id, v.1, v.2, v.3, {now:DateTime64(3, 'UTC')}, revision, flow, tier
FROM
(
    SELECT
        if(n.status = '', h.transaction_id, n.transaction_id) AS transaction_id,
        if(n.status = '', h.revision + 1, n.revision) AS revision,
        if(n.status = '', h.flow, n.flow) AS flow,
        if(n.status = '', h.tier, n.tier) AS tier,
        arrayFilter(x -> NOT has(h.held, x), n.verdicts) AS made,
        arrayMap(w -> (w.1, 'withdrawn', w.3),
            arrayFilter(w -> NOT has(arrayMap(x -> x.1, n.verdicts), w.1), h.held)) AS withdrawn
    FROM
    (
        SELECT transaction_id, status, revision, flow, tier,
            arrayMap(x -> (toString(x.1), toString(x.2), x.3), verdicts)
                ::Array(Tuple(String, String, DateTime64(6, 'UTC'))) AS verdicts
        FROM transactions FINAL
    ) AS n
    FULL JOIN
    (
        SELECT transaction_id, max(last_revision) AS revision, argMax(last_flow, last_revision) AS flow,
            argMax(last_tier, last_revision) AS tier,
            groupArrayIf((rule, last.1, last.2), last.1 != 'withdrawn')
                ::Array(Tuple(String, String, DateTime64(6, 'UTC'))) AS held
        FROM
        (
            SELECT transaction_id, toString(rule) AS rule,
                argMax((toString(verdict), event_at), (decided_at, revision)) AS last,
                max(revision) AS last_revision, argMax(flow, (decided_at, revision)) AS last_flow,
                argMax(tier, (decided_at, revision)) AS last_tier
            FROM {main:Identifier}.verdicts
            GROUP BY transaction_id, rule
        )
        GROUP BY transaction_id
    ) AS h ON h.transaction_id = n.transaction_id
)
ARRAY JOIN arrayConcat(made, withdrawn) AS v
SETTINGS join_use_nulls = 0
