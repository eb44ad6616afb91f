SELECT
    (SELECT (count(), sum(cityHash64(unit_id, span_id, least, greatest))) FROM tick_batch_below)
    = (SELECT (count(), sum(cityHash64(unit_id, span_id, least, greatest))) FROM tick_batch_below_next) AS settled
