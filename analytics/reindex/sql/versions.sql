-- The greatest version in either numbering, so that the ticks after the exchange count on from there.
INSERT INTO {main:Identifier}.correlation_ticks (ticked_at, version, holder)
SELECT
    (SELECT argMax(ticked_at, version) FROM {main:Identifier}.correlation_ticks),
    greatest(
        (SELECT max(version) FROM {main:Identifier}.correlation_ticks),
        (SELECT max(version) FROM correlation_ticks), (SELECT max(version) FROM transactions)) + 1,
    (SELECT argMax(holder, version) FROM {main:Identifier}.correlation_ticks)
