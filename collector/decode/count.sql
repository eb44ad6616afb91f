-- Reads every column of the rows that a decode statement would insert, so that whatever it stumbles over shows.
SELECT count()
FROM
(
-- select
)
WHERE NOT ignore(*)
