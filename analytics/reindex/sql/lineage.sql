-- Rebuilt transactions with the history of the old ones: revisions go on, and ids that their evidence was known under
-- lead to them. part cuts the work so that it fits into memory.
INSERT INTO transactions
SELECT
    n.* REPLACE (
        multiIf(
            b.before_id = '', n.revision,
            b.before_hash = n.content_hash, b.before_revision,
            b.before_revision + 1) AS revision,
        arraySort(arrayFilter(i -> i != toString(n.transaction_id),
            arrayDistinct(arrayConcat(n.known_ids, b.before_known, f.former)))) AS known_ids,
        if(b.before_id != '' AND (b.before_flow != '' OR n.flow = ''), b.before_known_at, n.known_at) AS known_at,
        n.version + 1 AS version)
FROM
(
    SELECT * FROM transactions FINAL WHERE cityHash64(transaction_id) % {parts:UInt8} = {part:UInt8}
) AS n
LEFT JOIN
(
    SELECT toString(transaction_id) AS before_id, revision AS before_revision, content_hash AS before_hash,
        known_ids AS before_known, known_at AS before_known_at, flow AS before_flow
    FROM transactions_before
    WHERE cityHash64(transaction_id) % {parts:UInt8} = {part:UInt8}
) AS b ON b.before_id = toString(n.transaction_id)
LEFT JOIN
(
    SELECT u.transaction_id AS new_id, groupUniqArrayArray(arrayPushBack(o.known_ids, toString(o.transaction_id))) AS former
    FROM (SELECT unit_id, transaction_id FROM unit_transactions FINAL) AS u
    INNER JOIN (SELECT unit_id, transaction_id FROM unit_transactions_before) AS w ON w.unit_id = u.unit_id
    INNER JOIN
    (
        SELECT transaction_id, known_ids
        FROM transactions_before
        WHERE transaction_id NOT IN (SELECT transaction_id FROM transactions FINAL)
    ) AS o ON o.transaction_id = w.transaction_id
    WHERE cityHash64(u.transaction_id) % {parts:UInt8} = {part:UInt8}
    GROUP BY new_id
) AS f ON f.new_id = n.transaction_id
WHERE b.before_id != '' OR notEmpty(f.former)
SETTINGS join_use_nulls = 0
