-- A parent made of its children that stood under another hour, lost its last child, or is known by its own evidence.
INSERT INTO transactions (started_hour, transaction_id, version, deleted, started_at, last_at, updated_at)
SELECT started_hour, transaction_id, {version:UInt64}, 1, started_hour, started_hour, {now:DateTime64(3, 'UTC')}
FROM transactions FINAL
WHERE transaction_id IN
    (
        SELECT lower(hex(sipHash128('parent', parent_type, parent_value)))
        FROM (
            SELECT toString(parent_type) AS parent_type, parent_value FROM tick_parents WHERE parent_type != ''
            UNION DISTINCT
            SELECT toString(parent_type), parent_value FROM tick_prior WHERE parent_type != ''
            UNION DISTINCT
            SELECT i.type, i.value FROM tick_transactions ARRAY JOIN identifiers AS i
            WHERE i.role = 'identity' AND sipHash64(i.type, i.value) NOT IN (SELECT identity_hash FROM tick_excluded)
        )
    )
    AND (started_hour, transaction_id) NOT IN (SELECT started_hour, transaction_id FROM tick_final)
    AND version < {version:UInt64}
