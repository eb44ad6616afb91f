-- Parents of which nothing is known but their children.
INSERT INTO tick_final (
    started_hour, transaction_id, version, status, own_status, revision, started_at, ended_at, last_at, duration_ms,
    identifiers, systems, origin_category, origin_system, origin_confidence, origin_evidence, child_total, child_completed, child_failed, observation_count, updated_at)
WITH
    -- of the children of this tick, as they name them now and as they named them before
    keys AS
    (
        SELECT DISTINCT toString(parent_type) AS type, parent_value AS value,
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
SELECT
    toStartOfHour(fromUnixTimestamp64Micro(begin_us, 'UTC')), parent_id, {version:UInt64},
    multiIf(failed > 0, 'failed', completed < total, 'in_progress', 'completed') AS state, 'completed', 1,
    fromUnixTimestamp64Micro(begin_us, 'UTC'),
    if(state = 'completed', fromUnixTimestamp64Micro(finish_us, 'UTC'), NULL),
    fromUnixTimestamp64Micro(final_us, 'UTC'),
    (final_us - begin_us) / 1000,
    [(type, value, 'identity')], systems, origin.1, origin.2, origin.3, origin.4, total, completed, failed, 0, {now:DateTime64(3, 'UTC')}
FROM
(
    SELECT
        p.made_id AS parent_id, any(c.parent_type) AS type, any(c.parent_value) AS value,
        count() AS total,
        countIf(c.status IN ('completed', 'completed_late')) AS completed,
        countIf(c.status = 'failed') AS failed,
        min(c.started_us) AS begin_us, max(c.ended_us) AS finish_us, max(c.last_us) AS final_us,
        arraySort(groupUniqArrayArray(c.systems)) AS systems,
        argMaxIf(c.origin, (c.origin.confidence, c.origin.category, c.origin.system, c.transaction_id),
            c.status = 'failed' AND c.origin.category != '') AS origin
    FROM
    (
        SELECT *
        FROM transaction_children FINAL
        WHERE (parent_type, parent_value) IN (SELECT type, value FROM keys)
    ) AS c
    INNER JOIN keys AS p ON c.parent_type = p.type AND c.parent_value = p.value
    WHERE (p.type, p.value) NOT IN
        (SELECT i.type, i.value FROM tick_transactions ARRAY JOIN identifiers AS i
        WHERE i.role = 'identity' AND sipHash64(i.type, i.value) NOT IN (SELECT identity_hash FROM tick_excluded))
    GROUP BY p.made_id
)
