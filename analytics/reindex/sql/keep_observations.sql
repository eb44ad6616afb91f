INSERT INTO tick_new
SELECT * FROM observations_before WHERE segment_id IN {segments:Array(UInt64)}
