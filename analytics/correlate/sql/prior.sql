-- The transactions the closed set was part of before.
INSERT INTO tick_prior
SELECT
    t.transaction_id, t.started_hour, u.units, t.revision, t.content_hash, t.flow, t.tier, t.parent_type, t.parent_value, 0, t.verdicts,
    t.known_ids
FROM
(
    SELECT *
    FROM transactions FINAL
    WHERE (started_hour, transaction_id) IN
    (
        SELECT started_hour, transaction_id
        FROM unit_transactions FINAL
        WHERE unit_id IN (SELECT unit_id FROM tick_units)
    )
) AS t
INNER JOIN
(
    SELECT transaction_id, groupArray(unit_id) AS units
    FROM unit_transactions FINAL
    WHERE unit_id IN (SELECT unit_id FROM tick_units)
    GROUP BY transaction_id
) AS u ON t.transaction_id = u.transaction_id
