ALTER TABLE tick_observations
DELETE WHERE observation_id IN (SELECT observation_id FROM tick_batch_observations)
SETTINGS mutations_sync = 1
