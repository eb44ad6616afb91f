-- Where granules begin in a part is known from when the part is written or the store is opened: else the first look-up after
-- a merge waits until it is read, a second where a hundred million observations are stored.
ALTER TABLE verdicts MODIFY SETTING prewarm_mark_cache = 1
