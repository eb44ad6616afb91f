-- Work of one tick: the groups that carry an identity value which is followed; filled where values are judged.
CREATE OR REPLACE TABLE tick_carriers
(
    group_id UInt64
)
ENGINE = Memory
