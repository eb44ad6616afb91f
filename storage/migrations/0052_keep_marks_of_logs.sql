-- Where granules begin in a part is known from when the part is written or the store is opened: else the first look-up after
-- a merge waits until it is read.
ALTER TABLE logs MODIFY SETTING prewarm_mark_cache = 1
