SELECT toString(system) AS system, least(max(toDateTime64(end_at, 3, 'UTC')), {now:DateTime64(3, 'UTC')}) AS heard_at
FROM tick_new
WHERE NOT untimely
GROUP BY system
