-- Work of one tick: observations of batch traces, and those that link to them, before they are told apart.
CREATE OR REPLACE TABLE tick_batch_observations AS tick_observations ENGINE = Memory
