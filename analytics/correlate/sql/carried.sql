-- Taken while no suspect is followed: what is joined then is joined by something better. Evidence that carries nothing but
-- suspects has no name of its own.
INSERT INTO tick_carried
WITH
    carried AS
    (
        SELECT c.value_hash AS value_hash, c.group_id AS group_id, if(m.component = 0, c.group_id, m.component) AS atom
        FROM
        (
            SELECT DISTINCT arrayJoin(arrayConcat(identity_hashes, hop_hashes)) AS value_hash, group_id
            FROM tick_observations
            WHERE value_hash IN (SELECT value_hash FROM tick_suspects)
        ) AS c
        LEFT JOIN tick_members AS m ON c.group_id = m.group_id
    ),
    named AS
    (
        SELECT if(m.component = 0, c.group_id, m.component) AS atom
        FROM tick_carriers AS c
        LEFT JOIN tick_members AS m ON c.group_id = m.group_id
    )
SELECT c.value_hash, c.group_id, if(c.atom IN (SELECT atom FROM named), [], arrayFilter(v -> v != c.value_hash, a.suspects))
FROM carried AS c
INNER JOIN
(
    SELECT atom, arraySort(groupUniqArray(value_hash)) AS suspects
    FROM carried
    GROUP BY atom
) AS a ON a.atom = c.atom
-- of one message delivered again and again nothing is known but its id: deliveries that nothing else names are no reason
-- to tear it apart
WHERE c.atom IN (SELECT atom FROM named)
    OR c.value_hash NOT IN (SELECT value_hash FROM tick_suspects WHERE type = 'message_id')
