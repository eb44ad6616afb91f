-- Made parents are found by their key; those that are no more are not.
INSERT INTO transaction_identifiers
SELECT identifiers[1].value, identifiers[1].type, transaction_id, 'identity', started_at, {version:UInt64}, 0
FROM tick_final
WHERE observation_count = 0
UNION ALL
SELECT value, type, made_id, '', toDateTime64(0, 6, 'UTC'), {version:UInt64}, 1
FROM
(
    SELECT DISTINCT parent_value AS value, toString(parent_type) AS type,
        lower(hex(sipHash128('parent', type, value))) AS made_id
    FROM
    (
        SELECT parent_type, parent_value FROM tick_parents WHERE parent_type != ''
        UNION ALL
        SELECT parent_type, parent_value FROM tick_prior WHERE parent_type != ''
        UNION ALL
        SELECT parent_type, parent_value FROM tick_adopted
    )
)
WHERE made_id NOT IN (SELECT transaction_id FROM tick_final WHERE observation_count = 0)
