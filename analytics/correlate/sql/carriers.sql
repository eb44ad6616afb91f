-- Which groups carry an identity value, from when to when; absurd times do not count as time.
INSERT INTO tick_carriers
SELECT
    value_hash,
    group_id,
    any(i.type) AS type,
    any(i.value) AS value,
    minIf(toUnixTimestamp64Micro(at), NOT untimely) AS first_us,
    maxIf(toUnixTimestamp64Micro(end_at), NOT untimely) AS last_us,
    max(toInt64(gap_s)) * 1000000 AS gap_us
FROM tick_observations
ARRAY JOIN
    identity_hashes AS value_hash,
    identity_gaps_s AS gap_s,
    arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS i
WHERE value_hash NOT IN (SELECT identity_hash FROM tick_excluded)
GROUP BY value_hash, group_id
