-- Work of one tick: the versions to be stored, in the columns of transactions.
CREATE OR REPLACE TABLE tick_final AS transactions ENGINE = Memory
