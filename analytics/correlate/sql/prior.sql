-- The transactions the closed set was part of before. One that is gone already was deleted by a tick that was cut short.
INSERT INTO tick_prior
SELECT
    u.transaction_id, u.started_hour, u.units, t.revision, t.content_hash, t.flow, t.tier, t.started_at, t.ended_at,
    t.deadline_at, t.breached, t.parent_type, t.parent_value, 0, t.verdicts, t.known_ids, t.known_at
FROM
(
    SELECT transaction_id, max(started_hour) AS started_hour, groupArray(unit_id) AS units
    FROM unit_transactions FINAL
    WHERE unit_id IN (SELECT unit_id FROM tick_units)
    GROUP BY transaction_id
) AS u
LEFT JOIN
(
    SELECT transaction_id, revision, content_hash, flow, tier, started_at, ended_at, deadline_at, breached,
        parent_type, parent_value, verdicts, known_ids, known_at
    FROM transactions FINAL
    WHERE (started_hour, transaction_id) IN
    (
        SELECT started_hour, transaction_id
        FROM unit_transactions FINAL
        WHERE unit_id IN (SELECT unit_id FROM tick_units)
    )
) AS t ON t.transaction_id = u.transaction_id
