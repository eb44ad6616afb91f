-- Verdicts that are new or differ from the last ones, and the withdrawal of those that no longer hold.
INSERT INTO verdicts
SELECT transaction_id, v.1, v.2, v.3, {now:DateTime64(3, 'UTC')}, revision, flow, tier
FROM
(
    SELECT f.transaction_id AS transaction_id, f.revision AS revision, f.flow AS flow, f.tier AS tier,
        arrayFilter(n -> NOT has(p.verdicts, n), f.verdicts) AS made,
        arrayMap(w -> (w.1, 'withdrawn', w.3),
            arrayFilter(w -> NOT has(arrayMap(n -> n.1, f.verdicts), w.1), p.verdicts)) AS withdrawn
    FROM tick_final AS f
    LEFT JOIN tick_prior AS p ON p.transaction_id = f.transaction_id
)
ARRAY JOIN arrayConcat(made, withdrawn) AS v
